"""Planning and changing a series on its pages: shown first, then done; what is refused and in which words."""

from datetime import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sessions_app.models import Holiday, Series, Session, Skill, Term
from tests.factories import GroupFactory, StaffProfileFactory, ZoomHostFactory, household, london
from tests.sessions_app.series.scenes import day, days_of
from tests.sessions_app.staff_forms import add_line, as_posted, errors_of, text_of
from whippersnappers.accounts.models import User
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db

ADD = "admin:sessions_app_series_add"
NOW = london("2027-01-04 12:00")


@pytest.fixture(autouse=True)
def monday_in_january(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def planner(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


@pytest.fixture
def group():
    group = GroupFactory(name="Drummers")
    group.children.set(household(children=3)[1])
    return group


def blank(planner: Client, **fields: Any) -> dict[str, Any]:
    """The data of a new weekly series of six Tuesdays, filled in so that it can be planned."""
    filled = {
        "title": "Drums",
        "kind": "small_group",
        "delivery": "remote",
        "capacity": "12",
        "repeats": "weekly",
        "first_day": "2027-01-12",
        "count": "6",
        "starts": "16:00",
        "ends": "16:45",
    }
    data = as_posted(planner.get(reverse(ADD)))
    # Lists of which nothing is chosen are not posted at all.
    return (
        {name: value for name, value in data.items() if name not in ("weekdays", "child", "groups", "wanted_skills")}
        | filled
        | fields
    )


def press(planner: Client, url: str, data: dict[str, Any]) -> Any:
    """The second press: what the page shows as it would be, with its days ticked as they are there."""
    page = planner.post(url, data)
    assert not errors_of(page), errors_of(page)
    shown = page.context["days"]
    seen = {
        "shown": [str(d.day) for d in shown],
        "takes_place": [str(d.day) for d in shown if d.ticked],
        "seen": page.context["rehearsal"].fingerprint,
        "do": "yes",
    }
    return planner.post(url, data | seen)


def refused(planner: Client, **fields: Any) -> dict[str, list[str]]:
    page = planner.post(reverse(ADD), blank(planner, **fields))
    assert page.status_code == 200
    assert Series.objects.count() == Session.objects.count() == 0
    return errors_of(page)


def test_the_first_press_shows_the_days_and_stores_nothing(planner, group):
    page = planner.post(reverse(ADD), blank(planner, groups=[group.pk], count="14"))
    shown = page.context["days"]
    assert [d.said for d in shown if not d.ticked] == []
    assert len(shown) == 14
    assert "14 sessions are planned" in text_of(page)
    assert Series.objects.count() == 0


def test_the_second_press_plans_it(planner, group):
    data = add_line(blank(planner, groups=[group.pk]), "steps", title="Hello song", position="")
    data = add_line(data, "staff", staff=StaffProfileFactory().pk, role="lead")
    response = press(planner, reverse(ADD), data)
    series = Series.objects.get()
    assert response.url == reverse("admin:sessions_app_series_change", args=[series.pk])
    assert len(days_of(series)) == 6
    session = series.sessions.first()
    assert session.bookings.count() == 3
    assert [a.role for a in session.assignments.all()] == ["lead"]
    assert planner.get(response.url).status_code == 200


def test_skills_that_help_are_ticked_once_for_all_its_sessions(planner):
    makaton = Skill.objects.create(name="Makaton")
    press(planner, reverse(ADD), blank(planner, wanted_skills=[makaton.pk]))
    series = Series.objects.get()
    assert makaton.sessions.filter(series=series).count() == 6
    # taken off again, the page says so first
    url = reverse("admin:sessions_app_series_change", args=[series.pk])
    page = planner.get(url)
    assert page.context["adminform"].form["wanted_skills"].value() == [makaton.pk]
    data = {name: value for name, value in as_posted(page).items() if name not in ("child", "wanted_skills")}
    assert "new: skills that help" in text_of(planner.post(url, data))
    press(planner, url, data)
    assert not makaton.sessions.exists()


def test_a_term_gives_both_ends_and_half_term_is_left_out_unless_ticked(planner):
    term = Term.objects.create(name="Spring", first_day=day("2027-03-22"), last_day=day("2027-04-05"))
    data = blank(planner, first_day="", count="", term=term.pk, repeats="daily")
    page = planner.post(reverse(ADD), data)
    off = {d.said: d.why for d in page.context["days"] if not d.ticked}
    assert off == {"Friday 26 March": "Good Friday", "Monday 29 March": "Easter Monday"}
    press(planner, reverse(ADD), data)
    assert len(days_of(Series.objects.get())) == 13


def test_what_is_usual_may_be_left_out(planner, group):
    Term.objects.create(name="This term", first_day=day("2026-12-28"), last_day=day("2027-01-31"))
    term = Term.objects.create(name="Next term", first_day=day("2027-02-01"), last_day=day("2027-02-28"))
    page = planner.get(reverse(ADD))
    assert page.context["adminform"].form["term"].value() == term.pk
    left_out = dict.fromkeys(("title", "capacity", "first_day", "count", "ends"), "")
    data = blank(planner, **left_out, weekdays=["1"], groups=[group.pk])
    press(planner, reverse(ADD), data)
    series = Series.objects.get()
    assert (series.title, series.capacity, series.term) == ("Drummers", 3, term)
    assert (series.starts, series.ends) == (time(16), time(16, 45))
    assert days_of(series) == ["2027-02-02", "2027-02-09", "2027-02-16", "2027-02-23"]


def test_a_series_in_the_present_term_begins_tomorrow_at_the_earliest(planner):
    term = Term.objects.create(name="This term", first_day=day("2026-12-01"), last_day=day("2027-01-08"))
    page = planner.post(reverse(ADD), blank(planner, first_day="", count="", term=term.pk, weekdays=["0", "1"]))
    assert [d.said for d in page.context["days"]] == ["Tuesday 5 January"]


def test_a_press_on_something_else_than_was_seen_shows_it_again(planner):
    page = planner.post(reverse(ADD), blank(planner))
    seen = {"seen": page.context["rehearsal"].fingerprint, "do": "yes"}
    again = planner.post(reverse(ADD), blank(planner, count="7") | seen)
    assert again.status_code == 200
    assert "7 sessions are planned" in text_of(again)
    assert Series.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "at", "words"),
    [
        ({"ends": "15:00"}, "ends", "must end after"),
        ({"first_day": "2027-02-30"}, "first_day", "no such day"),
        ({"title": ""}, "title", "Give it a title"),
        ({"first_day": ""}, "first_day", "on which day it begins"),
        ({"count": ""}, "last_day", "when it ends"),
        ({"last_day": "2027-03-01"}, "count", "not both"),
        ({"count": "", "last_day": "2027-01-01"}, "last_day", "before the first"),
        ({"count": "10000"}, "count", "at most"),
        ({"count": "", "last_day": "9999-12-31"}, "last_day", "five years"),
        ({"count": "0"}, "count", "Write 1 or more"),
        ({"repeats": "daily", "count": "", "last_day": "2028-01-01"}, "last_day", "more than 120"),
        ({"repeats": "own", "rule": "every tuesday"}, "rule", "Begin with how often"),
        ({"repeats": "own", "rule": "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"}, "count", "no day"),
        ({"first_day": "2026-12-01"}, "first_day", "has passed"),
        ({"starts": "21:00", "ends": "21:30"}, "starts", "Sessions take place between"),
        ({"title": "Please send us your password"}, "title", "passwords"),
        ({"capacity": "0"}, "__all__", "at least one place"),
    ],
)
def test_bad_input_is_said_at_its_field_and_nothing_is_stored(planner, fields, at, words):
    errors = refused(planner, **fields)
    assert words in " ".join(errors[at])


def test_a_night_when_the_clocks_change_is_named(planner, settings):
    errors = refused(planner, first_day="2027-03-28", count="1", starts="01:30", ends="03:00")
    assert "Sunday 28 March" in errors["starts"][0]


@pytest.fixture
def series(planner, group):
    data = add_line(blank(planner, groups=[group.pk], nothing_needed="on"), "steps", title="Hello song", position="")
    for role in ("lead", "support"):
        data = add_line(data, "staff", staff=StaffProfileFactory().pk, role=role)
    ZoomHostFactory()
    press(planner, reverse(ADD), data)
    return Series.objects.get()


def page_of(series) -> str:
    return reverse("admin:sessions_app_series_change", args=[series.pk])


def edited(planner: Client, series: Series, **fields: Any) -> dict[str, Any]:
    data = as_posted(planner.get(page_of(series)))
    children = [str(place.child_id) for place in series.children.all()]
    return data | {"child": children, "weekdays": ["1"]} | fields


def test_a_change_says_what_it_does_and_then_does_it(planner, series):
    data = edited(planner, series, title="Big drums")
    page = planner.post(page_of(series), data)
    assert "6 sessions change" in text_of(page)
    assert "families do not know" in text_of(page)
    press(planner, page_of(series), data)
    assert {s.title for s in series.sessions.all()} == {"Big drums"}


def test_nothing_changed_changes_nothing(planner, series):
    before = list(series.sessions.order_by("pk").values())
    page = planner.post(page_of(series), edited(planner, series))
    assert "6 sessions stay as they are" in text_of(page)
    press(planner, page_of(series), edited(planner, series))
    assert list(series.sessions.order_by("pk").values()) == before


def test_from_a_day_on_leads_to_the_series_that_follows(planner, series):
    response = press(planner, page_of(series), edited(planner, series, holds="2027-02-02", title="Big drums"))
    following = Series.objects.get(follows=series)
    assert response.url == page_of(following)
    assert following.sessions.count() == series.sessions.count() == 3


def test_two_who_edit_one_series_do_not_undo_each_other(planner, series):
    mine = edited(planner, series, title="Mine")
    press(planner, page_of(series), edited(planner, series, capacity="20"))
    page = planner.post(page_of(series), mine)
    assert "Somebody else changed" in text_of(page)
    assert page.context["adminform"].form["title"].value() == "Mine"
    assert Series.objects.get().title == "Drums"


def step(planner: Client, series: Series, name: str, **fields: str) -> Any:
    url = reverse(f"admin:sessions_app_series_{name}", args=[series.pk])
    page = planner.post(url, fields)
    rehearsal = page.context.get("rehearsal")
    return planner.post(url, fields | {"seen": rehearsal.fingerprint}) if rehearsal else page


def test_extend_pause_take_up_again_and_end(planner, series):
    assert step(planner, series, "extend", last_day="2027-03-09").status_code == 302
    assert len(days_of(series)) == 9
    step(planner, series, "pause", from_day="2027-01-19", until="2027-01-31")
    assert len(days_of(series)) == 7
    step(planner, series, "resume", from_day="2027-01-20")
    assert "2027-01-26" in days_of(series)
    assert "2027-01-19" not in days_of(series)
    step(planner, series, "end", last_day="2027-02-02")
    assert days_of(series)[-1] == "2027-02-02"
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(
    ("name", "fields", "words"),
    [
        ("extend", {"last_day": "2027-01-12"}, "after the present last day"),
        ("extend", {"last_day": "2045-01-12"}, "five years"),
        ("end", {"last_day": "2028-01-12"}, "between the first and the present last day"),
        ("end", {"last_day": "31/02/2027"}, "no such day"),
        ("pause", {"from_day": "2027-01-20", "until": "2027-01-13"}, "before the first"),
        ("pause", {"from_day": "2027-01-20", "until": "2027-01-21"}, "does not take place"),
    ],
)
def test_a_step_that_does_not_go_is_refused_in_words(planner, series, name, fields, words):
    page = planner.post(reverse(f"admin:sessions_app_series_{name}", args=[series.pk]), fields)
    assert words in text_of(page)
    assert len(days_of(series)) == 6


def test_what_has_begun_is_said_to_stay_and_so_are_the_days_that_stay_free(planner, coordinator, series, time_machine):
    assert "begun" not in text_of(planner.get(page_of(series)))
    time_machine.move_to("2027-01-20 12:00+00:00")
    planner.force_login(coordinator)
    said = "2 sessions have begun or are over: they stay as they are, whatever you change here."
    assert text_of(planner.post(page_of(series), edited(planner, series, title="Big drums"))).count(said) == 2
    Holiday.objects.create(name="Easter", first_day="2027-02-20", last_day="2027-02-28")
    page = planner.post(reverse("admin:sessions_app_series_extend", args=[series.pk]), {"last_day": "2027-03-02"})
    assert said in text_of(page)
    assert "Not on Tuesday 23 February (Easter)." in text_of(page)
    page = planner.post(reverse("admin:sessions_app_series_end", args=[series.pk]), {"last_day": "2027-01-13"})
    assert "It took place on Tuesday 19 January: choose that day or a later one." in text_of(page)


def test_a_confirmed_day_is_called_off_with_a_reason_only(planner, series):
    series.sessions.update(state=Session.State.CONFIRMED, confirmed_at=timezone.now())
    url = reverse("admin:sessions_app_series_end", args=[series.pk])
    assert "say why" in text_of(planner.post(url, {"last_day": "2027-02-02"}))
    step(planner, series, "end", last_day="2027-02-02", reason="Tom is moving away.")
    assert series.sessions.filter(state=Session.State.CANCELLED).count() == 2
