"""A child without a yes to being recorded takes part only in what is not recorded: the gate and the door list (X1)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from families import consenting
from families.models import Consent
from sessions_app import confirming, door_list
from sessions_app.models import Session
from sessions_app.readiness import blockers, gate_facts
from tests.factories import GuardianFactory, GuardianshipFactory, PlaceFactory, household, ready_session
from tests.sessions_app.mail_scenes import NOW, START, planned
from whippersnappers.outbox import catalogue
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db

RECORDED = Consent.Purpose.RECORDED_GROUP
SHOW = {"kind": Session.Kind.GROUP_ENTERTAINMENT, "starts_at": START, "ends_at": START + timedelta(minutes=45)}


def say(kid, given, now=NOW):
    guardian = kid.guardianships.get().guardian
    return consenting.answer(kid, RECORDED, given=given, guardian=guardian, by=guardian.user, now=now)


def found(session):
    return [b for b in blockers(session, NOW) if b.code == "no_consent"]


@pytest.fixture
def kids():
    kids = household(children=3)[1]
    say(kids[0], True)
    say(kids[1], False)
    return kids


def test_refused_and_unasked_children_are_named_before_confirming(coordinator, kids):
    session = ready_session(children=kids, **SHOW)
    [blocker] = found(session)
    assert (blocker.clause, blocker.where) == ("X1", "bookings")
    assert [str(kid) in blocker.message for kid in kids] == [False, True, True]
    with pytest.raises(confirming.NotReady, match="nobody has said yes"):
        confirming.confirm(session.pk, by=coordinator, now=NOW)
    for kid in kids[1:]:
        say(kid, True)
    assert confirming.confirm(session.pk, by=coordinator, now=NOW).state == "confirmed"


@pytest.mark.parametrize(
    "fields",
    [{"kind": Session.Kind.SMALL_GROUP}, {"delivery": Session.Delivery.IN_PERSON}],
)
def test_what_is_not_recorded_needs_no_yes(kids, fields):
    session = ready_session(children=kids, **{**SHOW, "place": PlaceFactory(), **fields})
    assert found(session) == []


def test_lists_say_the_same_without_asking_for_each(kids):
    session = ready_session(children=kids, **SHOW)
    [known] = gate_facts(Session.objects.filter(pk=session.pk))
    with CaptureQueriesContext(connection) as asked:
        assert [b.message for b in found(known)] == [b.message for b in found(session)]
    assert sum("families_consent" in query["sql"] for query in asked) == 1


def test_a_yes_taken_back_opens_the_gate_and_tells_staff_without_a_name(coordinator, kids):
    session = planned(coordinator, children=kids[:1], kind=Session.Kind.GROUP_ENTERTAINMENT)
    assert session.gate_reopened_at is None
    say(kids[0], False, now=NOW + timedelta(hours=1))
    session.refresh_from_db()
    assert session.gate_reopened_at is not None
    alert = OutgoingMail.objects.get(kind="coordinator_alert")
    rendered = catalogue.kind_of(alert.kind).render(alert, NOW)
    assert "1 child has no yes to that" in rendered.text
    assert kids[0].known_as not in f"{rendered.subject} {rendered.text} {alert.context}"
    say(kids[0], True, now=NOW + timedelta(hours=2))
    session.refresh_from_db()
    assert session.gate_reopened_at is None


def test_the_door_list_says_who_signed_and_who_may_be_recorded(kids, coordinator):
    session = ready_session(children=kids, **SHOW)
    late = GuardianFactory(signed=False, first_name="Una", last_name="Zimmer")
    GuardianshipFactory(guardian=late, child=kids[1])
    first, second = door_list.door_list(session)
    assert [(one.child, one.may_be_recorded) for one in first.children] == list(
        zip(kids, [True, False, False], strict=True)
    )
    assert (first.agreed, second.guardian, second.agreed) == ("signed", late, "unsigned")
    assert second.is_unsigned is True
    assert (first.kept_back, second.kept_back) == (None, "unsigned")


def test_door_lists_ask_the_same_few_times_for_one_session_and_for_thirty(kids):
    sessions = [ready_session(children=kids) for _ in range(30)]
    for count in (1, 30):
        with CaptureQueriesContext(connection) as asked:
            assert len(door_list.door_lists([s.pk for s in sessions[:count]])) == count
        assert len(asked) == 7


def test_staff_who_deliver_see_it_on_their_page(client, kids, coordinator):
    session = planned(coordinator, children=kids[:1], kind=Session.Kind.GROUP_ENTERTAINMENT)
    say(kids[0], False, now=NOW + timedelta(hours=1))
    deliverer = session.assignments.first().staff.user
    client.force_login(deliverer)
    page = client.get(reverse("admin:sessions_app_session_change", args=[session.pk])).content.decode()
    assert "Who may come in" in page
    assert "Not to be recorded" in page
