"""Each member of staff's sessions as a calendar that their phone asks for, at an address that only they know (W8)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Prefetch
from django.urls import reverse

from sessions_app import link_tokens
from sessions_app.calendar_entries import calendar_of
from sessions_app.mail_facts import title_without
from sessions_app.models import Booking, Session, StaffAssignment, StaffProfile
from sessions_app.staff_calendar import StaffEntry, feed_event
from sessions_app.staff_emails import session_url
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record
from whippersnappers.organisation import organisation

SALT = "sessions_app.rota_feed"
_BACK = timedelta(days=30)
_SHOWN = (Session.State.CONFIRMED, Session.State.LIVE, Session.State.DELIVERED)


def feed_url(profile: StaffProfile) -> str:
    """The whole address of the person's feed, at its present version."""
    token = link_tokens.make(SALT, profile.pk, profile.feed_version)
    return f"{organisation().site_url}{reverse('rota_feed', args=[token])}"


def find(token: str) -> StaffProfile | None:
    """Whose feed it is; None for an address that was replaced, or whose owner may not sign in any more."""
    named = link_tokens.read(SALT, token)
    if named is None:
        return None
    return StaffProfile.objects.filter(pk=named.id, feed_version=named.version, user__is_active=True).first()


def new_address(profile: StaffProfile, *, by: User, now: datetime) -> StaffProfile:
    """End the address that was given out; from now on there is another."""
    with transaction.atomic():
        StaffProfile.objects.filter(pk=profile.pk).update(feed_version=F("feed_version") + 1)
        profile.refresh_from_db(fields=["feed_version"])
        record("staff.feed_renewed", by=by, target=profile, now=now, version=profile.feed_version)
    return profile


def feed(profile: StaffProfile, now: datetime) -> bytes:
    """The person's sessions, from a month ago on. The same bytes as long as nothing has changed."""
    held = (
        profile.assignments.filter(holds=True, session__state__in=_SHOWN, session__ends_at__gt=now - _BACK)
        .select_related("session__place")
        .prefetch_related(Prefetch("session__bookings", Booking.objects.select_related("child")))
        .order_by("period")
    )
    return calendar_of((feed_event(_entry(one), stamp=one.session.confirmed_at or now) for one in held), "PUBLISH")


def _entry(assignment: StaffAssignment) -> StaffEntry:
    session = assignment.session
    children = [booking.child for booking in session.bookings.all()]
    names = {name for child in children for name in (child.known_as, child.first_name, child.last_name) if name}
    title = title_without(names, session.title)
    return StaffEntry(assignment, title, session_url(session), assignment.sequence)
