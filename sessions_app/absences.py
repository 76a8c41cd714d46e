"""Entering when somebody works and when they are away, and what it means for sessions that are confirmed (W5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from sessions_app import gate
from sessions_app.calendar import midnight
from sessions_app.models import Absence, Session, StaffProfile, WorkingHours
from whippersnappers.audit.trail import record

# A slip of the year would empty the whole rota.
LONGEST = timedelta(days=400)


@dataclass(frozen=True)
class DayHours:
    """From when until when somebody can work on a weekday; Monday is 0."""

    weekday: int
    starts: time
    ends: time


def set_working_hours(staff: StaffProfile, hours: Iterable[DayHours], *, by: Any, now: datetime) -> None:
    """Replace the weekly pattern; no hours at all mean any time. It is a hint for planning and blocks nothing."""
    rows = [WorkingHours(staff=staff, weekday=h.weekday, starts=h.starts, ends=h.ends) for h in hours]
    with transaction.atomic():
        StaffProfile.objects.select_for_update().get(pk=staff.pk)
        staff.working_hours.all().delete()
        WorkingHours.objects.bulk_create(rows)
        record("staff.hours_set", by=by, target=staff, now=now, days=len(rows))


def whole_days(first: date, last: date) -> tuple[datetime, datetime]:
    """From midnight to midnight on London's clock, both days included."""
    return midnight(first), midnight(last + timedelta(days=1))


def enter_absence(
    staff: StaffProfile, kind: str, starts_at: datetime, ends_at: datetime, *, by: Any, now: datetime
) -> Absence:
    """Somebody is away: they do not count for the gates of sessions in that time, which are looked at again at once.

    The same absence entered twice is one. Raises ValidationError keyed by `last_day` for times that cannot be. The
    audit trail does not say why somebody is away.
    """
    if ends_at <= starts_at:
        raise ValidationError({"last_day": "It must end after it begins."})
    if ends_at <= now:
        raise ValidationError({"last_day": "This has passed: it changes nothing any more."})
    if ends_at - starts_at > LONGEST:
        raise ValidationError({"last_day": "That is more than a year: look at the days again."})
    with transaction.atomic():
        StaffProfile.objects.select_for_update().get(pk=staff.pk)
        absence, is_new = Absence.objects.get_or_create(staff=staff, kind=kind, period=(starts_at, ends_at))
        if is_new:
            record("staff.away", by=by, target=staff, now=now, absence=str(absence.pk))
            _recheck(staff, starts_at, ends_at, by=by, now=now)
    return absence


def take_back_absence(absence_id: Any, *, by: Any, now: datetime) -> None:
    """Somebody is not away after all. Taking it back twice does nothing more."""
    with transaction.atomic():
        absence = Absence.objects.select_for_update(of=("self",)).select_related("staff").filter(pk=absence_id).first()
        if absence is None:
            return
        staff, period = absence.staff, absence.period
        record("staff.not_away", by=by, target=staff, now=now, absence=str(absence.pk))
        absence.delete()
        _recheck(staff, period.lower, period.upper, by=by, now=now)


def _recheck(staff: StaffProfile, starts_at: datetime, ends_at: datetime, *, by: Any, now: datetime) -> None:
    touched = staff.assignments.filter(
        holds=True, period__overlap=(starts_at, ends_at), session__state=Session.State.CONFIRMED
    )
    for session_id in touched.order_by("session").values_list("session", flat=True):
        gate.recheck(session_id, by=by, now=now)
