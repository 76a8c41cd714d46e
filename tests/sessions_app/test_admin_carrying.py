"""Planning a term from the one before, on its page."""

import re
from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sessions_app.models import Series, SeriesWork, Session, Term
from sessions_app.series import rules, working
from tests.sessions_app.series.scenes import started
from tests.sessions_app.staff_forms import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def terms():
    today = timezone.localdate()
    this = Term.objects.create(name="This term", first_day=today, last_day=today + timedelta(days=60))
    next_one = today + timedelta(days=70)
    return this, Term.objects.create(name="Next term", first_day=next_one, last_day=next_one + timedelta(days=60))


@pytest.fixture
def series(coordinator, terms):
    first = timezone.localdate() + timedelta(days=7)
    facts = {"rule": rules.weekly([first.weekday()]), "first_day": first, "last_day": terms[0].last_day}
    return started(coordinator, timezone.now(), term=terms[0], **facts).series


def test_the_series_of_the_term_before_come_along_with_one_press(client, coordinator, terms, series):
    client.force_login(coordinator)
    url = reverse("admin:sessions_app_term_carry_over", args=[terms[1].pk])
    page = client.get(url)
    assert page.context["source"] == terms[0]
    assert "with 2 members of staff and 2 children" in text_of(page)
    assert Series.objects.count() == 1
    response = client.post(url, {"from": terms[0].pk, "series": [series.pk]})
    assert response.status_code == 302
    new = Series.objects.get(term=terms[1])
    onward = re.search(r'href="([^"]+)">Look at the drafts', text_of(client.get(response.url)))
    drafts = client.get(onward[1].replace("&amp;", "&"))
    assert set(drafts.context["cl"].result_list) == set(new.sessions.all())
    assert new.follows == series
    assert {s.state for s in new.sessions.all()} == {Session.State.DRAFT}
    assert "It is in this term already" in text_of(client.get(url))
    client.post(url, {"from": terms[0].pk, "series": [series.pk]})
    assert Series.objects.count() == 2


def test_a_term_without_series_is_passed_over(client, coordinator, terms, series):
    today = timezone.localdate()
    gone = {"first_day": today - timedelta(days=90), "last_day": today - timedelta(days=30)}
    between = {"first_day": terms[0].last_day + timedelta(days=1), "last_day": terms[0].last_day + timedelta(days=5)}
    before, empty = Term.objects.create(name="Long ago", **gone), Term.objects.create(name="Nothing then", **between)
    client.force_login(coordinator)
    page = client.get(reverse("admin:sessions_app_term_carry_over", args=[terms[1].pk]))
    assert page.context["source"] == terms[0]
    # A series that names no term belongs to the one in which it runs.
    Series.objects.update(term=None)
    assert client.get(page.request["PATH_INFO"]).context["source"] == terms[0]
    assert f"{empty} has no series." in text_of(client.get(page.request["PATH_INFO"], {"from": empty.pk}))
    for term in (before, terms[0]):
        page = client.get(reverse("admin:sessions_app_term_carry_over", args=[term.pk]))
        assert (page.context["source"], page.context["rows"]) == (None, [])
        assert "No term before this one has any series, so there is nothing to carry over." in text_of(page)


def test_nothing_ticked_is_said(client, coordinator, terms, series):
    client.force_login(coordinator)
    url = reverse("admin:sessions_app_term_carry_over", args=[terms[1].pk])
    assert "Tick at least one series" in text_of(client.post(url, {"from": terms[0].pk}))


def test_a_source_that_is_none_is_no_error(client, coordinator, terms):
    client.force_login(coordinator)
    url = reverse("admin:sessions_app_term_carry_over", args=[terms[1].pk])
    assert client.get(url, {"from": "nonsense"}).status_code == 200


@pytest.mark.parametrize("many", [1, 5])
def test_the_number_of_queries_does_not_grow_with_the_series(
    client, coordinator, terms, series, many, django_assert_num_queries
):
    for _ in range(many - 1):
        facts = {"rule": series.rule, "first_day": series.first_day, "last_day": series.last_day}
        started(coordinator, timezone.now(), term=terms[0], **facts)
    client.force_login(coordinator)
    url = reverse("admin:sessions_app_term_carry_over", args=[terms[1].pk])
    client.get(url)
    with django_assert_num_queries(19):
        page = client.get(url)
    assert len(page.context["rows"]) == many


def test_who_is_elsewhere_in_the_next_term_is_said_before_it_is_carried_over(client, coordinator, terms, series):
    copy = {"rule": series.rule, "first_day": terms[1].first_day, "last_day": terms[1].last_day}
    staff = {place.staff_id: place.role for place in series.staff.all()}
    started(coordinator, timezone.now(), staff=staff, title="Story time", **copy)
    client.force_login(coordinator)
    page = client.get(reverse("admin:sessions_app_term_carry_over", args=[terms[1].pk]), {"from": terms[0].pk})
    (row,) = page.context["rows"]
    assert row.can_come
    assert all("is at “Story time” on" in sentence for sentence in row.trouble)
    assert row.trouble


@pytest.fixture
def by_worker(monkeypatch):
    monkeypatch.setattr(working, "CARRIED_AT_ONCE", 0)


@pytest.mark.usefixtures("by_worker")
def test_many_series_are_carried_over_by_a_worker(client, coordinator, terms, series):
    client.force_login(coordinator)
    url = reverse("admin:sessions_app_term_carry_over", args=[terms[1].pk])
    pressed = client.post(url, {"from": terms[0].pk, "series": [series.pk]})
    assert client.post(url, {"from": terms[0].pk, "series": [series.pk]}).url == pressed.url
    assert "The term is being planned." in text_of(client.get(pressed.url))
    assert Series.objects.count() == 1
    assert working.work_on(pressed.url.split("/")[-2])
    assert client.get(pressed.url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    done = client.get(pressed.url, follow=True)
    new = Series.objects.get(term=terms[1])
    assert f"1 series with {new.sessions.count()} sessions planned, as drafts." in text_of(done)
    assert not working.work_on(pressed.url.split("/")[-2])


@pytest.mark.usefixtures("by_worker")
def test_what_hinders_a_worker_is_said_where_it_was_asked_and_the_ticks_stay(client, coordinator, terms, series):
    copy = {"rule": series.rule, "first_day": series.first_day, "last_day": series.last_day}
    other = started(coordinator, timezone.now(), term=terms[0], title="Story time", **copy).series
    client.force_login(coordinator)
    url = reverse("admin:sessions_app_term_carry_over", args=[terms[1].pk])
    pressed = client.post(url, {"from": terms[0].pk, "series": [series.pk]})
    Series.objects.filter(pk=series.pk).update(rule=rules.weekly([5]), starts=time(3), ends=time(4))
    working.work_on(pressed.url.split("/")[-2])
    page = client.get(pressed.url, follow=True)
    assert f"“{series.title}”:" in text_of(page)
    ticked = {row.series.pk for row in page.context["rows"] if row.is_ticked}
    assert other.pk not in ticked
    assert SeriesWork.objects.get().state == SeriesWork.State.REFUSED
    assert not Series.objects.filter(term=terms[1]).exists()


@pytest.mark.usefixtures("by_worker")
def test_work_that_is_nobodys_has_no_page(client, coordinator, terms):
    client.force_login(coordinator)
    url = reverse("admin:sessions_app_term_carrying", args=[terms[1].pk, terms[0].pk])
    assert client.get(url).status_code == 404
    page = reverse("admin:sessions_app_term_carry_over", args=[terms[1].pk])
    assert client.get(page, {"as": "nonsense"}).status_code == 200
