"""My data: everything of one's own, nothing of the other parent's, and the requests that families make there."""

import json
import re
import uuid
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from families import asking_about_data, registering
from families.held_data import Section
from families.models import DataRequest, Guardianship
from sessions_app.models import Booking, FamilyAnswer, Feedback, JoinUse
from sessions_app.my_data import gathering
from tests.factories import BookingFactory, SessionFactory
from tests.families.portal_scenes import CANARIES, NOW, Parents, parents
from tests.sessions_app.family_scenes import invited
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
PAGES = ["portal_my_data_all", "portal_my_data_page", "portal_my_data_file"]
WORDS = {"ann": {"canary-ann-reason", "canary-ann-felt"}, "ben": {"canary-ben-reason", "canary-ben-felt"}}


def said_of_a_session() -> Parents:
    """Ann and Ben both answered for Mia, said how it was and used their links."""
    family = parents()
    invitation = invited(family.ann, title="Drums")
    booking = Booking.objects.get(session=invitation.session, child=family.mia)
    for name, guardian in (("ann", family.ann), ("ben", family.ben)):
        facts = {"booking": booking, "guardian": guardian}
        FamilyAnswer.objects.create(
            **facts, coming=name == "ann", reason=f"canary-{name}-reason", session_revision=1, answered_at=NOW
        )
        Feedback.objects.create(**facts, face=5, words=f"canary-{name}-felt", given_at=NOW)
        OutgoingMail.objects.create(
            key=f"mail-{name}", kind="reminder", to=guardian.email, person=f"guardian:{guardian.pk}", state="sent",
            not_before=NOW, sent_at=NOW,
        )  # fmt: skip
    JoinUse.objects.create(invitation=invitation, at=NOW, outcome=JoinUse.Outcome.JOINED)
    return family


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("me", "other"), [("ann", "ben"), ("ben", "ann")])
def test_own_words_are_there_and_the_other_parents_are_not(client, page, me, other):
    family = said_of_a_session()
    client.force_login(getattr(family, me).user)
    text = client.get(reverse(page)).content.decode()
    assert {word for word in WORDS[me] | WORDS[other] if word in text} == WORDS[me]
    assert {word for word in CANARIES[other] if word in text} == set()
    assert "canary-staff-notes" not in text


def test_a_restriction_takes_the_child_and_all_that_was_said_about_it_out(client, coordinator):
    family = said_of_a_session()
    standing = Guardianship.objects.get(guardian=family.ben, child=family.mia)
    registering.restrict(standing, reason="Order", review_on=date(2027, 1, 1), by=coordinator, now=NOW)
    client.force_login(family.ben.user)
    for page in PAGES:
        text = client.get(reverse(page)).content.decode()
        assert [word for word in ("Mia", "Drums", "canary-ben-reason", "canary-mia-medical") if word in text] == []
        assert "canary-ben-road" in text


def test_the_files_read_alike_and_their_names_say_nothing(client):
    family = said_of_a_session()
    client.force_login(family.ann.user)
    names = []
    for page in PAGES[1:]:
        answer = client.get(reverse(page))
        names.append(answer["Content-Disposition"])
        assert (answer["Cache-Control"], answer["X-Content-Type-Options"]) == ("no-store, private", "nosniff")
    day = timezone.localdate()
    assert names == [f'attachment; filename="what-we-hold-{day}.{ending}"' for ending in ("html", "json")]
    held = json.loads(client.get(reverse("portal_my_data_file")).content)["What we hold"]
    assert held["You"][0]["E-mail address"] == "canary-ann@example.com"
    assert [child["About"] for child in held["Your children"]] == ["Mia", "Tom"]
    assert held["Places in sessions"][0]["About"] == "Mia: Drums"
    assert held["When you used your link to a session"][0]["What"] == "Went to Zoom"


def test_what_is_only_planned_is_told_to_nobody(client):
    family = parents()
    BookingFactory(session=SessionFactory(title="Secret surprise"), child=family.mia)
    client.force_login(family.ann.user)
    assert "Secret surprise" not in client.get(reverse("portal_my_data_all")).content.decode()


def test_taking_it_is_noted(client):
    family = parents()
    client.force_login(family.ann.user)
    for page in PAGES:
        client.get(reverse(page))
    noted = AuditEvent.objects.filter(event="my_data.read", actor=f"user:{family.ann.user_id}")
    assert [event.detail for event in noted.order_by("sequence")] == [{"form": f} for f in ("page", "html", "json")]


def test_words_that_look_like_markup_stay_words(client):
    family = parents()
    family.mia.what_helps = "<script>alert(1)</script>"
    family.mia.save()
    client.force_login(family.ann.user)
    for page in PAGES[:2]:
        text = client.get(reverse(page)).content.decode()
        assert ("<script>alert" in text, "&lt;script&gt;alert" in text) == (False, True)


def test_another_app_says_what_it_holds_by_a_source(client, monkeypatch):
    monkeypatch.setattr(gathering, "_sources", list(gathering._sources))
    gathering.register(lambda guardian, user, now: [Section("More", "lock", note="Some of it stays with us.")])
    family = parents()
    client.force_login(family.ann.user)
    assert "Some of it stays with us." in client.get(reverse("portal_my_data_all")).content.decode()


def ask(client, **fields):
    return client.post(reverse("portal_my_data"), {"kind": "copy", "words": "", "press": uuid.uuid4(), **fields})


def test_a_request_is_acknowledged_with_its_day_and_shown_until_it_is_answered(client, coordinator):
    family = parents()
    client.force_login(family.ann.user)
    answer = ask(client)
    made = DataRequest.objects.get()
    assert answer["Location"] == reverse("portal_my_data_sent", args=[made.pk])
    assert "We answer by" in client.get(answer["Location"]).content.decode()
    assert OutgoingMail.objects.filter(kind="data_request_received").count() == 1
    asking_about_data.answer(made, "partly", "Notes about others stay", by=coordinator, now=timezone.now())
    page = client.get(reverse("portal_my_data")).content.decode()
    assert ("Done in part" in page, "Notes about others stay" in page) == (True, True)
    assert client.get(answer["Location"])["Location"] == reverse("portal_my_data")


def test_a_second_press_is_the_same_request(client):
    family = parents()
    client.force_login(family.ann.user)
    press = uuid.uuid4()
    for _ in range(2):
        ask(client, kind="correction", words="My name is Anna", press=press)
    assert DataRequest.objects.count() == 1


def test_nobody_opens_somebody_elses_request(client):
    family = parents()
    made = asking_about_data.ask(
        family.ann, "copy", "", press=uuid.uuid4(), by=family.ann.user, now=timezone.now() - timedelta(days=1)
    )
    client.force_login(family.ben.user)
    assert client.get(reverse("portal_my_data_sent", args=[made.pk])).status_code == 404
    assert "You asked for" not in client.get(reverse("portal_my_data")).content.decode()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": ""}, "Please choose one."),
        ({"kind": "everything"}, "Please choose one of these."),
        ({"kind": "correction", "words": " "}, "what is wrong"),
        ({"kind": "correction", "words": "a\x00b"}, "cannot read"),
        ({"kind": "deletion", "words": "ä🚤" * 150_000}, "too long"),
    ],
)
def test_bad_input_gets_a_plain_sentence_and_keeps_the_words(client, fields, said):
    family = parents()
    client.force_login(family.ann.user)
    answer = ask(client, **fields)
    assert answer.status_code == 200
    assert re.search(said, answer.content.decode())
    assert answer.context["form"]["words"].value() == fields.get("words", "")
    assert not DataRequest.objects.exists()


def test_a_press_that_is_no_number_is_taken_as_a_new_one(client):
    family = parents()
    client.force_login(family.ann.user)
    answer = ask(client, press="tampered")
    assert answer.status_code in (200, 302)
