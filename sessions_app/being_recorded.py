"""No way into what is recorded for a guardian for none of whose children there is a yes (X1).

Silence is a no (docs/adr/0141), and letting somebody in without a signature is no way round it (docs/adr/0190).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from families import consenting
from families.models import Child, Consent, Guardianship
from sessions_app.models import Booking, Session
from whippersnappers.organisation import organisation
from whippersnappers.outbox.memory import shared


@dataclass(frozen=True)
class NoYes:
    """A child with a place who cannot be in it as things are. `question_path`: where this guardian may say yes."""

    child: str
    question_path: str


def without_yes(session: Session, places: Iterable[Booking]) -> tuple[NoYes, ...]:
    """Who of one guardian's children with a place may not be recorded; nobody where nothing is.

    No query for places that were read with `knowing_recording`.
    """
    if not session.is_recorded:
        return ()
    held: list[Any] = [place for place in places if place.state in Booking.HOLDING]
    return tuple(
        NoYes(place.child.known_as, question_path(place.child_id) if place.may_decide else "")
        for place in held
        if not place.may_be_recorded
    )


def shuts_out(missing: Iterable[object], coming: Iterable[object]) -> bool:
    """The rule itself: there are children with a place, and not one of them may be recorded."""
    having_a_place = len(list(coming))
    return having_a_place > 0 and len(list(missing)) == having_a_place


def lacks_yes(session: Session, places: Iterable[Booking]) -> bool:
    """Whether one guardian's places in the session leave nobody who may be recorded."""
    held = [place for place in places if place.state in Booking.HOLDING]
    return shuts_out(without_yes(session, held), held)


def question_path(child_id: Any) -> str:
    """The page where those with parental responsibility say yes or no. It is no key: they sign in there."""
    return reverse("portal_consent", args=[child_id])


def question_url(missing: Iterable[NoYes], otherwise: str) -> str:
    """The whole address of the first of these questions that the guardian may answer, for mails; or `otherwise`."""
    path = next((one.question_path for one in missing if one.question_path), "")
    return f"{organisation().site_url}{path}" if path else otherwise


def is_shut_out(guardian: str, session: str) -> Q:
    """The rule, for annotating rows that name a guardian and a session in these fields."""
    recorded = Session.objects.recorded().filter(pk=OuterRef(session))
    held = Booking.objects.answerable_by(guardian=OuterRef(OuterRef(guardian))).holding_a_place()
    held = held.filter(session=OuterRef(session))
    return Q(Exists(recorded)) & Q(Exists(held)) & ~Q(Exists(held.with_consent()))


def may_be_recorded(children: Iterable[Any]) -> set[Any]:
    """Which of the children (keys) may be; one query."""
    yes = consenting.consented(Consent.Purpose.RECORDED_GROUP).filter(child__in=children)
    return set(yes.values_list("child", flat=True))


def shut_out_of(session: Session, children_of: Mapping[Any, Iterable[Child]]) -> set[Any]:
    """Of the guardians with these children in the session, those with no way in; one query, or none."""
    if not session.is_recorded:
        return set()
    allowed = may_be_recorded({child.pk for children in children_of.values() for child in children})
    return {
        guardian
        for guardian, children in children_of.items()
        if shuts_out([child for child in children if child.pk not in allowed], children)
    }


def without_yes_in_mail(session: Session, guardian_id: Any, children: Iterable[Child]) -> tuple[NoYes, ...]:
    """`without_yes` for a mail that is being written. Mails of one round share what holds, for a second at most."""
    if not session.is_recorded:
        return ()
    allowed = shared(("who may be recorded", session.pk), lambda: _allowed_in(session))
    missing = [child for child in children if child.pk not in allowed]
    if not missing:
        return ()
    decides = set(
        Guardianship.objects.deciding().filter(guardian=guardian_id, child__in=missing).values_list("child", flat=True)
    )
    return tuple(NoYes(child.known_as, question_path(child.pk) if child.pk in decides else "") for child in missing)


def _allowed_in(session: Session) -> set[Any]:
    held = Booking.objects.filter(session=session.pk).holding_a_place().with_consent()
    return set(held.values_list("child", flat=True))
