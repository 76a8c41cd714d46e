"""No yes to being recorded, no way in: on the pages, in mails and calls, and for staff who look (X1)."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from families import consenting
from families.models import Child, Consent, Guardian, Guardianship
from sessions_app import digests, invitations, signing
from sessions_app.admin.calls import calls_of
from sessions_app.contacting import contacts_of
from sessions_app.door_list import door_list
from sessions_app.invitations import WayInState, join_token
from sessions_app.models import Invitation, PhoneTask, Session
from tests.factories import GuardianFactory, GuardianshipFactory, InvitationFactory, household
from tests.sessions_app.family_scenes import PASSCODE, ZOOM_ID, invited
from tests.sessions_app.mail_scenes import NOW, START, deliver, edit, entry, family, planned, to, words
from whippersnappers.accounts.models import User

pytestmark = pytest.mark.django_db

SHOW = {"kind": Session.Kind.GROUP_ENTERTAINMENT}
LATER = NOW + timedelta(hours=1)
ADA = "ada@example.com"
CLOSED = "there is no way in just now"


def say(kid: Child, given: bool, now: Any = NOW) -> None:
    guardian = kid.guardianships.filter(parental_responsibility=True).first().guardian
    consenting.answer(
        kid, Consent.Purpose.RECORDED_GROUP, given=given, guardian=guardian, by=guardian.user or "system:test", now=now
    )


@pytest.fixture
def show() -> tuple[Guardian, list[Child], Invitation]:
    """Two children with a yes each, and their parent's open way into a show."""
    (guardian,), kids = household(children=2)
    for kid in kids:
        say(kid, True)
    return guardian, kids, invited(guardian, **SHOW)


def pages(client: Any, guardian: Guardian, invitation: Invitation) -> dict[str, str]:
    """Home and the session's page signed in, and the page of the mail signed out."""
    join = reverse("join", args=[join_token(invitation)])
    found = {"join": client.get(join).content.decode()}
    client.force_login(guardian.user)
    found["home"] = client.get(reverse("portal")).content.decode()
    found["session"] = client.get(reverse("portal_session", args=[invitation.pk])).content.decode()
    client.logout()
    return {name: page.split("<main", 1)[1] for name, page in found.items()}


def keys_in(page: str) -> list[str]:
    spaced = page.replace(" ", "")
    return [key for key in ("Join in Zoom", "Meeting ID", str(ZOOM_ID), PASSCODE) if key.replace(" ", "") in spaced]


def press(client: Any, invitation: Invitation) -> str:
    return client.post(reverse("join", args=[join_token(invitation)]))["Location"]


def test_a_yes_taken_back_shuts_every_page_and_a_new_one_opens_it_at_once(client, show):
    guardian, kids, invitation = show
    for kid in kids:
        say(kid, False)
    for name, page in pages(client, guardian, invitation).items():
        assert (name, keys_in(page)) == (name, [])
        assert CLOSED in page
        assert all(kid.known_as in page and reverse("portal_consent", args=[kid.pk]) in page for kid in kids)
    assert press(client, invitation) == reverse("join", args=[join_token(invitation)])
    assert list(invitation.uses.order_by("pk").values_list("outcome", flat=True)) == ["no_consent", "no_consent"]
    say(kids[0], True)
    for page in pages(client, guardian, invitation).values():
        assert "Join in Zoom" in keys_in(page)
    assert "zoom.us" in press(client, invitation)


def test_nobody_is_called_in_where_the_way_is_shut(client, show):
    guardian, kids, invitation = show
    for kid in kids:
        say(kid, False)
    Session.objects.filter(pk=invitation.session_id).update(starts_at=timezone.now() - timedelta(minutes=2))
    for page in pages(client, guardian, invitation).values():
        assert "It has started." in page
        assert "Come in!" not in page


def test_nobody_has_answered_is_a_no(client):
    (guardian,), _kids = household()
    invitation = invited(guardian, **SHOW)
    assert invitations.way_in(invitation, timezone.now()).state == WayInState.NO_CONSENT
    assert invitations.way_in(invited(guardian), timezone.now()).is_open


def test_with_a_yes_for_one_of_two_the_way_is_open_and_the_other_is_named(client, show):
    guardian, (with_yes, without), invitation = show
    say(without, False)
    for page in pages(client, guardian, invitation).values():
        assert "Join in Zoom" in keys_in(page)
        assert f"<bdi>{without.known_as}</bdi> cannot be in it: nobody has said yes to that." in page
        assert f"<bdi>{with_yes.known_as}</bdi> cannot be in it" not in page
        assert reverse("portal_consent", args=[without.pk]) in page
    assert "zoom.us" in press(client, invitation)


def test_a_yes_for_a_child_who_does_not_come_opens_nothing(show):
    _guardian, (with_yes, without), invitation = show
    say(without, False)
    invitation.session.bookings.filter(child=with_yes).update(state="not_coming")
    assert invitations.way_in(invitation, timezone.now()).state == WayInState.NO_CONSENT


def test_who_may_not_answer_is_led_to_nobody_else_than_who_may(client, show):
    guardian, kids, invitation = show
    carer = GuardianFactory(family=guardian.family)
    for kid in kids:
        GuardianshipFactory(guardian=carer, child=kid, parental_responsibility=False)
        say(kid, False)
    theirs = InvitationFactory(session=invitation.session, guardian=carer)
    for page in pages(client, carer, theirs).values():
        assert CLOSED in page
        assert "/consent/" not in page


def test_staff_see_the_same_in_every_list(client, coordinator, show):
    _guardian, kids, invitation = show
    session = invitation.session
    say(kids[0], False)
    assert contacts_of(session.pk)[0].kept_back is None
    assert door_list(session)[0].kept_back is None
    say(kids[1], False)
    assert contacts_of(session.pk)[0].kept_back == door_list(session)[0].kept_back == WayInState.NO_CONSENT
    client.force_login(coordinator)
    page = client.get(reverse("admin:sessions_app_session_change", args=[session.pk])).content.decode()
    assert "Closed until somebody says yes to recording" in page
    assert "Open to them" not in page
    for address in (
        reverse("admin:sessions_app_invitation_changelist"),
        reverse("admin:sessions_app_invitation_change", args=[invitation.pk]),
    ):
        assert "Nobody said yes to recording" in client.get(address).content.decode()


def test_the_rule_for_rows_is_the_rule_for_one(show):
    """Lists annotate, pages ask: both must answer alike for each mixture of places and answers."""
    _guardian, kids, invitation = show
    for states in (("coming", "invited"), ("not_coming", "coming"), ("not_coming", "not_coming")):
        for answers in ((True, True), (True, False), (False, False)):
            for kid, state, given in zip(kids, states, answers, strict=True):
                say(kid, given)
                invitation.session.bookings.filter(child=kid).update(state=state)
            row = invitations.knowing_what_keeps_back(Invitation.objects.filter(pk=invitation.pk)).get()
            is_closed = invitations.way_in(invitation, timezone.now()).state == WayInState.NO_CONSENT
            assert (states, answers, row.is_shut_out) == (states, answers, is_closed)


@pytest.fixture
def told(coordinator: User, sink: Any) -> tuple[Guardian, Child, Session]:
    """Ada has been sent her way into a show; then she takes the yes back."""
    guardian, kid = family()
    say(kid, True)
    session = planned(coordinator, children=[kid], **SHOW)
    deliver(NOW)
    say(kid, False, LATER)
    return guardian, kid, session


def test_mails_that_go_out_from_then_on_hold_no_way_in(coordinator, told, sink):
    _guardian, kid, session = told
    edit(session, now=LATER, by=coordinator, starts_at=START + timedelta(minutes=30))
    deliver(LATER + timedelta(minutes=6))
    before, after = to(sink, ADA)
    token, zoom_id = join_token(Invitation.objects.get()), session.meetings.get(is_wanted=True).zoom_id
    shown = words(after).replace(" ", "").replace("=\n", "")
    assert [key in words(before).replace(" ", "") for key in (token, zoom_id, PASSCODE)] == [True] * 3
    assert [key in shown for key in (token, zoom_id, PASSCODE, "/join/")] == [False] * 4
    question = reverse("portal_consent", args=[kid.pk])
    assert question in words(after)
    assert str(entry(after)[0]["url"]).endswith(question)


def test_several_sessions_in_one_mail_hold_none_either(coordinator, sink):
    _guardian, kid = family()
    say(kid, True)
    both = [planned(coordinator, children=[kid], start=START + timedelta(days=n), **SHOW) for n in range(2)]
    say(kid, False)
    digests.bundle(session.pk for session in both)
    deliver(NOW)
    [message] = to(sink, ADA)
    assert "/join/" not in words(message)
    assert PASSCODE not in words(message)
    assert reverse("portal_consent", args=[kid.pk]) in words(message)


def test_a_call_reads_out_no_way_in(coordinator):
    _guardian, kid = family(email="", phone="07700 900123")
    say(kid, True)
    session = planned(coordinator, children=[kid], **SHOW)
    assert calls_of(PhoneTask.objects.all())[0].meeting == session.meetings.get(is_wanted=True)
    say(kid, False)
    [call] = calls_of(PhoneTask.objects.all())
    assert (call.meeting, call.without_yes) == (None, (kid.known_as,))


def test_letting_in_without_a_signature_is_no_way_round_it(coordinator):
    guardian, kid = family(signed=False)
    say(kid, True)
    session = planned(coordinator, children=[kid], **SHOW)
    say(kid, False)
    signing.let_in(session.pk, guardian.pk, reason="Lost phone", by=coordinator, now=NOW)
    assert invitations.way_in(Invitation.objects.get(), START).state == WayInState.NO_CONSENT
    assert Guardianship.objects.get().parental_responsibility


def test_staff_note_the_familys_answer_from_the_child_that_lacks_a_yes(
    client: Any, coordinator: User, show: tuple[Guardian, list[Child], Invitation]
) -> None:
    _guardian, kids, invitation = show
    say(kids[0], False)
    client.force_login(coordinator)
    page = client.get(reverse("admin:sessions_app_session_change", args=[invitation.session_id])).content.decode()
    links = re.findall(r'href="([^"]+)" aria-label="Note what the family of ([^"]+) says to recording"', page)
    assert [name for _, name in links] == [str(kids[0])]
    form = client.get(unescape(links[0][0])).context["adminform"].form
    assert (form["child"].value(), form["purpose"].value()) == (str(kids[0].pk), Consent.Purpose.RECORDED_GROUP)
