"""The readiness gate: everything that keeps a session from being confirmed, each with its clause.

One function answers for the whole portal. A session with blockers cannot be confirmed; a confirmed one
that gets a blocker again has its gate re-opened (`gate.py`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import DateTimeRangeField
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    Func,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Concat

from sessions_app.capacity import places_of, with_places
from sessions_app.models import Booking, Meeting, Session, SessionItem, SessionStep, StaffAssignment, ZoomHost
from sessions_app.staff_standing import STAFF_NEEDED, away_of_each, standings
from whippersnappers.organisation import Organisation, organisation
from whippersnappers.policy import Clause
from whippersnappers.secret_requests import asks_for_secret

LONDON = ZoneInfo("Europe/London")
# Of whom a sentence names so many; the page marks them all.
NAMED = 8
NO_HOST = "No Zoom host is free at this time: choose another time, or free a host."


@dataclass(frozen=True)
class Blocker:
    """One thing to mend before a session can be confirmed.

    `where` names the part of the session’s form: staff, content, props, host, bookings, time, text, place. `in_mail`
    says it without children’s names, where the message has some: mails and their rows are read over shoulders (W8).
    """

    code: str
    clause: Clause
    message: str
    where: str
    in_mail: str = ""


def blockers(session: Session, now: datetime) -> list[Blocker]:
    """Every blocker of a draft or confirmed session, in the order of its form; empty means ready."""
    rules: tuple[Callable[[Session, datetime], Iterable[Blocker]], ...] = (
        time_blockers,
        _place,
        _content,
        _props,
        _text,
        _staff,
        _bookings,
        _consents,
        _host,
    )
    return [blocker for rule in rules for blocker in rule(session, now)]


def gate_facts(sessions: "QuerySet[Session]") -> "QuerySet[Session]":
    """The sessions with all that `blockers` reads and who is on them, in two queries however many they are.

    Nobody looks at the gate of a session that was held or called off, so nothing is gathered for it.
    """
    return (
        with_places(sessions.select_related("place"))
        .annotate(
            steps_said=_if_open(ArraySubquery(_steps_said(OuterRef("pk")))),
            items_said=_if_open(ArraySubquery(_items_said(OuterRef("pk")))),
            has_host=_if_open(_has_host_or_free_one()),
            staff_away=_if_open(away_of_each()),
            without_consent=_if_open(ArraySubquery(_without_consent(OuterRef("pk")))),
        )
        .prefetch_related(Prefetch("assignments", _on_it()))
    )


def _if_open(fact: Any) -> Case:
    return Case(When(state__in=[Session.State.DRAFT, Session.State.CONFIRMED], then=fact))


def _on_it() -> "QuerySet[StaffAssignment]":
    """Staff with what a list says of them, and what their standing is read from."""
    of_staff = ("first_name", "dbs_valid_until", "training_valid_until", "user__name", "user__email", "user__is_active")
    names = ("session_id", "role", "withdrawn_at", *(f"staff__{name}" for name in of_staff))
    return StaffAssignment.objects.select_related("staff__user").only(*names)


def _has_host_or_free_one() -> ExpressionWrapper:
    # Two levels up: session, free hosts, their meetings.
    start, end = OuterRef(OuterRef("starts_at")), OuterRef(OuterRef("ends_at"))
    period = Func(start, end, function="tstzrange", output_field=DateTimeRangeField())
    held = Exists(Meeting.objects.filter(session=OuterRef("pk"), is_wanted=True))
    return ExpressionWrapper(Q(held) | Q(Exists(_hosts_free_during(period))), output_field=BooleanField())


def time_blockers(session: Session, now: datetime) -> list[Blocker]:
    """What is wrong with the time alone, so that a move can be refused before anybody is told."""
    return list(_time(session, now))


def _time(session: Session, now: datetime) -> Iterable[Blocker]:
    start, end = session.starts_at.astimezone(LONDON), session.ends_at.astimezone(LONDON)
    us = organisation()
    outside = start.time() < us.opens_at or end.time() > us.closes_at or start.date() != end.date()
    if outside:
        yield Blocker("outside_hours", Clause.A1, hours_said(us), "time")
    if session.state == Session.State.DRAFT and session.starts_at <= now:
        yield Blocker("in_the_past", Clause.W2, "The start has passed: choose a time still to come.", "time")


def hours_said(us: Organisation) -> str:
    """Why a time outside our hours will not do."""
    return f"Sessions take place between {us.opens_at:%H:%M} and {us.closes_at:%H:%M}: choose another time."


def _place(session: Session, now: datetime) -> Iterable[Blocker]:
    if not session.is_remote and session.place is None:
        yield Blocker("no_place", Clause.W2, "Say where the session takes place.", "place")


def _content(session: Session, now: datetime) -> Iterable[Blocker]:
    if not _steps_of(session):
        yield Blocker("no_content", Clause.W2, "Say what will happen: add at least one step.", "content")


def _props(session: Session, now: datetime) -> Iterable[Blocker]:
    listed = bool(_items_of(session))
    if not listed and not session.nothing_needed:
        message = "Say what families need to bring, or tick “nothing needed”."
        yield Blocker("props_unanswered", Clause.W2, message, "props")
    if listed and session.nothing_needed:
        message = "Props are listed and “nothing needed” is ticked: choose one."
        yield Blocker("props_contradict", Clause.W2, message, "props")


def family_texts(session: Session) -> list[str]:
    """Every text of a session that families will read."""
    return [session.title, session.summary, *_steps_of(session), *_items_of(session)]


def _steps_of(session: Session) -> list[str]:
    return _known(session, "steps_said", lambda: [step["said"] for step in _steps_said(session.pk)])


def _items_of(session: Session) -> list[str]:
    return _known(session, "items_said", lambda: [item["said"] for item in _items_said(session.pk)])


def _known(session: Session, fact: str, ask: Callable[[], Any]) -> Any:
    """Lists ask for all their sessions at once (`gate_facts`), a single session asks here."""
    known = getattr(session, fact, None)
    return ask() if known is None else known


def _steps_said(session: Any) -> "QuerySet[Any, Any]":
    return _said(SessionStep.objects.filter(session=session), "title", "detail")


def _items_said(session: Any) -> "QuerySet[Any, Any]":
    return _said(SessionItem.objects.filter(session=session), "name", "note")


def _said(lines: "QuerySet[Any]", first: str, then: str) -> "QuerySet[Any, Any]":
    return lines.annotate(said=Concat(first, Value(". "), then)).values("said")


def _text(session: Session, now: datetime) -> Iterable[Blocker]:
    for text in family_texts(session):
        sentence = asks_for_secret(text)
        if sentence:
            message = f"We never ask families for passwords or login details. Change this: “{sentence}”"
            yield Blocker("asks_for_secret", Clause.N1, message, "text")


def _staff(session: Session, now: datetime) -> Iterable[Blocker]:
    found = standings(session)
    able = sum(one.can_deliver for one in found)
    if able < STAFF_NEEDED:
        has = {0: "nobody is", 1: "one is"}[able]
        message = f"Two cleared members of staff must be there; {has} so far."
        yield Blocker("too_few_staff", Clause.W5, message, "staff")
    for one in found:
        who = one.assignment.staff
        if one.gaps:
            message = f"{who} cannot deliver this session: {', '.join(one.gaps)}."
            yield Blocker("not_cleared", Clause.W5, message, "staff")
        if one.is_away:
            yield Blocker("away", Clause.W5, f"{who} is away at that time: find somebody else.", "staff")
    if not any(one.assignment.role == StaffAssignment.Role.LEAD for one in found):
        yield Blocker("no_lead", Clause.W5, "Say who leads the session.", "staff")


def _bookings(session: Session, now: datetime) -> Iterable[Blocker]:
    places = places_of(session)
    if not places.held:
        nobody = "Nobody is invited yet." if session.state == Session.State.DRAFT else "No child is coming any more."
        yield Blocker("nobody_invited", Clause.F7, nobody, "bookings")
    if places.held > places.capacity:
        offered = f" and {places.offered} offered a place" if places.offered else ""
        message = f"{places.taken} children are invited{offered}, but there are {places.capacity} places."
        yield Blocker("over_capacity", Clause.F7, message, "bookings")
    if session.kind == Session.Kind.ONE_TO_ONE and places.taken > 1:
        message = f"A 1:1 session is for one child; {places.taken} are invited."
        yield Blocker("one_child_only", Clause.W6, message, "bookings")


def _consents(session: Session, now: datetime) -> Iterable[Blocker]:
    """Who has no yes to being recorded can take part only in what is not recorded."""
    if not session.is_recorded:
        return
    names = _known(session, "without_consent", lambda: [row["named"] for row in _without_consent(session.pk)])
    if names:
        mend = "Ask the families, or take them out."
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        said = f"It is recorded, and nobody has said yes to that for {', '.join(names[:NAMED])}{more}. {mend}"
        who = "1 child has" if len(names) == 1 else f"{len(names)} children have"
        in_mail = f"It is recorded, and {who} no yes to that. {mend}"
        yield Blocker("no_consent", Clause.X1, said, "bookings", in_mail)


def _without_consent(session: Any) -> "QuerySet[Any, Any]":
    held = Booking.objects.filter(session=session).holding_a_place().without_consent()
    named = held.annotate(named=Concat("child__known_as", Value(" "), "child__last_name"))
    return named.order_by("child__known_as", "child__last_name").values("named")


def _host(session: Session, now: datetime) -> Iterable[Blocker]:
    if not session.is_remote:
        return
    if not _known(session, "has_host", lambda: _has_host(session)):
        yield Blocker("no_host", Clause.W1, NO_HOST, "host")


def _has_host(session: Session) -> bool:
    held = session.meetings.filter(is_wanted=True)
    return held.exists() or free_hosts(session.starts_at, session.ends_at).exists()


def free_hosts(starts_at: datetime, ends_at: datetime) -> "QuerySet[ZoomHost]":
    """Zoom hosts in use that hold no meeting between the two times."""
    return _hosts_free_during((starts_at, ends_at)).order_by("name")


def _hosts_free_during(period: Any) -> "QuerySet[ZoomHost]":
    busy = Meeting.objects.filter(is_wanted=True, period__overlap=period)
    return ZoomHost.objects.filter(is_active=True).exclude(pk__in=busy.values("host"))
