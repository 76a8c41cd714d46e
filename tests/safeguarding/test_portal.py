"""The page for whoever is worried: open to all to read, nothing typed lost, a receipt that tells nothing."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from families.plain_text import TOO_LONG, UNSEEN
from safeguarding.forms import MUCH
from safeguarding.models import Concern, ConcernPerson, ConcernVersion
from safeguarding.vocabulary import Kind
from tests.factories import ChildFactory, GuardianshipFactory, household
from tests.sessions_app.test_pages_read_easily import measured, text_of
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
WORDS = "He shouts at her when nobody looks. “Ow!” ☂ مرحبا"


@pytest.fixture
def parent(lead: Any) -> Any:
    (guardian,), (child,) = household()
    guardian.user.child = child
    guardian.user.record = guardian
    return guardian.user


def typed(**fields: Any) -> dict[str, Any]:
    return {
        "kind": "child",
        "who": "Her uncle",
        "what_happened": WORDS,
        "danger_now": "no",
        "reach_reporter": "Call me after 3",
        "form_key": str(uuid4()),
        **fields,
    }


def test_a_parent_writes_and_gets_a_reference_and_nothing_else(client, parent):
    client.force_login(parent)
    page = client.get("/worried/").content.decode()
    assert parent.child.known_as in page
    answer = client.post("/worried/", typed(children=[parent.child.pk]), follow=True)
    concern = Concern.objects.get()
    version = ConcernVersion.objects.get()
    assert (concern.kind, version.who, version.what_happened) == (Kind.CHILD, "Her uncle", WORDS)
    assert ConcernPerson.objects.get().child == parent.child
    receipt = answer.content.decode()
    assert answer.redirect_chain == [("/worried/sent/", 302)]
    assert concern.reference in receipt
    for word in ("shouts", "uncle", "after 3", parent.child.known_as):
        assert word not in receipt


def test_sending_twice_gives_one_concern_and_one_receipt(client, parent):
    client.force_login(parent)
    form = typed()
    for _ in range(3):
        assert client.post("/worried/", form).status_code == 302
    assert Concern.objects.count() == 1


def test_about_the_lead_goes_to_the_trustees(client, parent, trustee):
    client.force_login(parent)
    assert "They are not told. Our trustees are." in client.get("/worried/").content.decode()
    receipt = client.post("/worried/", typed(kind="lead"), follow=True).content.decode()
    assert "Our Safeguarding Lead and their deputy are not told. They cannot see it." in receipt
    assert f"Told now: {trustee.name}." in receipt
    assert "The people who look after safeguarding here are told now." not in receipt
    mails = OutgoingMail.objects.filter(kind="concern_raised")
    assert [mail.to for mail in mails] == [trustee.email]


def test_the_receipt_goes_after_an_hour_and_belongs_to_one_browser(client, parent):
    client.force_login(parent)
    client.post("/worried/", typed())
    reference = Concern.objects.get().reference
    elsewhere = Client()
    elsewhere.force_login(parent)
    assert reference not in elsewhere.get("/worried/sent/").content.decode()
    assert reference in client.get("/worried/sent/").content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert reference not in client.get("/worried/sent/").content.decode()


def test_when_the_sign_in_has_run_out_all_that_was_typed_stays(client, parent):
    page = client.post("/worried/", typed(children=[parent.child.pk], danger_now="not_sure"))
    text = page.content.decode()
    assert page.status_code == 200
    for kept in ("Her uncle", "He shouts at her", "☂ مرحبا", "Call me after 3", "sign in on a new page"):
        assert kept in text
    assert f'type="hidden" name="children" value="{parent.child.pk}"' in text
    # A stranger's page shows no name of a child that they only guessed.
    assert parent.child.known_as not in text
    assert not Concern.objects.exists()


def test_after_signing_in_again_one_more_press_sends_it(parent):
    client = Client(enforce_csrf_checks=True)
    client.get("/worried/")
    client.force_login(parent)
    form = typed()
    text = client.post("/worried/", form).content.decode()
    assert "Please press “Send” once more" in text
    assert "He shouts at her" in text
    assert not Concern.objects.exists()
    token = text.split('name="csrfmiddlewaretoken" value="', 1)[1].split('"', 1)[0]
    assert client.post("/worried/", {**form, "csrfmiddlewaretoken": token}).status_code == 302
    assert Concern.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"what_happened": ""}, "Please say in a few words what worries you."),
        ({"what_happened": " \n "}, "Please say in a few words what worries you."),
        ({"what_happened": "x" * (MUCH + 1)}, TOO_LONG.format(most=MUCH)),
        ({"what_happened": "x" * 1_000_000}, TOO_LONG.format(most=MUCH)),
        ({"what_happened": "a\x00b"}, UNSEEN),
        ({"who": "a\x00b"}, UNSEEN),
        ({"kind": "none"}, "Please choose one."),
        ({"danger_now": ""}, "Please choose one."),
        ({"children": ["not-an-id"]}, "Please choose from the children on this page."),
    ],
)
def test_mistakes_are_said_plainly_and_nothing_is_lost(client, parent, fields, sentence):
    client.force_login(parent)
    answer = client.post("/worried/", typed(**fields))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert sentence in text
    assert "Call me after 3" in text
    assert not Concern.objects.exists()


def test_another_familys_child_and_a_restricted_one_cannot_be_chosen(client, parent):
    mine = ChildFactory(known_as="Kept away")
    GuardianshipFactory(guardian=parent.record, child=mine, restricted=True, restriction_review_on=timezone.localdate())
    client.force_login(parent)
    assert "Kept away" not in client.get("/worried/").content.decode()
    answer = client.post("/worried/", typed(children=[mine.pk]))
    assert "Please choose from the children on this page." in answer.content.decode()
    assert not Concern.objects.exists()


@pytest.mark.parametrize("key", ["", "not-a-key"])
def test_a_form_without_its_key_is_sent_all_the_same(client, parent, key):
    client.force_login(parent)
    answer = client.post("/worried/", typed(form_key=key))
    assert answer.status_code == 302
    assert Concern.objects.count() == 1


def test_everybody_reads_whom_to_call_and_nobody_keeps_the_page(client, settings):
    settings.ORGANISATION_SAFEGUARDING_LEAD_PHONE = "020 7946 0456"
    answer = client.get("/worried/")
    text = answer.content.decode()
    for told in (
        "tel:999",
        "tel:08088005000",
        "LADO",
        settings.ORGANISATION_SAFEGUARDING_LEAD_EMAIL,
        "tel:02079460456",
    ):
        assert told in text
    assert 'id="typing"' not in text
    assert "no-store" in answer["Cache-Control"]
    assert "/worried/" in client.get("/").content.decode()


def test_the_words_are_easy(client, parent):
    pages = [client.get("/worried/")]
    client.force_login(parent)
    pages += [client.get("/worried/"), client.post("/worried/", typed(), follow=True)]
    for page in pages:
        easy, hard = measured(text_of(page.content.decode()))
        # The page's own name, by which people look for it.
        assert (easy, [sentence for sentence in hard if sentence != "Worried about something?"]) == (True, [])


def test_as_many_queries_with_thirty_children_as_with_one(client, parent, django_assert_num_queries):
    client.force_login(parent)
    with django_assert_num_queries(5):
        client.get("/worried/")
    for _ in range(29):
        GuardianshipFactory(guardian=parent.record, child=ChildFactory())
    with django_assert_num_queries(5):
        client.get("/worried/")
