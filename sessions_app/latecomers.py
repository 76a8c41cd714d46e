"""Inviting guardians who came to a child after its sessions were confirmed, or had no address then (W1, F7).

The invitation is there at once, so that the portal shows the sessions. The mail, one for all of them, goes after
the minutes that a mail about a change waits: a wrong person is taken off again, or restricted, before it leaves.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from families.models import Guardian, Guardianship
from sessions_app import phone_tasks, posting
from sessions_app.invitations import current_meeting
from sessions_app.mail_times import change_mail_at, marks_due
from sessions_app.models import Booking, Invitation, PhoneTask, Session
from sessions_app.posting import Letter, person
from sessions_app.reach import ToReach, reach_by_session
from whippersnappers.audit.trail import record
from whippersnappers.outbox import together
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.queue import forget

CLOCK = "system:latecomers"
HAS_ADDRESS = "They have an e-mail address now: the invitation goes by mail."


def invite(guardian_ids: Iterable[UUID], *, by: Any, now: datetime) -> int:
    """Invite these guardians to every confirmed session ahead in which a child of theirs has a place.

    In the transaction that caused it. Returns how many mails and calls are new. Who has been invited is not invited
    again, and whoever is restricted or was shut out by staff is not invited at all.
    """
    wanted = set(guardian_ids)
    own = Guardianship.objects.inviting().filter(guardian__in=wanted)
    held = Booking.objects.filter(session=OuterRef("pk"), child__in=own.values("child")).holding_a_place()
    sessions = list(_ahead(now).filter(Exists(held)).prefetch_related("meetings"))
    reached = reach_by_session(session.pk for session in sessions) if sessions else {}
    return _invite(sessions, _only(reached, lambda _session, guardian: guardian in wanted), by=by, now=now)


def sweep(now: datetime) -> int:
    """Invite whoever has no invitation yet, whatever the way they came; returns how many mails and calls are new.

    Makes certain what `invite` makes fast: somebody who came while a session was being confirmed, or was brought
    back from the archive. One query when there is nobody.
    """
    here = Invitation.objects.filter(session=OuterRef(OuterRef("session")), guardian=OuterRef("guardian"))
    left_out = Guardianship.objects.inviting().filter(~Exists(here), child=OuterRef("child"))
    held = Booking.objects.filter(session__in=_ahead(now)).holding_a_place().filter(Exists(left_out))
    ids = set(held.order_by().values_list("session", flat=True))
    if not ids:
        return 0
    with transaction.atomic():
        sessions = list(_ahead(now).filter(pk__in=ids).prefetch_related("meetings"))
        invited = set(Invitation.objects.filter(session__in=ids).values_list("session", "guardian"))
        reached = _only(reach_by_session(ids), lambda *pair: pair not in invited)
        return _invite(sessions, reached, by=CLOCK, now=now)


def _ahead(now: datetime) -> QuerySet[Session]:
    going_ahead = (Session.State.CONFIRMED, Session.State.LIVE)
    return Session.objects.filter(state__in=going_ahead, ends_at__gt=now).order_by("starts_at", "pk")


def _only(reached: Mapping[Any, list[ToReach]], is_meant: Callable[[Any, Any], bool]) -> dict[Any, list[ToReach]]:
    """Of those whom sessions reach, the ones who are meant."""
    return {pk: [one for one in found if is_meant(pk, one.guardian.pk)] for pk, found in reached.items()}


def _invite(sessions: list[Session], reached: Mapping[Any, list[ToReach]], *, by: Any, now: datetime) -> int:
    rows = [Invitation(session=s, guardian=one.guardian) for s in sessions for one in reached.get(s.pk, [])]
    Invitation.objects.bulk_create(rows, ignore_conflicts=True)
    # One time for all of them, since they go as one: at once when the first is near.
    not_before = min((change_mail_at(now, session.starts_at) for session in sessions), default=now)
    new: dict[Guardian, list[str]] = defaultdict(list)
    for session in sessions:
        for one in reached.get(session.pk, []):
            if _tell(session, one, not_before, now):
                new[one.guardian].append(str(session.pk))
    for guardian, told in new.items():
        record("guardian.invited_later", by=by, target=guardian, now=now, sessions=told)
        mails = OutgoingMail.objects.filter(person=person(guardian.pk), kind=posting.INVITATION)
        together.bundle(mails.filter(context__came_later=True), joining=True)
    return sum(map(len, new.values()))


def _tell(session: Session, reach: ToReach, not_before: datetime, now: datetime) -> bool:
    """The mail or call for one session, once; True when it is new."""
    invitation = session.invitations.filter(guardian=reach.guardian, withdrawn_at=None).first()
    if invitation is None:
        return False
    ready = current_meeting(session) is not None
    letter = posting.invitation_letter(invitation, marks_due(session, not_before))
    # One that never left, because they could not be reached meanwhile, is made anew.
    key = posting.key(letter.kind, session.pk, reach.guardian.pk, letter.tail)
    unsent = OutgoingMail.objects.filter(key=key, state=OutgoingMail.State.CANCELLED)
    forget(unsent, "they can be reached again", f"again-{uuid4().hex}")
    if reach.by_mail and not reach.why_phone:
        calls = session.phone_tasks.filter(guardian=reach.guardian, purpose=PhoneTask.Purpose.INVITE)
        phone_tasks.close_needless(calls, HAS_ADDRESS, now=now)
    return posting.post(
        Letter(letter.kind, letter.tail, letter.context | {"came_later": True}, letter.call_for),
        session=session,
        invitation=invitation,
        reach=reach,
        now=now,
        not_before=max(not_before, posting.when_zoom_is_ready(session, meeting_ready=ready, now=now)),
    )
