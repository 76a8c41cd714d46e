"""What the other guardians of a child are told when one of them says that it comes, or does not (W8).

Never who said it, nor why. The mail waits as long as one about a change, so that two quick answers make one mail, or
none when all is as it was. Whom no mail reaches is called (W2).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery

from families.models import Guardianship
from sessions_app import phone_tasks, posting
from sessions_app.mail_times import change_mail_at
from sessions_app.models import Booking, FamilyAnswer, PhoneTask, Session
from sessions_app.posting import Letter, post
from sessions_app.reach import guardians_of
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.queue import cancel

_State = OutgoingMail.State
AGAIN = "Somebody answered again."


def tell_the_others(answer: FamilyAnswer, booking: Booking, session: Session, *, now: datetime) -> None:
    """Tell every other guardian with a way in what holds now, unless that is what they know.

    In the transaction of the answer.
    """
    told = OutgoingMail.objects.filter(kind=posting.ANSWERED, about=posting.about(session.pk))
    told = told.filter(context__child=str(booking.child_id))
    cancel(told.filter(state=_State.WAITING), "somebody answered again")
    called = _calls_about(booking)
    phone_tasks.close_needless(called, AGAIN, now=now)
    ways_in = set(session.invitations.filter(withdrawn_at=None).values_list("guardian_id", flat=True))
    own = told.exclude(state=_State.CANCELLED).order_by("-created_at")
    # Who would like to come after all, and finds the place gone, waits for one.
    waits = booking.state == Booking.State.WAITING
    comes = answer.coming and not waits
    for reach in guardians_of(booking.child_id):
        if reach.guardian.pk == answer.guardian_id or reach.guardian.pk not in ways_in:
            continue
        last = own.filter(person=posting.person(reach.guardian.pk)).first()
        heard = called.filter(guardian=reach.guardian, outcome=PhoneTask.Outcome.REACHED).order_by("-done_at").first()
        if _believed(booking, reach.guardian.pk, last, heard) == comes:
            continue
        facts = {"child": str(booking.child_id), "answer": str(answer.pk), "coming": comes, "waits": waits}
        at = change_mail_at(now, session.starts_at)
        post(
            # Who has an address reads it: a call as well would say nothing more.
            Letter(posting.ANSWERED, str(answer.pk), facts, "" if reach.by_mail else PhoneTask.Purpose.ANSWERED),
            session=session,
            reach=reach,
            now=now,
            not_before=at,
            expires_at=session.starts_at,
        )


def _calls_about(booking: Booking) -> QuerySet[PhoneTask]:
    """The calls that say what was answered for this place."""
    answers = [str(pk) for pk in booking.answers.values_list("pk", flat=True)]
    calls = PhoneTask.objects.filter(session=booking.session_id, purpose=PhoneTask.Purpose.ANSWERED)
    return calls.filter(key__regex=f":({'|'.join(answers)})$")


def _believed(booking: Booking, guardian_id: UUID, last: OutgoingMail | None, heard: PhoneTask | None) -> bool:
    """What this guardian takes for true: what they said or were told last; else that the child comes, as invited."""
    said = booking.answers.filter(guardian=guardian_id).first()
    known = [(said.answered_at, said.coming)] if said else []
    if last is not None:
        known.append((posting.made_at(last), bool(last.context["coming"])))
    if heard is not None and heard.done_at is not None:
        # They heard what held when they were called.
        before = booking.answers.filter(answered_at__lte=heard.done_at).first()
        known.append((heard.done_at, before is not None and before.coming))
    return max(known)[1] if known else True


def answers_of_calls(calls: Iterable[PhoneTask]) -> dict[Any, FamilyAnswer]:
    """By call: the answer that it tells, while that is the last one and the guardian may be told of the child.

    One query, and none without such calls.
    """
    named = {call.pk: call.key.rpartition(":")[2] for call in calls if call.purpose == PhoneTask.Purpose.ANSWERED}
    if not named:
        return {}
    standing = Guardianship.objects.inviting().filter(child=OuterRef("booking__child"))
    latest = FamilyAnswer.objects.filter(booking=OuterRef("booking")).order_by("-answered_at").values("pk")[:1]
    answers = FamilyAnswer.objects.filter(pk__in=named.values(), pk=Subquery(latest)).select_related("booking__child")
    by_id = {str(each.pk): each for each in answers.annotate(guardians=ArraySubquery(standing.values("guardian")))}
    found = {pk: by_id[answer] for pk, answer in named.items() if answer in by_id}
    return {call.pk: found[call.pk] for call in calls if call.pk in found and _may_know(call, found[call.pk])}


def _may_know(call: PhoneTask, answer: Any) -> bool:
    return call.guardian_id in answer.guardians
