"""The series behind the weekly offers: the sessions of the present term belong to them, the next term is empty."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from demo.sample.making import MAKER, fixed_id
from demo.sample.programme import OFFERS, Offer
from demo.sample.sessions import invited
from demo.sample.timetable import Planned, timetable
from families.models import Child
from sessions_app.models import Place, Series, Session, StaffAssignment, StaffProfile, Term
from sessions_app.series import rules
from sessions_app.series.days import days_off
from sessions_app.series.plans import Plan, store
from whippersnappers import dates
from whippersnappers.audit.trail import record


def make_series(staff: dict[str, StaffProfile], children: dict[str, Child], now: datetime) -> None:
    """One for each offer. Titles that vary from week to week are then the session's own."""
    term = Term.objects.meeting(dates.local(now).date(), dates.local(now).date()).get()
    planned = [one for one in timetable(now) if dates.local(one.starts_at).date() >= term.first_day]
    for offer in OFFERS:
        own = [one for one in planned if one.offer == offer]
        there = {session.pk: session for session in Session.objects.filter(pk__in=[_session(one) for one in own])}
        held = {dates.local(one.starts_at).date(): there[_session(one)] for one in own if _session(one) in there}
        _make(offer, term, held, staff, invited(own[0], children) if offer.group else [], now)


def _session(planned: Planned) -> UUID:
    return fixed_id("session", planned.name)


def _make(
    offer: Offer,
    term: Term,
    held: dict[date, Session],
    staff: dict[str, StaffProfile],
    children: list[Child],
    now: datetime,
) -> None:
    rule = rules.weekly([offer.weekday], every=offer.every)
    days = rules.days_until(rule, min(held), max(held))
    off = days_off(days)
    series = Series(
        id=fixed_id("series", offer.key),
        title=offer.variants[0].partition(":")[0],
        kind=offer.kind,
        delivery=Session.Delivery.IN_PERSON if offer.place else Session.Delivery.REMOTE,
        capacity=offer.places,
        place=Place.objects.get(name=offer.place) if offer.place else None,
        summary=offer.summary,
        nothing_needed=not offer.items,
        rule=rule,
        first_day=days[0],
        last_day=days[-1],
        starts=offer.starts,
        ends=(datetime.combine(days[0], offer.starts) + timedelta(minutes=offer.minutes)).time(),
        term=term,
    )
    plan = Plan(series, offer.pictured_steps, offer.items, staff=_roles(offer, staff), children=tuple(children))
    skipped = {day: off.get(day, "") for day in days if day not in held}
    store(replace(plan, days=tuple(held), skipped=skipped))
    for day, session in held.items():
        session.series, session.series_day = series, day
    Session.objects.bulk_update(held.values(), ["series", "series_day"])
    record("series.started", by=MAKER, target=series, now=now, sessions=len(held))


def _roles(offer: Offer, staff: dict[str, StaffProfile]) -> dict[UUID, str]:
    """Who delivers it; the first one named leads."""
    return {
        staff[name].pk: StaffAssignment.Role.SUPPORT if position else StaffAssignment.Role.LEAD
        for position, name in enumerate(offer.staff)
    }
