"""The pages of the rota: one press, plain sentences, nothing of colleagues, and the same few queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sessions_app import absences, swapping
from sessions_app.absences import whole_days
from sessions_app.models import Absence, Session, Skill, SwapRequest, WorkingHours
from tests.factories import (
    StaffAssignmentFactory,
    StaffProfileFactory,
    UserFactory,
    household,
    ready_session,
    tomorrow_at,
)
from tests.sessions_app.mail_scenes import planned
from tests.sessions_app.staff_forms import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(coordinator) -> Session:
    return planned(coordinator, now=timezone.now(), start=tomorrow_at(16), children=household()[1])


@pytest.fixture
def maya(practitioner, session):
    profile = StaffProfileFactory(user=practitioner, first_name="Maya")
    support = session.assignments.get(role="support")
    support.delete()
    support.staff.delete()
    return StaffAssignmentFactory(session=session, staff=profile)


@pytest.fixture
def as_maya(client: Client, maya) -> Client:
    client.force_login(maya.staff.user)
    return client


def at(name: str, *things) -> str:
    return reverse(f"admin:{name}", args=[thing.pk for thing in things])


def said(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_one_press_and_i_am_off_and_undo_brings_me_back(as_maya, maya, session):
    page = as_maya.post(at("my_rota_cannot_come", maya), follow=True)
    assert said(page) == ["You are off “Drums and songs”. The office looks for somebody else."]
    assert "Undo: I can come after all" in text_of(page)
    session.refresh_from_db()
    assert session.gate_reopened_at is not None
    page = as_maya.post(at("my_rota_come_back", maya), follow=True)
    assert said(page) == ["You are on “Drums and songs” again."]
    assert "Undo" not in text_of(page)


def test_undo_goes_once_somebody_has_come_instead(as_maya, maya, session, coordinator):
    tom = StaffProfileFactory(user__name="Tom Brennan")
    as_maya.post(at("my_rota_cannot_come", maya))
    office = Client()
    office.force_login(coordinator)
    page = office.get(at("sessions_app_session_change", session))
    assert "Free, cleared, no hours in these 4 weeks" in text_of(page)
    page = office.post(at("rota_put_on", session, tom), follow=True)
    assert said(page) == ["Tom Brennan is on “Drums and songs” now."]
    assert "Nobody else is cleared" not in text_of(page)
    session.refresh_from_db()
    assert session.gate_reopened_at is None
    assert "Undo" not in text_of(as_maya.get(at("my_rota")))
    page = as_maya.post(at("my_rota_come_back", maya), follow=True)
    assert said(page) == ["Somebody has come instead, or it is too late: please ask the office."]


def test_a_swap_by_pages_from_asking_to_the_coordinators_yes(as_maya, maya, session, coordinator):
    tom = StaffProfileFactory(user=UserFactory(name="Tom Brennan"))
    form = as_maya.get(at("my_rota_swap", maya))
    assert [label for _, label in form.context["form"].fields["wanted_from"].choices] == [
        "Anyone who can",
        "Tom Brennan",
    ]
    as_maya.post(at("my_rota_swap", maya), {"wanted_from": str(tom.pk)})
    swap = SwapRequest.objects.get()
    as_tom, office = Client(), Client()
    as_tom.force_login(tom.user)
    office.force_login(coordinator)
    assert "Maya Lind asks you to take over “Drums and songs”" in text_of(as_tom.get(at("my_rota")))
    as_tom.post(at("my_rota_agree", swap))
    for page in ("index", "rota"):
        assert "<strong>Tom Brennan</strong> would take over from <strong>Maya Lind</strong>" in text_of(
            office.get(at(page))
        )
    page = office.post(at("rota_accept_swap", swap), follow=True)
    assert said(page) == ["The swap is done, and both are told."]
    assert {str(a.staff) for a in session.assignments.filter(withdrawn_at=None)} >= {"Tom Brennan"}
    assert "Drums and songs" not in text_of(as_maya.get(at("my_rota")))


def test_somebody_not_in_the_list_cannot_be_asked(as_maya, maya):
    StaffProfileFactory(user__name="Free")
    busy = StaffProfileFactory(dbs_valid_until=None)
    page = as_maya.post(at("my_rota_swap", maya), {"wanted_from": str(busy.pk)})
    assert "Select a valid choice" in text_of(page)
    assert not SwapRequest.objects.exists()


def test_hours_and_days_are_entered_and_mistakes_said_where_they_are(as_maya, maya):
    address = at("my_rota_availability")
    as_maya.post(address, {"what": "hours", "from_0": "09:00", "to_0": "17:30", "from_4": "20:00", "to_4": "00:00"})
    assert [str(one) for one in WorkingHours.objects.all()] == ["Monday, 09:00 to 17:30", "Friday, 20:00 to 00:00"]
    page = as_maya.post(address, {"what": "hours", "from_0": "09:00", "from_1": "17:00", "to_1": "09:00"})
    assert page.context["hours"].errors == {
        "to_0": ["Fill in both times for Monday, or neither."],
        "to_1": ["It must end after it begins."],
    }
    assert 'value="09:00"' in text_of(page)
    assert WorkingHours.objects.count() == 2
    as_maya.post(address, {"what": "hours"})
    assert not WorkingHours.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"first_day": "30/02/2027"}, "first_day", "There is no such day: write it like 24/11/2026."),
        (
            {"first_day": "02/03/2099", "last_day": "01/03/2099"},
            "last_day",
            "The last day must not be before the first.",
        ),
        ({"first_day": "01/03/2020"}, "last_day", "This has passed: it changes nothing any more."),
        ({"first_day": "01/03/2099", "from_time": "10:00"}, "to_time", "Fill in both times, or neither."),
        (
            {"first_day": "28/03/2027", "from_time": "01:30", "to_time": "04:00"},
            "from_time",
            "The clocks go forward that night: 1:30am is skipped. Choose another time.",
        ),
        (
            {"first_day": "01/03/2099", "from_time": "10:00", "to_time": "09:00"},
            "to_time",
            "It must end after it begins.",
        ),
        (
            {"first_day": "01/03/2099", "last_day": "02/03/2099", "from_time": "09:00", "to_time": "10:00"},
            "last_day",
            "Times are for a part of one day: leave the last day empty, or the times.",
        ),
    ],
)
def test_days_that_cannot_be_are_said_at_their_field(as_maya, fields, field, sentence):
    page = as_maya.post(at("my_rota_availability"), {"what": "absence", "kind": "holiday", **fields})
    assert page.context["absence"].errors == {field: [sentence]}
    assert not Absence.objects.exists()


def test_ill_today_is_one_press_and_can_be_taken_back(as_maya, maya):
    for _ in range(2):
        as_maya.post(at("my_rota_availability"), {"what": "ill"})
    away = Absence.objects.get()
    today = timezone.localdate()
    assert (away.kind, away.period.lower, away.period.upper) == ("sickness", *whole_days(today, today))
    as_maya.post(at("my_rota_availability"), {"what": "take_back", "absence": str(away.pk)})
    assert not Absence.objects.exists()


def test_nobody_takes_back_what_is_not_theirs(as_maya, session):
    lead = session.assignments.get(role="lead").staff
    away = absences.enter_absence(lead, "holiday", tomorrow_at(8), tomorrow_at(9), by=lead.user, now=timezone.now())
    answer = as_maya.post(at("my_rota_availability"), {"what": "take_back", "absence": str(away.pk)})
    assert answer.status_code == 404
    assert Absence.objects.exists()


def test_colleagues_never_read_why_somebody_is_away(as_maya, maya, session, coordinator):
    lead = session.assignments.get(role="lead").staff
    tomorrow = tomorrow_at(8).date()
    absences.enter_absence(lead, "sickness", *whole_days(tomorrow, tomorrow), by=lead.user, now=timezone.now())
    addresses = [at("index"), at("my_rota"), at("sessions_app_session_change", session), at("my_rota_swap", maya)]
    pages = [text_of(as_maya.get(address)).lower() for address in addresses]
    assert f"{lead} (leads, away)".lower() in pages[2]
    for page in pages:
        assert ">ill<" not in page
        assert "sick" not in page
    office = Client()
    office.force_login(coordinator)
    week = f"{at('rota')}?week={tomorrow}"
    assert ">Ill<" in text_of(office.get(week))
    assert "Ill: " in text_of(office.get(at("sessions_app_staffprofile_change", lead)))


def test_somebody_whom_nobody_has_put_on_the_list_is_told_so(client, practitioner):
    client.force_login(practitioner)
    assert "You are not on the list of staff yet" in text_of(client.get(at("my_rota")))


@pytest.mark.parametrize("week", ["", "nonsense", "9999-12-31", "0001-01-01", "2026-02-30"])
def test_a_week_that_is_none_is_this_week(client, coordinator, week):
    client.force_login(coordinator)
    page = client.get(f"{at('rota')}?week={week}")
    assert page.status_code == 200
    assert page.context["days"][0] <= timezone.localdate() <= page.context["days"][6]


def test_the_week_costs_the_same_with_little_and_with_much(client, coordinator):
    client.force_login(coordinator)
    tomorrow = tomorrow_at(8)
    address = f"{at('rota')}?week={tomorrow:%Y-%m-%d}"

    def more(number: int) -> None:
        start = tomorrow + timedelta(minutes=20 * number)
        session = planned(
            coordinator,
            now=timezone.now(),
            start=start,
            ends_at=start + timedelta(minutes=20),
            children=household()[1],
        )
        lead, support = session.assignments.order_by("role")
        lead.staff.skills.add(Skill.objects.get_or_create(name="Music")[0])
        free = StaffProfileFactory()
        swap = swapping.ask(lead.pk, free, by=lead.staff.user, now=timezone.now())
        swapping.agree(swap.pk, free, by=free.user, now=timezone.now())
        absences.enter_absence(
            support.staff, "holiday", start, start + timedelta(minutes=5), by=coordinator, now=timezone.now()
        )

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    more(0)
    with_one = cost()
    for number in range(1, 8):
        more(number)
    assert (with_one, cost()) == (18, 18)


def test_my_rota_costs_the_same_with_one_session_and_with_ten(as_maya, maya, coordinator):
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert as_maya.get(at("my_rota")).status_code == 200
        return len(captured)

    cost()
    with_one = cost()
    for number in range(1, 10):
        other = ready_session(
            starts_at=tomorrow_at(16) + timedelta(days=number), state="confirmed", confirmed_at=timezone.now()
        )
        StaffAssignmentFactory(session=other, staff=maya.staff)
    assert (with_one, cost()) == (11, 11)


def test_a_skill_is_kept_once_whatever_its_case(client, coordinator):
    client.force_login(coordinator)
    client.post(at("sessions_app_skill_add"), {"name": "Makaton"})
    page = client.post(at("sessions_app_skill_add"), {"name": "makaton"})
    assert "This skill is on the list already." in text_of(page)
    assert Skill.objects.count() == 1
