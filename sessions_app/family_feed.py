"""A guardian's sessions as a calendar that their phone asks for, at an address that only they know (W8, F7).

Nobody has an address before they ask for one. Its entries are those of the mails, under the same names, so that a
session stands in a calendar once; they hold no child's name, no Meeting ID, no passcode and no join link, for
calendars are shared: they lead to the portal, where people sign in.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from families.models import Child, Guardian
from sessions_app import link_tokens
from sessions_app.calendar_entries import calendar_of
from sessions_app.family_entries import feed_event
from sessions_app.family_sessions import FamilySession, gather
from sessions_app.mail_facts import title_without
from sessions_app.models import FamilyCalendar
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record
from whippersnappers.organisation import organisation

SALT = "sessions_app.family_feed"
BACK = timedelta(days=30)


def feed_url(calendar: FamilyCalendar) -> str:
    """The whole address of the feed, at its present version."""
    token = link_tokens.make(SALT, calendar.pk, calendar.version)
    return f"{organisation().site_url}{reverse('family_feed', args=[token])}"


def find(token: str) -> FamilyCalendar | None:
    """Whose feed it is; None for an address that was replaced or stopped, or whose owner may not sign in any more."""
    named = link_tokens.read(SALT, token)
    if named is None:
        return None
    running = FamilyCalendar.objects.filter(stopped_at=None, guardian__archived_at=None, guardian__user__is_active=True)
    return running.filter(pk=named.id, version=named.version).select_related("guardian__user").first()


def calendar_of_guardian(guardian: Guardian) -> FamilyCalendar | None:
    """The guardian's calendar, unless they have none or stopped it."""
    return FamilyCalendar.objects.filter(guardian=guardian, stopped_at=None).first()


def new_address(guardian: Guardian, *, by: User, now: datetime) -> FamilyCalendar:
    """Give the guardian an address; one that was given out before ends with that."""
    with transaction.atomic():
        Guardian.objects.select_for_update().get(pk=guardian.pk)
        calendar, is_first = FamilyCalendar.objects.get_or_create(guardian=guardian)
        if not is_first:
            calendar.version, calendar.stopped_at = calendar.version + 1, None
            calendar.save(update_fields=["version", "stopped_at"])
        record("guardian.calendar_given", by=by, target=guardian, now=now, version=calendar.version)
    return calendar


def stop(guardian: Guardian, *, by: User, now: datetime) -> None:
    """End the address; calendars that ask it get nothing from now on. Twice is once."""
    with transaction.atomic():
        calendar = FamilyCalendar.objects.select_for_update().filter(guardian=guardian, stopped_at=None).first()
        if calendar is not None:
            calendar.stopped_at = now
            calendar.save(update_fields=["stopped_at"])
            record("guardian.calendar_stopped", by=by, target=guardian, now=now, version=calendar.version)


def feed(user: User, now: datetime) -> bytes:
    """The guardian's sessions, from a month ago on. The same bytes as long as nothing has changed.

    Called off ones say so; ones to which no child of theirs comes are left out.
    """
    shown = [seen for seen in gather(user, Q(session__ends_at__gt=now - BACK), now) if seen.somebody_comes]
    return calendar_of((feed_event(seen, _title(seen, names)) for seen, names in _with_names(shown)), "PUBLISH")


def _with_names(shown: list[FamilySession]) -> Iterable[tuple[FamilySession, set[str]]]:
    """Each session with the names of all children in it, which no title may say; one query."""
    names: dict[Any, set[str]] = {seen.session.pk: set() for seen in shown}
    children = Child.objects.filter(bookings__session__in=names).values_list(
        "bookings__session", "known_as", "first_name", "last_name"
    )
    for session_id, *said in children:
        names[session_id] |= {name for name in said if name}
    return [(seen, names[seen.session.pk]) for seen in shown]


def _title(seen: FamilySession, names: set[str]) -> str:
    return title_without(names, seen.session.title)
