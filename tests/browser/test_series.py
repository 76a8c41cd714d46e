"""A term of sessions in a real browser: planned by mouse, changed, paused, and carried over by keyboard."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from families.models import Group
from sessions_app.models import Holiday, SeriesWork, Term
from sessions_app.series import rules, working
from tests.browser.eyes import Eyes, Screen
from tests.factories import GroupFactory, StaffProfileFactory, ZoomHostFactory, household
from tests.sessions_app.series.scenes import started
from whippersnappers import dates
from whippersnappers.accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def terms() -> list[Term]:
    """Two terms of six weeks, the first of them with a holiday in its third week."""
    monday = dates.week_of(timezone.now()).date() + timedelta(weeks=1)
    third = monday + timedelta(weeks=2)
    Holiday.objects.create(name="Half term", first_day=third, last_day=third + timedelta(days=6))
    spans = {"Next term": monday, "Term after it": monday + timedelta(weeks=8)}
    return [
        Term.objects.create(name=name, first_day=first, last_day=first + timedelta(weeks=6, days=-1))
        for name, first in spans.items()
    ]


@pytest.fixture
def group() -> Group:
    group: Group = GroupFactory.create(name="Drummers")
    group.children.set([household()[1][0] for _ in range(3)])
    ZoomHostFactory()
    for name in ("Maya Lind", "Tom Brennan"):
        StaffProfileFactory(user__name=name, first_name=name.split()[0])
    return group


def test_a_series_is_planned_changed_and_carried_over(
    eyes: Eyes, screen: Screen, coordinator: User, terms: list[Term], group: Group
) -> None:
    eyes.sign_in(coordinator)
    eyes.use(screen)
    page = eyes.page
    # Given the empty form, which suggests the next term
    eyes.go(reverse("admin:sessions_app_series_add"))
    expect(page.get_by_label("Term")).to_have_value(str(terms[0].pk))
    expect(page.get_by_label("Rule of its own")).to_be_hidden()
    # When only what nobody can know is given
    page.get_by_label("Tuesday").check()
    page.locator("#id_starts").fill("16:00")
    page.get_by_label("Drummers").check()
    page.locator("#id_steps-0-title").fill("Hello song")
    page.get_by_label("Nothing needed").check()
    for number, name in enumerate(("Maya", "Tom")):
        page.locator("#staff-group .field-staff .select2-selection").nth(number).click()
        page.keyboard.type(name)
        page.locator(".select2-results__option", has_text=name).click()
    eyes.check("series-add")
    page.get_by_role("button", name="Show the days").click()
    # Then the page goes on at the days, and the holiday is left out
    expect(page.get_by_role("heading", name="These are the days")).to_be_focused()
    expect(page.get_by_text("5 sessions are planned. Every Tuesday, 4:00pm to 4:45pm, for 3 children.")).to_be_visible()
    expect(page.get_by_text("Half term")).to_be_visible()
    assert page.get_by_role("heading", name="These are the days").bounding_box()["y"] < 800  # type: ignore[index]
    eyes.check("series-days")
    page.get_by_role("button", name="Plan 5 sessions").click()
    expect(page.get_by_text("5 sessions are planned.")).to_be_visible()
    eyes.check("series")
    # When its time changes from the third session on
    page.locator("#id_starts").fill("17:00")
    page.locator("#id_ends").fill("17:45")
    page.get_by_label("What you change holds").select_option(index=2)
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_text("3 sessions change.")).to_be_visible()
    eyes.check("series-change")
    page.get_by_role("button", name="Change the series").click()
    # Then the rest goes on as a series of its own
    expect(page.get_by_role("heading", name="Every Tuesday, 5:00pm to 5:45pm")).to_be_visible()
    # When it is carried over by keyboard
    eyes.go(reverse("admin:sessions_app_term_change", args=[terms[1].pk]))
    eyes.check("term")
    page.get_by_role("link", name="Carry series over").press("Enter")
    expect(page.get_by_text("6 sessions from Tuesday")).to_be_visible()
    eyes.check("carry-over")
    with patch.object(working, "CARRIED_AT_ONCE", 0):
        page.get_by_role("button", name="Plan them in Term after it").press("Enter")
        expect(page.get_by_text("The term is being planned.")).to_be_visible()
    eyes.check("term-carrying")
    assert working.work_on(page.url.split("/")[-2])
    # Then the list of the new term's series has it
    expect(page.get_by_text("1 series with 6 sessions planned, as drafts.")).to_be_visible()
    eyes.check("series-list")


def test_a_series_is_paused_by_keyboard(eyes: Eyes, screen: Screen, coordinator: User) -> None:
    # Given a series of six sessions that nobody knows of yet
    first = timezone.localdate() + timedelta(days=7)
    days = {"first_day": first, "last_day": first + timedelta(weeks=5)}
    series = started(coordinator, timezone.now(), rule=rules.weekly([first.weekday()]), **days).series
    eyes.sign_in(coordinator)
    eyes.use(screen)
    page = eyes.page
    eyes.go(reverse("admin:sessions_app_series_pause", args=[series.pk]))
    # When no day is given, Then it is said at the field
    page.get_by_role("button", name="Show what would change").press("Enter")
    expect(page.get_by_text("Say on which day.")).to_be_visible()
    eyes.check("series-pause-refused")
    # When it is paused from the fourth on, Then the page goes on at what would change, and the next press does it
    page.get_by_label("First day left out").fill(str(first + timedelta(weeks=3)))
    page.get_by_role("button", name="Show what would change").press("Enter")
    expect(page.get_by_role("heading", name="This is what would change")).to_be_focused()
    eyes.check("series-pause")
    page.get_by_role("button", name="Pause the series").press("Enter")
    expect(page.get_by_role("link", name="Take up again")).to_be_visible()
    assert series.sessions.count() == 3
    eyes.check("series-paused")


def test_a_long_series_is_changed_while_the_page_says_how_far_it_is(
    eyes: Eyes, screen: Screen, coordinator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "AT_ONCE", 0)
    first = timezone.localdate() + timedelta(days=7)
    facts = {"rule": rules.weekly([first.weekday()]), "first_day": first, "last_day": first + timedelta(weeks=4)}
    series = started(coordinator, timezone.now(), **facts).series
    eyes.sign_in(coordinator)
    eyes.use(screen)
    page = eyes.page
    # When more is changed than a page has time for
    eyes.go(reverse("admin:sessions_app_series_change", args=[series.pk]))
    page.locator("#id_summary").fill("We drum on pans.")
    page.get_by_role("button", name="Show what would change").click()
    # Then a page says so, and comes back by itself with what was typed
    expect(page.get_by_text("We are working out what would change.")).to_be_visible()
    eyes.check("series-working")
    assert working.work_on(str(SeriesWork.objects.get().pk))
    expect(page.get_by_text("5 sessions change.")).to_be_visible()
    expect(page.locator("#id_summary")).to_have_value("We drum on pans.")
    page.get_by_role("button", name="Change the series").click()
    expect(page.get_by_text("The series is being changed.")).to_be_visible()
    assert working.work_on(str(SeriesWork.objects.get(state="doing").pk))
    expect(page.get_by_text("5 sessions change.")).to_be_visible()
    assert set(series.sessions.values_list("summary", flat=True)) == {"We drum on pans."}
