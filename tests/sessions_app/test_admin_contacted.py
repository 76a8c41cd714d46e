"""Who has been contacted in a week: four facts for each family of each session, from what really happened."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sessions_app import phone_tasks
from sessions_app.admin.contacted import week_of
from sessions_app.contacting import contacted_by_session, contacts_of, families_by_session
from sessions_app.models import Booking, Invitation, JoinUse, PhoneTask, Session
from tests.factories import GuardianFactory, GuardianshipFactory, household, london
from tests.sessions_app.mail_scenes import NOW, START, deliver, from_clock, planned
from tests.sessions_app.staff_forms import text_of
from whippersnappers import dates
from whippersnappers.accounts.models import User

pytestmark = pytest.mark.django_db
AFTER = START - timedelta(hours=47)


@pytest.fixture
def planner(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


@pytest.fixture
def scene(coordinator: User, sink: Any) -> Session:
    """One session: a family that mail reached, and one that has only a phone."""
    mailed, phoned = household(email="ada@example.com"), household(email="", phone="07700 900123")
    session = planned(coordinator, children=[*mailed[1], *phoned[1]])
    deliver(NOW)
    from_clock(START - timedelta(hours=48), AFTER)
    return session


def said(session: Session, now: Any = AFTER) -> dict[str, list[str]]:
    """What the page says of each family, by how it is reached."""
    coordinator = User.objects.get(email="cora@whippersnappers.org")
    (each,) = week_of(dates.week_of(START), "", user=coordinator, now=now).sessions
    return {
        "mailed" if row.family.contacts[0].reach.by_mail else "phoned": [fact.word for fact in row.facts]
        for row in each.rows
    }


def test_what_is_said_follows_what_happened(scene: Session, coordinator: User) -> None:
    assert said(scene) == {
        "mailed": ["Contacted", "Join page not opened", "No answer yet", "No call needed"],
        "phoned": ["Not contacted yet", "Join page not opened", "No answer yet", "Call open"],
    }
    phone_tasks.record_call(PhoneTask.objects.get().pk, outcome="reached", by=coordinator, now=AFTER)
    Booking.objects.filter(session=scene).update(state="coming")
    for invitation in Invitation.objects.all():
        JoinUse.objects.create(invitation=invitation, at=START, outcome="too_early")
    JoinUse.objects.create(invitation=Invitation.objects.get(guardian__email=""), at=START, outcome="joined")
    assert said(scene) == {
        "mailed": ["Contacted", "Opened the join page", "Coming", "No call needed"],
        "phoned": ["Contacted", "Went to Zoom", "Coming", "Spoke to them"],
    }


def test_a_call_that_came_too_late_is_not_called_open(scene: Session) -> None:
    assert said(scene, START + timedelta(hours=1))["phoned"][3] == "Call never made"


def test_a_household_is_contacted_when_each_of_its_adults_is(coordinator: User, sink: Any) -> None:
    adults, children = household(guardians=2, children=2)
    type(adults[0]).objects.filter(pk=adults[0].pk).update(email="", phone="1")
    session = planned(coordinator, children=children)
    deliver(NOW)
    from_clock(START - timedelta(hours=48), AFTER)
    Booking.objects.filter(child=children[0]).update(state="coming")
    (words,) = said(session).values()
    assert words == ["1 of 2 contacted", "Join page not opened", "1 of 2 coming", "Call open"]


def test_separated_parents_are_two_families(coordinator: User) -> None:
    (mother,), (child,) = household()
    father = GuardianFactory()
    GuardianshipFactory(guardian=father, child=child)
    session = planned(coordinator, children=[child])
    families = families_by_session([session.pk])[session.pk].families
    assert {(f.family, tuple(c.reach.guardian for c in f.contacts)) for f in families} == {
        (mother.family, (mother,)),
        (father.family, (father,)),
    }


def test_who_is_not_coming_needs_no_contact_and_is_named(planner: Client, scene: Session) -> None:
    refusing = Booking.objects.filter(session=scene, child__family__guardians__email="").get()
    Booking.objects.filter(pk=refusing.pk).update(state="not_coming")
    assert list(said(scene)) == ["mailed"]
    page = text_of(planner.get(reverse("admin:contacted"), {"week": "2026-W48"}))
    assert f"Not coming: {refusing.child.known_as}." in page


@pytest.mark.parametrize(
    ("show", "listed"),
    [("", {"mailed", "phoned"}), ("waiting", {"phoned"}), ("calls", {"phoned"}), ("unanswered", {"mailed", "phoned"})],
)
def test_the_page_counts_and_filters(planner: Client, scene: Session, show: str, listed: set[str]) -> None:
    page = planner.get(reverse("admin:contacted"), {"week": "2026-W48", "show": show})
    week = page.context["week"]
    assert (week.families, week.not_contacted, week.calls_open) == (2, 1, 1)
    assert "1 of 2 families not contacted" in text_of(page)
    shown = {row.family.contacts[0].reach.by_mail for each in week.sessions for row in each.shown}
    assert shown == {how == "mailed" for how in listed}
    assert reverse("admin:sessions_app_phonetask_change", args=[PhoneTask.objects.get().pk]) in text_of(page)


@pytest.mark.parametrize(
    ("query", "week"),
    [
        ({"week": "2026-W48"}, "2026-11-23"),
        ({"day": "2026-11-29"}, "2026-11-23"),
        # The weeks in which the clocks change begin and end at London's midnights.
        ({"week": "2026-W13"}, "2026-03-23"),
        ({"day": "2026-10-25"}, "2026-10-19"),
        ({"week": "2020-W53"}, "2020-12-28"),
    ],
)
def test_a_week_is_found_by_its_name_or_any_of_its_days(planner: Client, query: dict[str, str], week: str) -> None:
    page = planner.get(reverse("admin:contacted"), query)
    assert (page.context["week"].start, page.context["mistake"]) == (london(f"{week} 00:00"), "")
    for step, days in (("previous", -7), ("next", 7)):
        there = planner.get(reverse("admin:contacted"), {"week": page.context[step]}).context["week"].start
        assert there == london(f"{week} 00:00") + timedelta(days=days)


@pytest.mark.parametrize(
    "query",
    [{"week": "2026-W60"}, {"week": "soon"}, {"day": "2026-02-30"}, {"day": "9999-12-31"}, {"week": "0001-W01"}],
)
def test_a_day_that_does_not_exist_is_said_kindly(planner: Client, query: dict[str, str]) -> None:
    page = planner.get(reverse("admin:contacted"), query)
    assert (page.status_code, page.context["name"]) == (200, page.context["this"])
    assert "There is no such day." in text_of(page)


def test_the_sessions_are_those_of_the_week_that_families_know_of(planner: Client, coordinator: User) -> None:
    sunday = planned(coordinator, start=london("2026-11-29 16:00"))
    planned(coordinator, start=london("2026-11-30 09:00"))
    draft = planned(coordinator, start=london("2026-11-28 16:00"))
    Session.objects.filter(pk=draft.pk).update(state="draft")
    page = planner.get(reverse("admin:contacted"), {"week": "2026-W48"})
    assert [each.session for each in page.context["week"].sessions] == [sunday]


def test_a_week_without_sessions_says_so(planner: Client) -> None:
    page = planner.get(reverse("admin:contacted"), {"week": "2031-W01"})
    assert "No session of this week is confirmed yet" in text_of(page)


def test_the_count_of_a_session_follows_the_same_rule(scene: Session, coordinator: User) -> None:
    def both() -> tuple[Any, Any]:
        one_by_one = contacts_of(scene.pk)
        counted = contacted_by_session([scene.pk])[scene.pk]
        return (counted.reached, counted.wanted), (sum(c.is_contacted for c in one_by_one), len(one_by_one))

    assert both() == ((1, 2), (1, 2))
    phone_tasks.record_call(PhoneTask.objects.get().pk, outcome="reached", by=coordinator, now=AFTER)
    assert both() == ((2, 2), (2, 2))
    Booking.objects.filter(child__family__guardians__email="").update(state="withdrawn")
    assert both() == ((1, 1), (1, 1))
