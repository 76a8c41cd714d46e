"""Whether a mail about a session is still wanted, asked just before it is delivered.

Between a mail's making and its going, sessions are cancelled, places taken back, restrictions entered
and addresses corrected. What is true at delivery decides (W8, F7).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from families.models import Child, Guardian, Guardianship
from sessions_app import mail_rows, phone_tasks
from sessions_app.invitations import current_meeting
from sessions_app.mail_times import zoom_deadline
from sessions_app.models import Booking, Invitation, Session, SessionRevision, StaffAssignment, SwapRequest
from sessions_app.posting import WAITING_FOR_ZOOM, ZOOM_NAP, guardian_id_of, made_at
from sessions_app.reach import ToReach
from sessions_app.session_changes import Change, calendar_changed, changes
from sessions_app.staff_notices import STAFF_CANCELLED, STAFF_CHANGED, STAFF_WITHDRAWN
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.outbox.catalogue import NotWanted, NotYet, Verdict, Wanted
from whippersnappers.outbox.models import OutgoingMail

GOING_AHEAD = (Session.State.CONFIRMED, Session.State.LIVE)
_OVER = NotWanted("the session is over")
_CANCELLED = NotWanted("the session is cancelled")
_NOT_REACHED = NotWanted("the child has no place any more, or this person is not invited for the child any more")
_NO_CHANGE = NotWanted("everything is as it was before")


@dataclass(frozen=True)
class Family:
    """A family mail with the rows it is about, when the session still reaches the guardian."""

    mail: OutgoingMail
    session: Session
    invitation: Invitation
    reach: ToReach


def _rows(mail: OutgoingMail) -> Family | NotWanted:
    rows = mail_rows.read(mail)
    if rows is None:
        return NotWanted("the session was deleted")
    return Family(mail, rows.session, rows.invitation, rows.reach) if rows.reach else _NOT_REACHED


def _may_go(mail: OutgoingMail, now: datetime, *, rule: Callable[[Family, datetime], Verdict | None]) -> Verdict:
    """What all mails to a guardian of a session that goes ahead have in common, then the kind's own rule."""
    family = _rows(mail)
    if isinstance(family, NotWanted):
        return family
    if family.session.state == Session.State.CANCELLED:
        return _CANCELLED
    if family.session.state not in GOING_AHEAD or family.session.ends_at <= now:
        return _OVER
    if family.invitation.withdrawn_at is not None:
        return NotWanted("the way in was withdrawn")
    return rule(family, now) or by_mail(family.mail, family.reach.guardian, family.session, now)


def by_mail(mail: OutgoingMail, guardian: Guardian, session: Session, now: datetime) -> Verdict:
    """To the guardian's address of now; a call when there is none any more."""
    if guardian.can_be_mailed:
        return Wanted(to=guardian.email)
    phone_tasks.call_instead(mail, session, guardian, now=now)
    return NotWanted("mail cannot reach this person any more: the call is on the list")


def _wait_for_zoom(family: Family, now: datetime) -> Verdict | None:
    """The Meeting ID belongs into the mail; close to the start it goes without (W1: the link is enough)."""
    session = family.session
    if not session.is_remote or current_meeting(session) is not None:
        return None
    deadline = zoom_deadline(session.starts_at, made_at(family.mail))
    return NotYet(WAITING_FOR_ZOOM, min(now + ZOOM_NAP, deadline)) if now < deadline else None


def invitation(mail: OutgoingMail, now: datetime) -> Verdict:
    """An invitation: unless a newer link was made meanwhile; waits for Zoom."""

    def rule(family: Family, now: datetime) -> Verdict | None:
        if mail.key.rpartition(":")[2] != str(family.invitation.token_version):
            return NotWanted("a newer link was made")
        return _wait_for_zoom(family, now)

    return _may_go(mail, now, rule=rule)


def before_the_start(mail: OutgoingMail, now: datetime) -> Verdict:
    """A pre-session mail or a reminder: not once the session has begun; waits for Zoom."""

    def rule(family: Family, now: datetime) -> Verdict | None:
        if family.session.starts_at <= now:
            return NotWanted("the session has begun")
        return _wait_for_zoom(family, now)

    return _may_go(mail, now, rule=rule)


def changed(mail: OutgoingMail, now: datetime) -> Verdict:
    """A mail about a change: unless all is as it was; waits for Zoom."""

    def rule(family: Family, now: datetime) -> Verdict | None:
        if not changes_told(mail, family.session, now)[0]:
            return _NO_CHANGE
        return _wait_for_zoom(family, now)

    return _may_go(mail, now, rule=rule)


def cancelled(mail: OutgoingMail, now: datetime) -> Verdict:
    """A cancellation: to whoever would be reached now, so not to somebody restricted meanwhile."""
    family = _rows(mail)
    if isinstance(family, NotWanted):
        return family
    if family.session.state != Session.State.CANCELLED:
        return NotWanted("the session takes place")
    return by_mail(mail, family.reach.guardian, family.session, now)


def withdrawn(mail: OutgoingMail, now: datetime) -> Verdict:
    """A place taken back: to the guardian as long as they may be told of the child, unless it has a place again."""
    session = Session.objects.filter(pk=mail.context["session"]).first()
    child = Child.objects.filter(pk=mail.context["child"]).only("pk").first()
    standing = Guardianship.objects.inviting().filter(guardian__pk=guardian_id_of(mail), child=mail.context["child"])
    guardianship = standing.select_related("guardian").first()
    if session is None or child is None or guardianship is None:
        return _NOT_REACHED
    if session.state not in GOING_AHEAD or session.ends_at <= now:
        return _CANCELLED if session.state == Session.State.CANCELLED else _OVER
    if Booking.objects.filter(session=session, child=child).holding_a_place().exists():
        return NotWanted("the child has a place again")
    return by_mail(mail, guardianship.guardian, session, now)


def changes_told(mail: OutgoingMail, session: Session, now: datetime) -> tuple[list[Change], bool]:
    """What a mail about a change says is different, and whether the calendar entry is."""
    numbers = (mail.context["since"], mail.context["until"])
    found = SessionRevision.objects.filter(session=session, number__in=numbers).values_list("number", "facts")
    facts = dict(found)
    old, new = facts.get(numbers[0], {}), facts.get(numbers[1], {})
    return changes(old, new, now=now), calendar_changed(old, new)


def staff(mail: OutgoingMail, now: datetime) -> Verdict:
    """A mail to somebody who delivers the session (or did): to their address of now."""
    assignment = (
        StaffAssignment.objects.filter(pk=mail.context["assignment"]).select_related("staff__user", "session").first()
    )
    if assignment is None or not assignment.staff.user.is_active:
        return NotWanted("this person does not sign in any more")
    session, is_off = assignment.session, assignment.withdrawn_at is not None
    if mail.kind == STAFF_CANCELLED:
        return _to(assignment.staff.user) if session.state == Session.State.CANCELLED else NotWanted("it takes place")
    if session.state == Session.State.CANCELLED:
        return _CANCELLED
    if session.state not in GOING_AHEAD or session.ends_at <= now:
        return _OVER
    if is_off != (mail.kind == STAFF_WITHDRAWN):
        return NotWanted("who delivers the session has changed again")
    if mail.kind == STAFF_CHANGED and not changes_told(mail, session, now)[0]:
        return _NO_CHANGE
    return _to(assignment.staff.user)


def alert(mail: OutgoingMail, now: datetime) -> Verdict:
    """An alert: unless the trouble is over, or its reader is no coordinator any more."""
    session = Session.objects.filter(pk=mail.context["session"]).prefetch_related("meetings").first()
    user = User.objects.with_role(Role.COORDINATOR).filter(pk=mail.person.removeprefix("user:")).first()
    if session is None or user is None:
        return NotWanted("this person is not a coordinator any more, or the session was deleted")
    if session.state not in GOING_AHEAD or session.ends_at <= now:
        return _OVER
    if mail.context["alert"] == "gate_reopened":
        mended = session.gate_reopened_at is None
    elif mail.context["alert"] == "swap_agreed":
        agreed = SwapRequest.objects.filter(assignment__session=session, state=SwapRequest.State.AGREED)
        mended = not agreed.exists()
    else:
        mended = not session.is_remote or current_meeting(session) is not None
    return NotWanted("it has been mended") if mended else _to(user)


def _to(user: User) -> Verdict:
    return Wanted(to=user.email)
