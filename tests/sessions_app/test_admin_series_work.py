"""Changing a long series on its pages: a worker does it, the page says how far it is, and nothing typed is lost."""

import pytest
from django.urls import reverse

from sessions_app import confirming
from sessions_app.models import SeriesWork
from sessions_app.series import working
from tests.sessions_app.series.scenes import NOW, days_of, started
from tests.sessions_app.staff_forms import as_posted, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday_in_january(time_machine, monkeypatch):
    time_machine.move_to(NOW, tick=False)
    monkeypatch.setattr(working, "AT_ONCE", 0)


@pytest.fixture
def series(coordinator):
    return started(coordinator).series


@pytest.fixture
def planner(client, coordinator):
    client.force_login(coordinator)
    return client


def by_worker(planner, response):
    """Where the browser stands once a worker has done what was asked."""
    assert "/working/" in response.url
    assert "working out" in text_of(planner.get(response.url)) or SeriesWork.objects.filter(state="doing").exists()
    assert working.work_on(response.url.split("/")[-2])
    assert planner.get(response.url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    return planner.get(planner.get(response.url).url)


def typed_in(planner, series, **fields):
    url = reverse("admin:sessions_app_series_change", args=[series.pk])
    page = planner.get(url)
    children = [str(place.child_id) for place in series.children.all()]
    return url, as_posted(page) | {"child": children} | fields


def seen_on(page):
    days = page.context["days"]
    return {
        "shown": [str(d.day) for d in days],
        "takes_place": [str(d.day) for d in days if d.ticked],
        "seen": page.context["rehearsal"].fingerprint,
        "do": "yes",
    }


def test_a_long_series_is_moved(planner, series):
    url, data = typed_in(planner, series, starts="17:00", ends="17:45", summary="New words")
    page = by_worker(planner, planner.post(url, data))
    assert "6 sessions change." in text_of(page)
    assert page.context["adminform"].form["summary"].value() == "New words"
    assert {session.starts_at.hour for session in series.sessions.all()} == {16}
    pressed = planner.post(url, data | seen_on(page))
    assert planner.post(url, data | seen_on(page)).url == pressed.url
    assert "6 sessions change." in text_of(by_worker(planner, pressed))
    assert {session.starts_at.hour for session in series.sessions.all()} == {17}


def test_what_changed_meanwhile_is_shown_once_more(planner, series):
    url, data = typed_in(planner, series, starts="17:00", ends="17:45")
    page = by_worker(planner, planner.post(url, data))
    pressed = planner.post(url, data | seen_on(page))
    series.sessions.first().delete()
    assert "This is not what you saw before" in text_of(by_worker(planner, pressed))
    assert {session.starts_at.hour for session in series.sessions.all()} == {16}


def test_a_step_is_refused_at_its_field_and_taken_once_that_is_mended(planner, series, coordinator):
    for session in series.sessions.all():
        confirming.confirm(session.pk, by=coordinator, now=NOW)
    url = reverse("admin:sessions_app_series_end", args=[series.pk])
    page = by_worker(planner, planner.post(url, {"last_day": "2027-01-20"}))
    assert page.context["form"].errors["reason"] == ["Families know these sessions: say why they are called off."]
    data = {"last_day": "2027-01-20", "reason": "The hall is closed."}
    page = by_worker(planner, planner.post(url, data))
    done = by_worker(planner, planner.post(url, data | {"seen": page.context["rehearsal"].fingerprint}))
    assert "4 sessions are called off" in text_of(done)
    assert days_of(series) == ["2027-01-12", "2027-01-19"]


def test_work_that_was_given_up_leads_back_to_what_was_typed(planner, series):
    url, data = typed_in(planner, series, summary="New words")
    response = planner.post(url, data)
    SeriesWork.objects.update(state="stopped")
    page = planner.get(planner.get(response.url).url)
    assert "nothing was changed. Please try it once more" in text_of(page)
    assert page.context["adminform"].form["summary"].value() == "New words"


@pytest.mark.parametrize("key", ["nonsense", "00000000-0000-4000-8000-000000000000"])
def test_an_answer_that_is_none_shows_the_series_as_it_is(planner, series, key):
    url = reverse("admin:sessions_app_series_change", args=[series.pk])
    assert "rehearsal" not in planner.get(url, {"as": key}).context
