"""How much a coordinator presses and types to plan a term of weekly sessions for twelve children, in a real Chromium.

A click is one press, a character typed one keystroke, and a choice from a list two presses.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import django

django.setup()

from django.conf import settings  # noqa: E402 - only now are there settings
from django.core.management import call_command  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402
from playwright.sync_api import Locator, Page, sync_playwright  # noqa: E402

from bench.ground import HOST  # noqa: E402
from bench.serving import server  # noqa: E402
from families.models import Group  # noqa: E402
from sessions_app.models import Series, Session, Term  # noqa: E402
from tests import chromium  # noqa: E402
from tests.factories import GroupFactory, StaffProfileFactory, UserFactory, household  # noqa: E402
from whippersnappers import dates  # noqa: E402
from whippersnappers.accounts.models import User  # noqa: E402
from whippersnappers.accounts.roles import Role  # noqa: E402

AIM = 40
CHILDREN = 12
WEEKS = 12


@dataclass
class Person:
    """Somebody at a keyboard and a mouse, whose presses are counted."""

    page: Page
    presses: int = 0
    keystrokes: int = 0

    def click(self, what: Locator) -> None:
        what.click()
        self.presses += 1

    def type(self, text: str) -> None:
        """Type where the cursor is."""
        self.page.keyboard.type(text)
        self.keystrokes += len(text)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.keystrokes += 1

    def find(self, box: Locator, beginning: str) -> None:
        """Open a list that searches, type how it begins, and take the first that it finds."""
        self.click(box)
        with self.page.expect_response(lambda response: "/autocomplete/" in response.url and "term=M" in response.url):
            self.type(beginning)
        self.page.locator(".select2-results__option--highlighted").wait_for()
        self.press("Enter")

    def go_on(self, what: Locator) -> None:
        """Press what leads to another page."""
        with self.page.expect_navigation():
            self.click(what)


def main() -> None:
    """Do it, and say what it took."""
    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    path = chromium.find()
    if path is None:
        print(f"Presses are not counted: {chromium.HOW_TO_GET_IT}")
        return
    coordinator = _charity()
    print(f"Planning a term of {WEEKS} weekly sessions for {CHILDREN} children. Aim: at most {AIM} in all.")
    print(f"{'what':40} {'presses':>8} {'keys':>6} {'in all':>7} {'aim':>5}")
    with server() as port, _browser(path, port, coordinator) as page:
        _say("(a) a new series, from its empty form", page, _plan)
        _say("(b) carried over from the term before", page, _carry)
    planned = [series.sessions.count() for series in Series.objects.order_by("first_day")]
    places = Session.objects.values_list("pk").annotate(places=Count("bookings")).values_list("places", flat=True)
    if planned != [WEEKS, WEEKS] or set(places) != {CHILDREN}:
        raise RuntimeError(f"Something else was planned: {planned} sessions, with {set(places)} children.")


def _charity() -> User:
    """Two terms to come, a group of twelve, and two people who can deliver."""
    first = dates.week_of(timezone.now()).date() + timedelta(weeks=1)
    for name in ("Next term", "Term after it"):
        Term.objects.create(name=name, first_day=first, last_day=first + timedelta(weeks=WEEKS, days=-1))
        first += timedelta(weeks=WEEKS + 2)
    group: Group = GroupFactory.create(name="Drummers")
    group.children.set([household()[1][0] for _ in range(CHILDREN)])
    for name in ("Maya Lind", "Milo Brennan"):
        StaffProfileFactory(user__name=name, first_name=name.split()[0])
    return UserFactory.create(roles=[Role.COORDINATOR])


@contextmanager
def _browser(path: str, port: int, user: User) -> Iterator[Page]:
    client = Client()
    client.force_login(user)
    base = f"http://{HOST}:{port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium.launch_arguments(path))
        context = browser.new_context(base_url=base, viewport={"width": 1280, "height": 900})
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": base}])
        yield context.new_page()
        browser.close()


def _say(what: str, page: Page, does: Callable[[Person], None]) -> None:
    page.goto(reverse("admin:index"))
    person = Person(page)
    does(person)
    total = person.presses + person.keystrokes
    print(f"{what:40} {person.presses:>8} {person.keystrokes:>6} {total:>7} {AIM:>5}", flush=True)


def _plan(person: Person) -> None:
    """Every Tuesday at 4pm, for the group, with two people and one step, and nothing to bring."""
    page = person.page
    person.go_on(page.get_by_role("link", name="Series", exact=True))
    person.go_on(page.locator(f"a[href*='{reverse('admin:sessions_app_series_add')}']").first)
    person.click(page.get_by_label("Tuesday"))
    # The hours' part of the field.
    person.click(page.get_by_label("From"))
    page.get_by_label("From").press("Home")
    person.type("0400PM")
    person.click(page.get_by_label("Drummers"))
    person.click(page.locator("#id_steps-0-title"))
    person.type("We drum")
    person.click(page.get_by_label("Nothing needed"))
    boxes = page.locator("#staff-group .field-staff .select2-selection")
    person.find(boxes.nth(0), "May")
    person.find(boxes.nth(1), "Mil")
    person.go_on(page.get_by_role("button", name="Show the days"))
    person.go_on(page.get_by_role("button", name=f"Plan {WEEKS} sessions"))


def _carry(person: Person) -> None:
    page = person.page
    person.go_on(page.get_by_role("link", name="Terms", exact=True))
    person.go_on(page.get_by_role("link", name="Term after it"))
    person.go_on(page.get_by_role("link", name="Carry series over"))
    person.go_on(page.get_by_role("button", name="Plan them in"))


if __name__ == "__main__":
    main()
