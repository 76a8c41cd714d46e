"""What somebody has typed stays: when they switch to easy read halfway, and when it is far too long."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from families.models import DataRequest, Guardian, HelpRequest, Proposal
from safeguarding.models import Concern
from sessions_app.models import Booking, FamilyAnswer, Feedback, JoinUse
from tests.access.world import World, build
from tests.factories import household
from tests.family_pages import READER, client_of, drawn
from tests.typed_forms import Page
from whippersnappers.outbox.models import OutgoingMail

SAID = "Canary ☂ শব্দ"
KEPT = (Booking, Concern, DataRequest, FamilyAnswer, Feedback, HelpRequest, Proposal, OutgoingMail)
# What each page has anew; the switch itself answers how the layout shall be.
_NEW = {"csrfmiddlewaretoken", "easy_read", "seen_easy_read"}
# A million signs that are four bytes each, and so far from what any field takes.
FAR_TOO_LONG = "😀" * 1_000_000


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The charity, with a child who does not come to what is planned."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = build()
        Booking.objects.filter(pk=made.things["booking"].pk).update(state=Booking.State.NOT_COMING)
        # Here, so that no test takes the sign-in back.
        client_of(made)
        yield made
        transaction.set_rollback(True)


def pages(world: World) -> dict[str, Page]:
    return {name: page for name, html in drawn(world).items() if (page := Page(html)).to_write_in}


def counts() -> list[int]:
    return [model._default_manager.count() for model in KEPT]


@pytest.mark.django_db
def test_the_switch_takes_along_the_form_in_which_people_write(world):
    found = pages(world)
    assert {
        "portal_address",
        "portal_child_change child",
        "portal_contact",
        "portal_feedback past_invitation past_booking",
        "portal_help",
        "portal_my_data",
        "portal_session invitation",
        "portal_worried",
        "join token",
    } <= set(found)
    assert {name: page.taken is page.to_write_in[0] for name, page in found.items()} == dict.fromkeys(found, True)


@pytest.mark.django_db
def test_forms_in_which_people_write_travel_as_they_are_typed(world):
    kinds = {name: {form.attributes.get("enctype") for form in page.to_write_in} for name, page in pages(world).items()}
    assert kinds == {key: {"multipart/form-data"} for key in kinds}


@pytest.mark.django_db
@pytest.mark.parametrize("layout", ["easy", "usual"])
def test_switching_halfway_loses_nothing_and_sends_nothing(world, layout):
    client, before, lost = client_of(world), counts(), {}
    for name, page in pages(world).items():
        Guardian.objects.filter(user=world.people[READER]).update(easy_read=layout == "usual")
        typed = page.taken.filled(SAID)
        answer = client.post(page.switch["formaction"], typed | {"layout": layout})
        again = Page(answer.content.decode())
        assert (name, answer.status_code) == (name, 200)
        assert (name, Guardian.objects.get(user=world.people[READER]).easy_read) == (name, layout == "easy")
        kept = again.taken.held
        lost[name] = {field: said for field, said in typed.items() if kept.get(field) != said and field not in _NEW}
        assert ("error" in answer.content.decode(), again.switch["value"] == layout) == (False, False)
    assert lost == {key: {} for key in lost}
    assert counts() == before


@pytest.mark.django_db
def test_a_signature_half_typed_stays_and_signs_nothing(client):
    (guardian,) = household(signed=False)[0]
    client.force_login(guardian.user)
    page = Page(client.get("/portal/agreement/").content.decode())
    assert page.taken
    answer = client.post("/portal/agreement/", page.taken.filled(SAID) | {"layout": "easy"})
    again = Page(answer.content.decode())
    assert again.taken
    assert again.taken.held["typed_name"] == [SAID]
    assert guardian.signatures.count() == 0


@pytest.mark.django_db
def test_the_checkbox_for_easy_read_says_what_the_switch_said(client):
    """And sending the form then does not turn it back."""
    (guardian,) = household(phone="07700 900123")[0]
    client.force_login(guardian.user)
    typed = Page(client.get("/portal/me/contact/").content.decode()).to_write_in[0].held
    again = Page(
        client.post("/portal/me/contact/", typed | {"phone": "07700 900999", "layout": "easy"}).content.decode()
    )
    assert again.taken
    assert again.taken.held["easy_read"] == ["on"]
    client.post("/portal/me/contact/", again.taken.held)
    guardian.refresh_from_db()
    assert (guardian.phone, guardian.easy_read) == ("07700 900999", True)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/portal/help/", "/worried/"])
def test_a_page_elsewhere_cannot_press_the_switch(address):
    (guardian,) = household()[0]
    client = Client(enforce_csrf_checks=True)
    client.force_login(guardian.user)
    client.post(address, {"layout": "easy"})
    guardian.refresh_from_db()
    assert guardian.easy_read is False


@pytest.mark.django_db
def test_the_switch_on_a_join_page_joins_nobody(world):
    """Signed out meanwhile, too: then it is for the device."""
    page = reverse("join", args=[world.key("token")])
    for client in (client_of(world), Client()):
        answer = client.post(page, {"layout": "easy"})
        assert (answer.status_code, 'class="easy"' in answer.content.decode()) == (200, True)
    assert JoinUse.objects.filter(outcome=JoinUse.Outcome.JOINED).count() == 0


@pytest.mark.django_db
def test_a_worry_half_written_outlives_the_sign_in(client):
    before = counts()
    answer = client.post("/worried/", {"what_happened": SAID, "layout": "easy"}).content.decode()
    assert (SAID in answer, "You are not signed in any more." in answer) == (True, True)
    assert ('class="easy"' in answer, "Easy read is on." in answer) == (True, True)
    assert counts() == before


@pytest.mark.django_db
def test_a_million_signs_stay_beside_a_sentence_that_says_they_are_too_many(world):
    client, before = client_of(world), counts()
    for name, page in pages(world).items():
        form = page.to_write_in[0]
        (first, *_rest) = sorted(form.written)
        typed = {key: value for key, value in form.filled(SAID).items() if key != "layout"} | {first: FAR_TOO_LONG}
        answer = client.post(form.attributes.get("action") or page.switch["formaction"], typed)
        html = answer.content.decode()
        assert (name, answer.status_code in (200, 422), FAR_TOO_LONG in html) == (name, True, True)
        assert (name, "too long" in html) == (name, True)
    assert counts() == before


@pytest.mark.django_db
@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_what_no_form_of_ours_sends_gets_a_calm_page(client, content_type):
    (guardian,) = household()[0]
    client.force_login(guardian.user)
    if "boundary" in content_type:
        body = f'--x\r\nContent-Disposition: form-data; name="words"\r\n\r\n{FAR_TOO_LONG * 2}\r\n--x--\r\n'
    else:
        body = urlencode({"words": FAR_TOO_LONG})
    answer = client.post("/portal/help/", body, content_type=content_type)
    page = answer.content.decode()
    assert answer.status_code == 413
    assert ("<h1>That was too much at once</h1>" in page, '<nav class="places"' in page) == (True, True)
    assert not HelpRequest.objects.visible_to(guardian.user).exists()
