"""The portal's home: the next session first, only own things, the same few queries however many there are."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from families.models import Guardian
from sessions_app.family_sessions import by_week, gather
from sessions_app.models import Booking, Invitation, Session
from tests.factories import (
    BookingFactory,
    ChildFactory,
    GuardianFactory,
    GuardianshipFactory,
    InvitationFactory,
    UserFactory,
    household,
    london,
)
from tests.sessions_app.family_scenes import PASSCODE, invited
from whippersnappers.accounts.roles import Role

pytestmark = pytest.mark.django_db

HOME = "/portal/"


@pytest.fixture
def guardian() -> Guardian:
    return household()[0][0]


@pytest.fixture
def at_home(client: Client, guardian: Any) -> Client:
    client.force_login(guardian.user)
    return client


def text_of(response: Any) -> str:
    main = response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_the_next_session_says_all_that_a_family_needs(at_home, guardian):
    invitation = invited(guardian, starts_in=timedelta(minutes=10))
    text = text_of(at_home.get(HOME))
    staff = [a.staff.first_name for a in invitation.session.assignments.all()]
    for shown in [
        f"Hello, {guardian.first_name}!",
        "Drums and songs",
        "45 minutes",
        "Hello song",
        "A pan and a wooden spoon",
        "to drum on",
        "Join in Zoom",
        "845 1234 5678",
        PASSCODE,
        guardian.guardianships.get().child.known_as,
        *staff,
    ]:
        assert shown in text


def test_before_the_window_the_page_says_when_the_button_comes(at_home, guardian):
    invited(guardian, starts_in=timedelta(days=2))
    text = text_of(at_home.get(HOME))
    assert "The button to join comes at" in text
    assert "Join in Zoom" not in text
    assert "Starts in 2 days" in text


def test_later_sessions_are_listed_by_week(at_home, guardian):
    for days in (1, 2, 30):
        invited(guardian, starts_in=timedelta(days=days), title=f"In {days} days")
    text = text_of(at_home.get(HOME))
    assert text.index("In 1 days") < text.index("In 2 days") < text.index("In 30 days")
    assert "Week of Monday" in text


def test_weeks_are_named_across_a_change_of_the_clocks(guardian):
    now = london("2026-10-21 12:00")
    for when in ("2026-10-24 16:00", "2026-10-26 16:00", "2026-11-05 16:00"):
        invited(guardian, starts_in=london(when) - timezone.now(), with_meeting=False)
    weeks = by_week(gather(guardian.user, Q(), now), now)
    assert [week.title for week in weeks] == ["This week", "Next week", "Week of Monday 2 November"]


def test_with_nothing_planned_the_page_is_kind(at_home):
    response = at_home.get(HOME)
    assert response.status_code == 200
    assert "Nothing planned just now" in text_of(response)


def test_a_cancelled_session_is_named_once_and_cannot_be_joined(at_home, guardian):
    session = invited(guardian).session
    session.state, session.cancelled_at = Session.State.CANCELLED, timezone.now()
    session.save()
    text = text_of(at_home.get(HOME))
    assert text.count(session.title) == 1
    assert "Cancelled:" in text
    assert "Join in Zoom" not in text


def draft(invitation: Invitation) -> None:
    Session.objects.filter(pk=invitation.session_id).update(state=Session.State.DRAFT)


def delivered(invitation: Invitation) -> None:
    Session.objects.filter(pk=invitation.session_id).update(state=Session.State.DELIVERED)


def withdrawn(invitation: Invitation) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(withdrawn_at=timezone.now())


def restricted(invitation: Invitation) -> None:
    invitation.guardian.guardianships.update(restricted=True, restriction_review_on=timezone.localdate())


def not_invited(invitation: Invitation) -> None:
    invitation.guardian.guardianships.update(may_be_invited=False)


def no_invitation(invitation: Invitation) -> None:
    Invitation.objects.filter(pk=invitation.pk).delete()


@pytest.mark.parametrize("event", [draft, delivered, withdrawn, restricted, not_invited, no_invitation])
def test_what_a_guardian_does_not_see(at_home, guardian, event):
    invitation = invited(guardian)
    assert "Drums and songs" in text_of(at_home.get(HOME))
    event(invitation)
    assert "Drums and songs" not in text_of(at_home.get(HOME))


def test_a_session_that_is_over_goes_away(at_home, guardian):
    invited(guardian, starts_in=timedelta(days=-15))
    assert "Drums and songs" not in text_of(at_home.get(HOME))


def test_separated_guardians_never_see_each_others_traces(client):
    child = ChildFactory(known_as="Sam")
    mother = GuardianFactory(first_name="Canarymother", email="canary-mother@example.com")
    father = GuardianFactory(first_name="Canaryfather", email="canary-father@example.com")
    for parent in (mother, father):
        GuardianshipFactory(guardian=parent, child=child)
    fathers_other_child = ChildFactory(known_as="Canarysibling")
    GuardianshipFactory(guardian=father, child=fathers_other_child)
    invitation = invited(father)
    InvitationFactory(session=invitation.session, guardian=mother)
    client.force_login(mother.user)
    content = client.get(HOME).content.decode()
    assert "Sam" in content
    assert [word for word in ["Canaryfather", "canary-father", "Canarysibling"] if word in content] == []


def test_other_families_children_in_the_same_session_are_not_named(at_home, guardian):
    invitation = invited(guardian)
    (_, [stranger]) = household()
    stranger.known_as = "Canarychild"
    stranger.save()
    BookingFactory(session=invitation.session, child=stranger)
    assert "Canarychild" not in at_home.get(HOME).content.decode()


def test_waiting_children_are_not_told_to_come(at_home, guardian):
    invitation = invited(guardian)
    waiting = ChildFactory(known_as="Waitingchild", family=guardian.family)
    GuardianshipFactory(guardian=guardian, child=waiting)
    BookingFactory(session=invitation.session, child=waiting, state=Booking.State.WAITING)
    planned, on_the_list = text_of(at_home.get(HOME)).split("Waiting for a place")
    assert "Waitingchild" not in planned
    assert "Waitingchild is first on the list." in on_the_list


@pytest.mark.parametrize("role", [role for role in Role if role != Role.GUARDIAN])
def test_staff_find_nothing_here(client, role):
    client.force_login(UserFactory(roles=[role]))
    assert client.get(HOME).status_code == 404


def test_strangers_are_asked_to_sign_in_with_a_code(client):
    response = client.get(HOME)
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('account_request_login_code')}?next=/portal/"


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_home_only_shows(at_home, method):
    assert getattr(at_home, method)(HOME).status_code == 405


def test_the_same_few_queries_for_one_session_and_for_thirty(at_home, guardian):
    invited(guardian)
    with CaptureQueriesContext(connection) as one:
        at_home.get(HOME)
    for days in range(1, 30):
        invited(guardian, starts_in=timedelta(days=days))
    with CaptureQueriesContext(connection) as thirty:
        response = at_home.get(HOME)
    assert response.content.count(b"See more") == 8
    assert "All our sessions (21 more)" in text_of(response)
    assert (len(one), len(thirty)) == (10, 10)


def test_a_page_with_join_details_is_kept_by_nobody(at_home, guardian):
    invited(guardian)
    assert at_home.get(HOME)["Cache-Control"] == "no-store, private"
