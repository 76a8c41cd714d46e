"""Alerts to staff: what they must know before they meet a child, without a word of the concern behind it.

Written and withdrawn by whoever looks after the concern. Who reads one is in the trail; the mail says only that there
is something to read.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from families.models import Child
from safeguarding import ending_alerts, telling
from safeguarding.handling import add_entry, locked
from safeguarding.models import ChronologyEntry, Concern, StaffAlert, StaffAlertPerson
from safeguarding.vocabulary import PersonRole, State
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record

# Then somebody looks at it again and writes a new one.
LONGEST = timedelta(days=92)
NOT_TO_SUBJECT = "{} may have caused harm in this concern: an alert does not go to them."


@transaction.atomic
def write_alert(
    concern_id: Any,
    *,
    child: Child,
    words: str,
    for_deliverers: bool,
    named: Iterable[User],
    last_day: date,
    by: User,
    now: datetime,
) -> StaffAlert:
    """Let staff know something about a child until the end of `last_day` (London's), and tell them by mail.

    Raises ValidationError for a child who is not in the concern, without words or people, for a subject of the concern
    among the named, and for a day that has passed or is too far off.
    """
    concern, people = locked(concern_id, by), list(named)
    _check(concern, child, words)
    _check_people(concern, people, for_deliverers)
    alert = StaffAlert.objects.create(
        concern=concern,
        child=child,
        words=words.strip(),
        for_deliverers=for_deliverers,
        written_by=by,
        written_at=now,
        ends_at=_end_of(last_day, now),
    )
    StaffAlertPerson.objects.bulk_create(StaffAlertPerson(alert=alert, user=user, is_named=True) for user in people)
    whom = [*(["everybody who delivers their sessions"] if for_deliverers else []), *map(str, people)]
    said = f"About {child}, for {', '.join(whom)}: {alert.words}"
    add_entry(concern, ChronologyEntry.Kind.ALERT, by=by, now=now, words=said)
    detail = {"alert": alert.pk, "child": child.pk, "named": [user.pk for user in people], "deliverers": for_deliverers}
    record("concern.alert_written", by=by, target=concern, now=now, **detail)
    _tell(alert, now)
    return alert


def _check(concern: Concern, child: Child, words: str) -> None:
    if concern.state in (State.CLOSED, State.ERROR):
        raise ValidationError("It is closed: reopen it first.")
    if not concern.people.filter(child=child).exists():
        raise ValidationError({"child": "Choose a child who is in this concern."})
    if not words.strip():
        raise ValidationError({"words": "Say what they must know."})


def _check_people(concern: Concern, named: list[User], for_deliverers: bool) -> None:
    if not named and not for_deliverers:
        raise ValidationError({"named": "Say who must know: tick somebody."})
    subjects = set(concern.people.filter(role=PersonRole.SUBJECT, user__isnull=False).values_list("user", flat=True))
    for user in named:
        if user.pk in subjects:
            raise ValidationError({"named": NOT_TO_SUBJECT.format(user)})


def _end_of(last_day: date, now: datetime) -> datetime:
    today = dates.local(now).date()
    if last_day < today:
        raise ValidationError({"last_day": "That day has passed."})
    if last_day > today + LONGEST:
        raise ValidationError({"last_day": "Choose a day within three months. Then look at it again."})
    return datetime.combine(last_day + timedelta(days=1), time(), tzinfo=dates.LONDON)


@transaction.atomic
def withdraw_alert(concern_id: Any, alert_id: Any, *, by: User, now: datetime) -> StaffAlert:
    """Nobody sees it from now on. Doing it twice changes nothing. Raises `StaffAlert.DoesNotExist`."""
    concern = locked(concern_id, by)
    alert = StaffAlert.objects.select_for_update().get(pk=alert_id, concern=concern)
    if alert.withdrawn_at is not None:
        return alert
    ending_alerts.withdraw(alert, by=by, now=now)
    return alert


@transaction.atomic
def show_longer(concern_id: Any, alert_id: Any, *, last_day: date, reason: str, by: User, now: datetime) -> StaffAlert:
    """Staff see it until the end of a later day. Raises `StaffAlert.DoesNotExist` for one that they see no more.

    Raises ValidationError without a reason, and for a day that is not later, or more than three months off.
    """
    concern = locked(concern_id, by)
    alert = StaffAlert.objects.select_for_update().shown(now).get(pk=alert_id, concern=concern)
    ends_at = _end_of(last_day, now)
    if ends_at <= alert.ends_at:
        raise ValidationError({"last_day": "Choose a later day than its last one."})
    if not reason.strip():
        raise ValidationError({"reason": "Say why: this step is a judgement."})
    alert.ends_at = ends_at
    alert.save(update_fields=["ends_at"])
    until = dates.calendar_day(last_day, now=now)
    ending_alerts.note(alert, f"Stands longer, until {until}: {reason.strip()}\n{alert.words}", by=by, now=now)
    record("concern.alert_longer", by=by, target=concern, now=now, alert=alert.pk, last_day=last_day)
    return alert


@transaction.atomic
def note_read(alert_id: Any, *, by: User, now: datetime) -> StaffAlertPerson:
    """Somebody of staff says that they have read it; the first time counts. Raises `StaffAlert.DoesNotExist`."""
    alert = StaffAlert.objects.for_staff(by, now).get(pk=alert_id)
    person, _ = StaffAlertPerson.objects.select_for_update().get_or_create(alert=alert, user=by)
    if person.read_at is None:
        person.read_at = now
        person.save(update_fields=["read_at"])
        record("concern.alert_confirmed", by=by, target=alert, now=now)
    return person


def tell_all(now: datetime) -> int:
    """Tell whoever is to know an alert and was not told yet, such as somebody who has just come to a session."""
    return sum(_tell(alert, now) for alert in StaffAlert.objects.shown(now))


@transaction.atomic
def _tell(alert: StaffAlert, now: datetime) -> int:
    told = StaffAlertPerson.objects.filter(alert=alert, told_at__isnull=False).values("user")
    people = list(alert.whom_it_is_for(now).exclude(pk__in=told))
    for user in people:
        telling.tell_of_alert(alert, user, now=now)
        StaffAlertPerson.objects.update_or_create(alert=alert, user=user, defaults={"told_at": now})
    return len(people)
