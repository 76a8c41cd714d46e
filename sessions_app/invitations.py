"""A guardian's way into a session: the join link, when it works, and who used it (W1, F7).

The link's token is derived with a key and never stored, so every later mail can carry it again. It names
the invitation and a version; withdrawing or re-issuing raises the version and ends the older links.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import OuterRef, QuerySet

from sessions_app import link_tokens, posting, undertakings
from sessions_app.being_recorded import NoYes, is_shut_out, lacks_yes, without_yes
from sessions_app.mail_times import marks_due
from sessions_app.models import Booking, Invitation, JoinUse, Meeting, Session
from sessions_app.reach import places_to_answer, reached_guardian
from whippersnappers.audit.trail import record
from whippersnappers.organisation import organisation

_SALT = "sessions_app.invitations.join"


class WayInState(models.TextChoices):
    """What a join link does now. The order is the order in which the rules ask."""

    WITHDRAWN = "withdrawn", "Withdrawn"
    CANCELLED = "cancelled", "Session cancelled"
    TOO_LATE = "too_late", "Too late"
    NOT_COMING = "not_coming", "Not coming"
    UNSIGNED = "unsigned", "Agreement not signed"
    NO_CONSENT = "no_consent", "Nobody said yes to recording"
    TOO_EARLY = "too_early", "Too early"
    NOT_READY = "not_ready", "Meeting not ready"
    OPEN = "open", "Open"


# There is something for the family to do first; until then no page, mail or call holds a key to the meeting.
KEPT_BACK = (WayInState.UNSIGNED, WayInState.NO_CONSENT)


@dataclass(frozen=True)
class WayIn:
    """Whether a guardian may come in now. Times are aware; open from `opens_at` until before `closes_at`."""

    state: WayInState
    opens_at: datetime
    closes_at: datetime
    # Where they sign, when that is what is missing.
    sign_path: str = ""
    # Whose family has not said yes to being recorded, where the session is.
    without_yes: tuple[NoYes, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.state == WayInState.OPEN

    @property
    def is_kept_back(self) -> bool:
        return self.state in KEPT_BACK


def join_token(invitation: Invitation) -> str:
    """The token of this invitation's join link, at its present version: 54 URL-safe characters."""
    return link_tokens.make(_SALT, invitation.pk, invitation.token_version)


def join_url(invitation: Invitation) -> str:
    """The whole address of the join page, for mails and calendar entries."""
    return url_of(join_token(invitation))


def url_of(token: str) -> str:
    """The whole address of the join page for a token."""
    return f"{organisation().site_url}/join/{token}/"


def find(token: str) -> Invitation | None:
    """The invitation that a genuine token names, or None for anything else.

    A genuine token of an older version finds its invitation too, so that the page can say kindly that
    the link is no longer valid: `way_in` then answers "withdrawn", and nothing of the session may be shown.
    """
    named = link_tokens.read(_SALT, token)
    if named is None:
        return None
    found = Invitation.objects.select_related("session__place", "guardian").filter(pk=named.id)
    invitation = knowing_what_keeps_back(found).first()
    if invitation is not None:
        invitation.presented_version = named.version
    return invitation


def opening_hours(session: Session) -> tuple[datetime, datetime]:
    """From when until when the way in is open: some minutes before the start (a setting) until the end."""
    return session.starts_at - settings.JOIN_OPENS_BEFORE, session.ends_at


class Standing(models.TextChoices):
    """What an invitation is worth: no child of the guardian is there for it, none of them comes, or one does."""

    NONE = "none", "No force"
    NOT_COMING = "not_coming", "No child comes"
    COMING = "coming", "A child comes"


def way_in_state(
    *,
    standing: Standing,
    session_state: str,
    must_sign: bool,
    lacks_yes: bool,
    has_room: bool,
    opens_at: datetime,
    closes_at: datetime,
    now: datetime,
) -> WayInState:
    """The rule itself: a plain function of its arguments. `has_room`: there is a place or a ready meeting."""
    if standing == Standing.NONE:
        return WayInState.WITHDRAWN
    if session_state == Session.State.CANCELLED:
        return WayInState.CANCELLED
    if session_state == Session.State.DELIVERED or now >= closes_at:
        return WayInState.TOO_LATE
    if standing == Standing.NOT_COMING:
        return WayInState.NOT_COMING
    # Said days ahead, so that nobody finds out at the door.
    if must_sign:
        return WayInState.UNSIGNED
    if lacks_yes:
        return WayInState.NO_CONSENT
    if now < opens_at:
        return WayInState.TOO_EARLY
    return WayInState.OPEN if has_room and session_state != Session.State.DRAFT else WayInState.NOT_READY


def way_in(invitation: Invitation, now: datetime) -> WayIn:
    """Whether this invitation lets its guardian in at `now` (F1-F7).

    Somebody who has lost their standing for the children since (a restriction, a withdrawn booking) is
    told "withdrawn", whatever links are still in their mailbox.
    """
    session = invitation.session
    has_meeting = session.is_remote and current_meeting(session) is not None
    return way_in_with(invitation, _places_behind(invitation), has_meeting=has_meeting, now=now)


def way_in_with(invitation: Invitation, places: list[Booking], *, has_meeting: bool, now: datetime) -> WayIn:
    """The same for who has read already the places that the guardian may answer for, and whether a meeting is ready."""
    session = invitation.session
    opens_at, closes_at = opening_hours(session)
    state = way_in_state(
        standing=standing_with(places),
        session_state=session.state,
        must_sign=undertakings.must_sign(invitation),
        lacks_yes=lacks_yes(session, places),
        has_room=not session.is_remote or has_meeting,
        opens_at=opens_at,
        closes_at=closes_at,
        now=now,
    )
    sign_path = undertakings.sign_path(invitation.pk) if state == WayInState.UNSIGNED else ""
    return WayIn(state, opens_at, closes_at, sign_path, without_yes(session, places))


def _places_behind(invitation: Invitation) -> list[Booking]:
    """The places that the link that was presented, or the invitation itself, stands for; none when it has ended."""
    presented = invitation.presented_version
    if invitation.withdrawn_at is not None or (presented is not None and presented != invitation.token_version):
        return []
    return places_to_answer(invitation.session_id, invitation.guardian_id)


def knowing_what_keeps_back(invitations: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """The invitations with all that `kept_back_by` reads, in the same query."""
    signed = undertakings.may_enter(OuterRef("guardian"), OuterRef("session"))
    return invitations.select_related("session").annotate(
        may_enter=signed, is_shut_out=is_shut_out("guardian", "session")
    )


def kept_back_by(invitation: Invitation) -> WayInState | None:
    """What keeps the way in from its guardian however near the start is, in the order of the rules; None if nothing.

    For staff, of invitations read by `knowing_what_keeps_back`.
    """
    if invitation.withdrawn_at is not None:
        return WayInState.WITHDRAWN
    if undertakings.must_sign(invitation):
        return WayInState.UNSIGNED
    return WayInState.NO_CONSENT if invitation.is_shut_out else None  # type: ignore[attr-defined]


def standing_with(places: Iterable[Booking]) -> Standing:
    """What an invitation in force is worth to a guardian who may answer for these places."""
    states = {place.state for place in places}
    if not states:
        return Standing.NONE
    return Standing.COMING if states & set(Booking.HOLDING) else Standing.NOT_COMING


def current_meeting(session: Session) -> Meeting | None:
    """The session's meeting when families can be given it, else None."""
    meetings = [meeting for meeting in session.meetings.all() if meeting.is_wanted]
    return meetings[0] if meetings and meetings[0].is_ready else None


def log_use(invitation: Invitation, outcome: str, now: datetime) -> JoinUse:
    """Note one use of the link; `outcome` is one of `JoinUse.Outcome` (F7)."""
    return JoinUse.objects.create(invitation=invitation, at=now, outcome=JoinUse.Outcome(outcome))


def withdraw(invitation_id: Any, *, by: Any, now: datetime) -> Invitation:
    """End a guardian's way in: the links that went out stop working. Doing it twice does nothing more."""
    with transaction.atomic():
        invitation = _locked(invitation_id)
        if invitation.withdrawn_at is not None:
            return invitation
        invitation.withdrawn_at = now
        _raise_version(invitation)
        record("invitation.withdrawn", by=by, target=invitation, now=now, version=invitation.token_version)
    return invitation


def reissue(invitation_id: Any, *, by: Any, now: datetime) -> Invitation:
    """Make a new link, which ends the older ones, and mail it; a withdrawn invitation has force again."""
    with transaction.atomic():
        invitation = _locked(invitation_id)
        invitation.withdrawn_at = None
        _raise_version(invitation)
        record("invitation.reissued", by=by, target=invitation, now=now, version=invitation.token_version)
        send(invitation, now=now)
    return invitation


def send(invitation: Invitation, *, now: datetime) -> bool:
    """Put the invitation's mail (or call) at its present version into the queue, once; True when new."""
    session = invitation.session
    reach = reached_guardian(session.pk, invitation.guardian_id)
    if reach is None or session.state not in (Session.State.CONFIRMED, Session.State.LIVE) or session.ends_at <= now:
        return False
    not_before = posting.when_zoom_is_ready(session, meeting_ready=current_meeting(session) is not None, now=now)
    letter = posting.invitation_letter(invitation, marks_due(session, now))
    return posting.post(letter, session=session, invitation=invitation, reach=reach, now=now, not_before=not_before)


def _locked(invitation_id: Any) -> Invitation:
    return Invitation.objects.select_for_update(of=("self",)).select_related("session").get(pk=invitation_id)


def _raise_version(invitation: Invitation) -> None:
    # The calendar entry carries the link, so it changes too.
    invitation.token_version += 1
    invitation.sequence += 1
    invitation.save(update_fields=["withdrawn_at", "token_version", "sequence"])
