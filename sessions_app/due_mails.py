"""The mails that go by the clock: pre-session and reminder, found by looking, never by a timer (W2).

`enqueue_due` may run as often as anybody likes, twice at once, or late after an outage: a mail's key
makes it once, and what would arrive together becomes one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Q, QuerySet, Value

from sessions_app import posting
from sessions_app.mail_times import PREPARATION, REMINDER, mark, marks_due, strictly_due
from sessions_app.models import Invitation, PhoneTask, Session
from sessions_app.posting import Letter
from sessions_app.reach import ToReach, reach_by_session
from sessions_app.staff_notices import meetings_overdue
from whippersnappers.audit.trail import record
from whippersnappers.outbox.models import OutgoingMail

# The evening before an early session, at most: beyond this no reminder can be due.
REMINDER_AT_MOST_AHEAD = timedelta(hours=40)
# Mails missed by an outage are still written down, as expired, for sessions that began within this time.
LOOK_BACK = timedelta(days=1)


@dataclass
class _Told:
    """What one guardian has of one session so far."""

    marks: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    invited: bool = False
    called: bool = False
    # A mail on its way that can take marks along: the invitation or one about a change.
    on_its_way: OutgoingMail | None = None


@dataclass(frozen=True)
class _Case:
    """One guardian of one session at one moment."""

    session: Session
    reach: ToReach
    invitation: Invitation | None
    told: _Told
    now: datetime
    # Whether staff want families prepared now, before the time has come.
    early: bool = False

    @property
    def has_begun(self) -> bool:
        return self.session.starts_at <= self.now

    @property
    def missing(self) -> list[str]:
        """The marks whose time has come and that no mail carries."""
        return [m for m in self._with_preparation(strictly_due) if m not in self.told.marks]

    @property
    def carries(self) -> list[str]:
        """The marks that one mail sent now takes along."""
        return [m for m in self._with_preparation(marks_due) if m not in self.told.marks]

    def _with_preparation(self, due: Callable[[Session, datetime], list[str]]) -> list[str]:
        preparation = {mark(PREPARATION, self.session)} if self.early else set()
        return sorted({*due(self.session, self.now), *preparation})

    @property
    def can_be_prepared(self) -> bool:
        """Whether asking for it now makes a mail or a call, or lets a mail on its way say it."""
        shut_out = self.invitation is not None and self.invitation.withdrawn_at is not None
        preparation = mark(PREPARATION, self.session)
        told = preparation in self.told.marks or (self.reach.why_phone and self.told.called)
        # One that died is sent again from the mail log, where it says why it did not go.
        tail = preparation.removeprefix(f"{PREPARATION}:")
        made = posting.key(posting.PRESESSION, self.session.pk, self.reach.guardian.pk, tail) in self.told.keys
        return not (shut_out or told or made or self.has_begun)

    def post(self, letter: Letter) -> int:
        """Post it, unless its key shows that it was posted before; 1 when it is new."""
        if posting.key(letter.kind, self.session.pk, self.reach.guardian.pk, letter.tail) in self.told.keys:
            return 0
        # A guardian who came to the child after the session was confirmed has no invitation yet.
        invitation = (
            self.invitation or Invitation.objects.get_or_create(session=self.session, guardian=self.reach.guardian)[0]
        )
        expires_at = self.session.ends_at if letter.kind == posting.INVITATION else self.session.starts_at
        return posting.post(
            letter,
            session=self.session,
            invitation=invitation,
            reach=self.reach,
            now=self.now,
            expires_at=expires_at,
        )


def enqueue_due(now: datetime) -> int:
    """Put into the outbox what is due by the clock now; returns how many mails and calls are new.

    Late ones still go while they are of use; one whose session has begun is put there as expired, so the
    mail log shows that it never went. A handful of queries when nothing is due, however many sessions.
    """
    new = 0
    for cases in _cases(list(_candidates(now)), now).values():
        wanting = [case for case in cases if case.missing]
        if wanting:
            with transaction.atomic():
                new += sum(_see_to(case) for case in wanting)
    with transaction.atomic():
        return new + meetings_overdue(now)


def unprepared(sessions: Iterable[Session], now: datetime) -> Mapping[Any, list[ToReach]]:
    """Whom `prepare_now` would reach, session by session; the same few queries however many they are."""
    cases = _cases(list(sessions), now, early=True)
    return {pk: [case.reach for case in found if case.can_be_prepared] for pk, found in cases.items()}


def prepare_now(session_id: Any, *, by: Any, now: datetime) -> int:
    """Tell families how to prepare now instead of at the usual time; returns how many guardians that reaches.

    Nobody is told twice, now or when the usual time comes. Raises ValidationError unless the session is
    confirmed and still ahead. Clause W2.
    """
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session_id)
        if session.state != Session.State.CONFIRMED or session.starts_at <= now:
            raise ValidationError("Only a confirmed session that is still ahead has families to prepare.")
        wanting = [case for case in _cases([session], now, early=True)[session.pk] if case.can_be_prepared]
        for case in wanting:
            _see_to(case)
        if wanting:
            record("session.prepared_early", by=by, target=session, now=now, guardians=len(wanting))
    return len(wanting)


def _cases(sessions: list[Session], now: datetime, *, early: bool = False) -> dict[Any, list[_Case]]:
    """Every guardian of each session with what they have been told; a handful of queries."""
    ids = [session.pk for session in sessions]
    reached = reach_by_session(ids)
    invitations = {(i.session_id, i.guardian_id): i for i in Invitation.objects.filter(session__in=ids)}
    told = _told(ids)
    return {
        session.pk: [
            _Case(
                session,
                reach,
                invitations.get((session.pk, reach.guardian.pk)),
                told[session.pk, str(reach.guardian.pk)],
                now,
                early,
            )
            for reach in reached.get(session.pk, [])
        ]
        for session in sessions
    }


def _candidates(now: datetime) -> QuerySet[Session]:
    """Confirmed sessions, just begun or ahead, for which some mail may be due."""
    own_lead = ExpressionWrapper(F("pre_session_hours") * Value(timedelta(hours=1)), output_field=DurationField())
    own_due = ExpressionWrapper(F("starts_at") - own_lead, output_field=DateTimeField())
    due = (
        Q(starts_at__lte=now + REMINDER_AT_MOST_AHEAD)
        | Q(pre_session_hours=None, starts_at__lte=now + settings.PRE_SESSION_LEAD_TIME)
        | Q(own_due__lte=now)
    )
    confirmed = Session.objects.filter(state__in=[Session.State.CONFIRMED, Session.State.LIVE])
    return confirmed.annotate(own_due=own_due).filter(due, starts_at__gt=now - LOOK_BACK)


def _told(session_ids: Iterable[Any]) -> dict[tuple[Any, str], _Told]:
    """For each session and guardian, what the outbox and the list of calls hold; two queries."""
    about = {posting.about(pk): pk for pk in session_ids}
    found: dict[tuple[Any, str], _Told] = defaultdict(_Told)
    mails = OutgoingMail.objects.filter(about__in=about, kind__in=posting.FAMILY_KINDS)
    for mail in mails.only("key", "kind", "about", "person", "state", "context"):
        told = found[about[mail.about], posting.guardian_id_of(mail)]
        told.keys.add(mail.key)
        told.invited = told.invited or mail.kind == posting.INVITATION
        if mail.state in (OutgoingMail.State.CANCELLED, OutgoingMail.State.DEAD):
            continue
        told.marks.update(mail.context.get("carries", []))
        if mail.state == OutgoingMail.State.WAITING and mail.kind in (posting.INVITATION, posting.CHANGED):
            told.on_its_way = mail
    calls = PhoneTask.objects.filter(session__in=about.values(), purpose=PhoneTask.Purpose.INVITE)
    for session_id, guardian_id in calls.values_list("session_id", "guardian_id"):
        found[session_id, str(guardian_id)].called = True
    return found


def _see_to(case: _Case) -> int:
    """Nothing, or the one mail or call that is due; returns how many are new."""
    missing = case.missing
    if not missing or (case.invitation is not None and case.invitation.withdrawn_at is not None):
        return 0
    if case.told.on_its_way is not None:
        return _send_along(case.told.on_its_way, case.carries)
    day = mark("", case.session).removeprefix(":")
    if not (case.told.invited or case.told.called or case.has_begun):
        return case.post(posting.invitation_letter(case.invitation, case.carries))
    reminder = mark(REMINDER, case.session)
    if mark(PREPARATION, case.session) in missing:
        if not case.reach.why_phone:
            return case.post(Letter(posting.PRESESSION, day, {"carries": case.carries}))
        if not case.told.called and not case.has_begun:
            return _call(case, day)
    return case.post(Letter(posting.REMINDER, day, {"carries": [reminder]})) if reminder in missing else 0


def _send_along(mail: OutgoingMail, carries: list[str]) -> int:
    """Let a mail that is on its way take the marks; the next look makes good if it was just being sent."""
    waiting = OutgoingMail.objects.filter(pk=mail.pk, state=OutgoingMail.State.WAITING).select_for_update().first()
    if waiting is not None:
        waiting.context["carries"] = sorted({*waiting.context.get("carries", []), *carries})
        waiting.save(update_fields=["context"])
    return 0


def _call(case: _Case, day: str) -> int:
    """The call that stands for a pre-session mail, when no call was on the list yet."""
    key = posting.key(posting.PRESESSION, case.session.pk, case.reach.guardian.pk, day)
    return posting.make_call(key, session=case.session, guardian=case.reach.guardian, purpose=PhoneTask.Purpose.INVITE)
