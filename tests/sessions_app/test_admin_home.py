"""The home page: each sees what waits for them, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sessions_app.admin.home import Home, home_for
from sessions_app.models import Meeting, PhoneTask, Session
from tests.factories import (
    GuardianFactory,
    SessionFactory,
    StaffAssignmentFactory,
    StaffProfileFactory,
    UserFactory,
    ZoomHostFactory,
    london,
)
from tests.sessions_app.staff_forms import text_of
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.outbox.models import MailServerPause, OutgoingMail

pytestmark = pytest.mark.django_db

NOW = london("2026-11-22 15:00")


def a_session(at: str, title: str, state: str = "draft") -> Session:
    start = london(at)
    confirmed_at = NOW if state != "draft" else None
    return SessionFactory(
        title=title, starts_at=start, ends_at=start + timedelta(hours=1), state=state, confirmed_at=confirmed_at
    )


def titles(cards: list[Any]) -> list[str]:
    return [card.session.title for card in cards]


def test_sessions_stand_under_today_and_the_days_of_the_next_week(coordinator: User) -> None:
    a_session("2026-11-21 16:00", "Yesterday")
    a_session("2026-11-22 09:00", "This morning")
    a_session("2026-11-22 16:00", "This afternoon")
    a_session("2026-11-23 00:00", "Just after midnight")
    a_session("2026-11-29 23:30", "Last of the week")
    a_session("2026-11-30 00:30", "Too far")
    home = home_for(coordinator, NOW)
    assert titles(home.today) == ["This morning", "This afternoon"]
    week = [(day.name, titles(day.sessions)) for day in home.week]
    assert week == [("Tomorrow", ["Just after midnight"]), ("Sunday 29 November", ["Last of the week"])]


def test_a_draft_shows_what_it_lacks_and_where_to_mend_it(coordinator: User) -> None:
    session = a_session("2026-11-23 16:00", "Drums")
    [day] = home_for(coordinator, NOW).week
    mends = day.sessions[0].mends
    assert mends[0].message == "Say what will happen: add at least one step."
    assert mends[0].clause.value == "W2"
    assert mends[0].url == reverse("admin:sessions_app_session_change", args=[session.pk]) + "#steps-group"


def test_a_re_opened_gate_stands_on_top_however_far_ahead(coordinator: User) -> None:
    session = a_session("2027-03-01 16:00", "Far ahead", state="confirmed")
    Session.objects.filter(pk=session.pk).update(gate_reopened_at=NOW)
    home = home_for(coordinator, NOW)
    assert titles(home.reopened) == ["Far ahead"]
    assert home.reopened[0].state == "Confirmed, re-opened"


def test_what_went_wrong_is_listed_with_its_reason(client: Client, coordinator: User) -> None:
    session = a_session("2026-11-23 16:00", "Drums", state="confirmed")
    session.starts_at = timezone.now() + timedelta(days=1)
    session.ends_at = session.starts_at + timedelta(hours=1)
    session.save()
    Meeting.objects.create(session=session, host=ZoomHostFactory(), state="failed", problem="The host has no licence.")
    guardian = GuardianFactory(first_name="Doreen", last_name="Pike", email="")
    PhoneTask.objects.create(key="k", session=session, guardian=guardian, purpose="invite", reason="no e-mail address")
    now = timezone.now()
    OutgoingMail.objects.create(
        key="m",
        kind="invitation",
        to="ada@example.com",
        to_name="Ada Byron",
        state="dead",
        reason="The mailbox does not exist.",
        not_before=now,
        dead_at=now,
    )
    StaffProfileFactory(user__name="Sam O'Neill", dbs_valid_until=None)
    MailServerPause.objects.create(since=now, until=now, reason="The mail server refused our sign-in.")
    client.force_login(coordinator)
    html = text_of(client.get(reverse("admin:index")))
    assert "The host has no licence." in html
    assert "Doreen Pike" in html
    assert "No e-mail address." in html
    assert "Invitation to Ada Byron" in html
    assert "The mailbox does not exist." in html
    assert "DBS is not recorded" in html
    assert "The mail server refused our sign-in." in html


def test_a_quiet_day_says_so(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    html = text_of(client.get(reverse("admin:index")))
    for sentence in (
        "No sessions today.",
        "Nothing is planned for the next seven days yet.",
        "Nobody to call.",
        "None. Every mail went, or is on its way.",
    ):
        assert sentence in html


def test_a_practitioner_sees_own_confirmed_sessions_only(practitioner: User) -> None:
    me = StaffProfileFactory(user=practitioner)
    mine = a_session("2026-11-22 16:00", "Mine", state="confirmed")
    StaffAssignmentFactory(session=mine, staff=me)
    StaffAssignmentFactory(session=a_session("2026-11-23 16:00", "My draft"), staff=me)
    left = a_session("2026-11-24 16:00", "I left", state="confirmed")
    StaffAssignmentFactory(session=left, staff=me, withdrawn_at=NOW)
    a_session("2026-11-22 17:00", "Somebody else's", state="confirmed")
    StaffAssignmentFactory(session=a_session("2026-12-24 16:00", "Later", state="confirmed"), staff=me)
    home = home_for(practitioner, NOW)
    assert (titles(home.today), home.week, titles(home.later)) == (["Mine"], [], ["Later"])
    assert (home.reopened, home.calls, home.mails, home.meetings, home.clearance) == ([], None, None, None, None)


@pytest.mark.parametrize("role", [Role.TRUSTEE, Role.ADMINISTRATOR])
def test_those_who_neither_plan_nor_deliver_see_no_session(client: Client, role: Role) -> None:
    person = UserFactory(roles=[role], name="Tariq Shah")
    a_session("2026-11-22 16:00", "Not for them", state="confirmed")
    home = home_for(person, NOW)
    assert home == Home(greeting="Good afternoon, Tariq")
    client.force_login(person)
    html = text_of(client.get(reverse("admin:index")))
    assert "Not for them" not in html


@pytest.mark.parametrize(
    ("hour", "said"), [("09:00", "Good morning"), ("12:00", "Good afternoon"), ("18:00", "Good evening")]
)
def test_the_greeting_knows_londons_clock(coordinator: User, hour: str, said: str) -> None:
    assert home_for(coordinator, london(f"2026-07-01 {hour}")).greeting == f"{said}, Cora"


@pytest.mark.parametrize(
    ("role", "lines"),
    [
        (
            Role.PRACTITIONER,
            ["Home", "Sessions", "Calendar", "Activities", "Children in my sessions", "My rota", "My records"],
        ),
        (
            Role.LEAD,
            [
                "Home",
                "Sessions",
                "Calendar",
                "Activities",
                "Children in my sessions",
                "My rota",
                "My records",
                "Records",
                "Recordings",
            ],
        ),
        (Role.TRUSTEE, ["Home"]),
        (Role.ADMINISTRATOR, ["Home", "People", "Zoom hosts", "Agreements", "Audit"]),
        (
            Role.COORDINATOR,
            [
                "Home",
                "Sessions",
                "Calendar",
                "Series",
                "Activities",
                "Records",
                "Recordings",
                "Rota",
                "Policy alerts",
                "Waiting this term",
                "Staff",
                "Skills",
                "Places",
                "Terms",
                "Holidays",
                "Families",
                "Parents and carers",
                "Children",
                "Groups",
                "Consents",
                "Changes from families",
                "Requests about data",
                "Who has been contacted",
                "Phone list",
                "Help with Zoom",
                "Mail log",
                "Meetings",
                "Ways in",
            ],
        ),
    ],
)
def test_the_navigation_shows_what_a_role_may_open(client: Client, role: Role, lines: list[str]) -> None:
    client.force_login(UserFactory(roles=[role]))
    page = client.get(reverse("admin:index"))
    items = [item for group in page.context["sidebar_navigation"] for item in group["items"]]
    assert [item["title"] for item in items] == lines
    for item in items:
        assert client.get(item["link"]).status_code == 200


def test_a_guardian_and_a_stranger_do_not_come_in(client: Client) -> None:
    response = client.get(reverse("admin:index"), follow=True)
    assert response.redirect_chain[-1][0] == f"{reverse('account_login')}?next=%2Fadmin%2F"
    client.force_login(UserFactory(roles=[Role.GUARDIAN]))
    assert client.get(reverse("admin:index"), follow=True).status_code in (403, 404)


def test_only_staff_pages_may_evaluate_scripts(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    staff = client.get(reverse("admin:index")).headers["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval'" in staff
    assert "'unsafe-inline'" not in staff.split("script-src")[1].split(";")[0]
    missing = client.get("/no-such-page/").headers["Content-Security-Policy"]
    assert "unsafe-eval" not in missing
