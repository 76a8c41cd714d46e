"""Reading an answer from a form, and saying what follows from it: the same signed in and by the link of a mail."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest

from families.portal.typed import typed_before
from sessions_app import answering
from sessions_app.family_sessions import FamilySession
from sessions_app.models import Booking


@dataclass(frozen=True)
class Typed:
    """What was pressed and typed, so that nothing is lost when something is wrong with it: `mistake` says what.

    `sure`: pressed under the words that say who waits for the place. `asks_again`: nothing is wrong, but that they
    have not read them yet.
    """

    place: Booking
    coming: bool
    reason: str | None
    sure: bool = False
    mistake: str = ""
    asks_again: bool = False

    def with_mistake(self, error: ValidationError) -> "Typed":
        if isinstance(error, answering.AsksAgain):
            return replace(self, asks_again=True)
        return replace(self, mistake=error.messages[0])


def answer_from(request: HttpRequest, places: Iterable[Booking]) -> Typed:
    """The answer that the form gives for one of these places; 404 for any other place, or no answer at all."""
    place = next((place for place in places if str(place.pk) == request.POST.get("place")), None)
    said = request.POST.get("answer")
    if place is None or said not in ("yes", "no"):
        raise Http404
    return Typed(place, said == "yes", request.POST.get("reason"), sure=request.POST.get("sure") == "yes")


def reason_before(request: HttpRequest, places: Iterable[Booking]) -> Typed | None:
    """The reason that stood in its form when the layout was switched."""
    typed = typed_before(request)
    place = next((place for place in places if str(place.pk) == typed.get("place")), None)
    return Typed(place, False, typed.get("reason")) if place else None


def reason_form(seen: FamilySession, typed: Typed | None, now: datetime) -> str:
    """The id of the first form on the page that asks why a child does not come; empty where none does.

    It is asked for a child that does not come, and where a reason was typed for one that has its place still.
    """
    written = {typed.place.pk} if typed and typed.reason else set()
    asking = (
        place.booking.pk
        for place in seen.places
        if place.state == Booking.State.NOT_COMING or (place.has_place and place.booking.pk in written)
    )
    first = next(asking, None)
    return f"typing-{first}" if first and seen.can_answer(now) else ""


def say_what_follows(request: HttpRequest, booking: Booking) -> None:
    """One sentence on the next page: how it stands with the child now."""
    child = booking.child.known_as
    match booking.state:
        case Booking.State.COMING:
            messages.success(request, f"Thank you. {child} is coming.")
        case Booking.State.WAITING:
            messages.warning(
                request,
                f"Another child has the place now. {child} is on the waiting list. We tell you when a place is free.",
            )
        case _:
            messages.success(request, f"Thank you for telling us. {child} is not coming.")
