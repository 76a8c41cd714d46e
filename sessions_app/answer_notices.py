"""What the other guardians of a child are told when one of them says that it comes, or does not (W8).

Never who said it, nor why. The mail waits as long as one about a change, so that two quick answers make one mail, or
none when all is as it was.
"""

from datetime import datetime
from uuid import UUID

from sessions_app import posting
from sessions_app.mail_times import change_mail_at
from sessions_app.models import Booking, FamilyAnswer, Session
from sessions_app.posting import Letter, post
from sessions_app.reach import guardians_of
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.queue import cancel

_State = OutgoingMail.State


def tell_the_others(answer: FamilyAnswer, booking: Booking, session: Session, *, now: datetime) -> None:
    """Tell every other guardian with a way in what holds now, unless that is what they know.

    In the transaction of the answer.
    """
    told = OutgoingMail.objects.filter(kind=posting.ANSWERED, about=posting.about(session.pk))
    told = told.filter(context__child=str(booking.child_id))
    cancel(told.filter(state=_State.WAITING), "somebody answered again")
    ways_in = set(session.invitations.filter(withdrawn_at=None).values_list("guardian_id", flat=True))
    own = told.exclude(state=_State.CANCELLED).order_by("-created_at")
    # Who would like to come after all, and finds the place gone, waits for one.
    waits = booking.state == Booking.State.WAITING
    comes = answer.coming and not waits
    for reach in guardians_of(booking.child_id):
        if reach.guardian.pk == answer.guardian_id or reach.guardian.pk not in ways_in:
            continue
        last = own.filter(person=posting.person(reach.guardian.pk)).first()
        if _believed(booking, reach.guardian.pk, last) == comes:
            continue
        facts = {"child": str(booking.child_id), "answer": str(answer.pk), "coming": comes, "waits": waits}
        at = change_mail_at(now, session.starts_at)
        post(
            Letter(posting.ANSWERED, str(answer.pk), facts),
            session=session,
            reach=reach,
            now=now,
            not_before=at,
            expires_at=session.starts_at,
        )


def _believed(booking: Booking, guardian_id: UUID, last: OutgoingMail | None) -> bool:
    """What this guardian takes for true: what they said or were told last; else that the child comes, as invited."""
    said = booking.answers.filter(guardian=guardian_id).first()
    if last is not None and (said is None or posting.made_at(last) > said.answered_at):
        return bool(last.context["coming"])
    return True if said is None else said.coming
