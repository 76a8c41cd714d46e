"""Staff raise a concern: whole or not at all, once, from anywhere; their own stay theirs to read."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from safeguarding import adding, handling
from safeguarding.models import ChronologyEntry, Concern, ConcernDraft, ConcernPerson, ConcernVersion, Recusal
from safeguarding.models.concerns import ConcernQuerySet
from safeguarding.vocabulary import Kind, PersonRole, State
from tests.factories import BookingFactory, SessionFactory, StaffAssignmentFactory, UserFactory
from tests.safeguarding.scenes import raised
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
WORDS = "A mark on her arm. “Ow!” ☂ مرحبا"
FORM = {"kind": "child", "who": "Pip", "what_happened": WORDS, "danger_now": "no", "how_serious": "high"}


def key_of(staff: Client, address: str = "/concern/") -> str:
    return str(staff.get(address).context["form"]["form_key"].value())


def sent() -> ConcernQuerySet:
    return Concern.objects.exclude(state=State.DRAFT)


def test_one_press_keeps_it_and_tells_the_lead(staff, reporter, lead):
    answer = staff.post("/concern/", FORM | {"form_key": key_of(staff)}, follow=True)
    concern = Concern.objects.get()
    version = ConcernVersion.objects.get()
    assert concern.reference in answer.content.decode()
    assert (concern.reporter, concern.source, concern.state) == (reporter, "staff", "submitted")
    assert (version.what_happened, version.who) == (WORDS, "Pip")
    assert version.how_serious == "Serious: somebody was hurt, or could be soon. Everybody is safe now."
    assert [mail.to for mail in OutgoingMail.objects.filter(kind="concern_raised")] == [lead.email]
    assert AuditEvent.objects.filter(event="concern.raised").count() == 1


def test_danger_without_a_call_can_be_said(staff):
    staff.post("/concern/", FORM | {"form_key": key_of(staff), "danger_now": "yes_nobody_called"})
    assert Concern.objects.get().danger_now == Concern.Danger.YES
    assert "nobody has called 999 yet" in ConcernVersion.objects.get().how_serious


def test_the_same_form_twice_is_one_concern(staff):
    """Pressed twice, sent again after going back, or open in two tabs."""
    key = key_of(staff)
    assert key_of(staff) == key
    for _ in range(3):
        assert staff.post("/concern/", FORM | {"form_key": key}).status_code == 302
    assert (Concern.objects.count(), ConcernVersion.objects.count()) == (1, 1)
    assert OutgoingMail.objects.filter(kind="concern_raised").count() == 1
    assert key_of(staff) != key


def test_what_a_second_press_says_differently_is_kept_too(staff):
    key = key_of(staff)
    staff.post("/concern/", FORM | {"form_key": key})
    staff.post("/concern/", FORM | {"form_key": key, "danger_now": "yes"})
    staff.post("/concern/", FORM | {"form_key": key, "danger_now": "yes"})
    assert [concern.danger_now for concern in Concern.objects.all()] == ["yes"]
    later = ConcernVersion.objects.get(number=2)
    assert "I have called 999" in later.how_serious
    assert OutgoingMail.objects.filter(kind="concern_raised").count() == 2
    staff.post("/concern/", FORM | {"form_key": key, "who": "Pip R."})
    assert Concern.objects.get().danger_now == "yes", "less danger is for the Lead to judge"


def test_from_a_session_its_facts_go_along(staff, reporter):
    session = SessionFactory(title="Drums and songs")
    StaffAssignmentFactory(session=session, staff__user=reporter)
    place = BookingFactory(session=session)
    address = f"/concern/session/{session.pk}/"
    page = staff.get(address)
    form = page.context["form"]
    assert form["when_and_where"].value().startswith("Drums and songs, ")
    assert reporter.name in form["who_was_there"].value()
    assert form["children"].value() == [place.child_id], "one child alone is the one it is about"
    said = FORM | {"who": "", "children": [str(place.child_id)], "where_now": "With his mum"}
    assert staff.post(address, said).status_code == 302
    version = ConcernVersion.objects.get()
    assert "Drums and songs" in version.around_session
    assert reporter.name in version.around_session
    assert (version.who, version.where_now) == (place.child.known_as, "With his mum")
    assert ConcernPerson.objects.get().child_id == place.child_id


def test_a_session_of_others_does_not_exist(staff):
    session = SessionFactory()
    assert staff.get(f"/concern/session/{session.pk}/").status_code == 404
    assert staff.post(f"/concern/session/{session.pk}/", FORM).status_code == 404
    assert not Concern.objects.exists()


def test_a_child_of_no_session_cannot_be_chosen(staff):
    child = BookingFactory().child
    page = staff.post("/concern/", FORM | {"children": [str(child.pk)]})
    assert (page.status_code, sent().count()) == (200, 0)
    assert str(child.known_as) not in page.content.decode()


def test_a_sign_in_that_ran_out_loses_nothing(client):
    page = client.post("/concern/", FORM).content.decode()
    assert ("You are not signed in any more." in page, WORDS in page) == (True, True)
    assert not Concern.objects.exists()


def test_a_form_that_is_not_ours_sends_nothing(reporter):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(reporter)
    page = strict.post("/concern/", FORM).content.decode()
    assert ("Please press “Send” once more." in page, WORDS in page) == (True, True)
    assert not Concern.objects.exists()


def test_999_comes_before_any_field(staff):
    page = staff.get("/concern/").content.decode()
    assert page.index('href="tel:999"') < page.index("<form enctype")
    assert "0808 800 5000" in page


def test_no_mail_no_concern(staff, monkeypatch):
    """One transaction: what cannot be told was not sent, and the page does not say that it was."""

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("safeguarding.telling.enqueue", broken)
    staff.raise_request_exception = False
    assert staff.post("/concern/", FORM).status_code == 500
    assert (sent().count(), ConcernVersion.objects.count()) == (0, 0)
    assert not AuditEvent.objects.filter(event="concern.raised").exists()
    assert ConcernDraft.objects.get().fields["what_happened"] == [WORDS], "not sent is not lost"


def test_own_ones_are_shown_as_sent_and_added_to(staff, reporter, lead):
    concern = raised(by=reporter, words={"what_happened": WORDS})
    address = f"/concern/mine/{concern.pk}/"
    page = staff.get(address).content.decode()
    assert (WORDS in page, "Not acknowledged yet." in page) == (True, True)
    for _ in range(2):
        assert staff.post(address, {"words": "And a second mark."}).status_code == 302
    assert staff.post(address, {"words": "A third."}).status_code == 302
    assert [v.added for v in concern.versions.all()] == ["", "And a second mark.", "And a second mark.\n\nA third."]
    assert concern.versions.get(number=1).what_happened == WORDS
    assert concern.chronology.filter(kind=ChronologyEntry.Kind.ADDED).count() == 2
    handling.acknowledge(concern.pk, by=lead, now=timezone.now())
    assert "<strong>Acknowledged</strong>" in staff.get("/concern/mine/").content.decode()
    assert AuditEvent.objects.filter(event="concern.own_read").count() == 1


@pytest.mark.parametrize("kept_away", ["other", "subject", "recused"])
def test_what_is_not_theirs_does_not_exist(staff, reporter, kept_away):
    concern = raised(by=None if kept_away == "other" else reporter)
    if kept_away == "subject":
        ConcernPerson.objects.create(concern=concern, user=reporter, role=PersonRole.SUBJECT)
    if kept_away == "recused":
        Recusal.objects.create(concern=concern, user=reporter, at=timezone.now())
    assert staff.get(f"/concern/mine/{concern.pk}/").status_code == 404
    assert staff.post(f"/concern/mine/{concern.pk}/", {"words": "More"}).status_code == 404
    assert concern.reference not in staff.get("/concern/mine/").content.decode()
    with pytest.raises(Concern.DoesNotExist):
        adding.add_to(concern.pk, {"added": "More"}, by=reporter, now=timezone.now())


def test_sent_again_by_whom_it_turned_out_to_be_about_shows_nothing(staff, reporter):
    key = key_of(staff)
    staff.post("/concern/", FORM | {"form_key": key})
    concern = Concern.objects.get()
    ConcernPerson.objects.create(concern=concern, user=reporter, role=PersonRole.SUBJECT)
    page = staff.post("/concern/", FORM | {"form_key": key, "who": "Somebody else"}, follow=True).content.decode()
    assert (concern.reference in page, concern.versions.count()) == (False, 2)


def test_words_of_others_are_not_shown_to_the_reporter(staff, reporter, lead):
    concern = raised(by=reporter)
    ConcernVersion.objects.create(
        concern=concern, number=2, author=lead, at=timezone.now(), what_happened="canary-of-the-lead"
    )
    staff.post(f"/concern/mine/{concern.pk}/", {"words": "More"})
    page = staff.get(f"/concern/mine/{concern.pk}/").content.decode()
    assert ("More" in page, "canary-of-the-lead" in page) == (True, False)


def test_the_receipt_is_short_lived_and_says_nothing(staff):
    staff.post("/concern/", FORM)
    reference = Concern.objects.get().reference
    assert WORDS not in staff.get("/concern/sent/").content.decode()
    with time_machine.travel(timezone.now() + timedelta(hours=1, minutes=1)):
        assert reference not in staff.get("/concern/sent/").content.decode()


def test_about_the_lead_goes_to_the_trustees(staff, lead):
    trustee = UserFactory(roles=[Role.TRUSTEE])
    assert "Tell the Safeguarding Lead" not in staff.get("/concern/").content.decode()
    receipt = staff.post("/concern/", FORM | {"kind": Kind.LEAD}, follow=True).content.decode()
    assert [m.to for m in OutgoingMail.objects.filter(kind="concern_raised")] == [trustee.email]
    assert "Our Safeguarding Lead and their deputy are not told." in receipt
    assert f"Told now: {trustee.name}." in receipt
    # What it is judged to be afterwards is not for the receipt.
    Concern.objects.update(kind=Kind.CHILD)
    assert "are not told." in staff.get("/concern/sent/").content.decode()


def test_about_the_lead_without_a_trustee_says_whom_to_call(staff):
    receipt = staff.post("/concern/", FORM | {"kind": Kind.LEAD}, follow=True).content.decode()
    assert "Please call the LADO of the council now." in receipt


def test_of_any_other_the_receipt_says_that_those_who_look_after_it_are_told(staff):
    receipt = staff.post("/concern/", FORM, follow=True).content.decode()
    assert "Those who look after safeguarding are told now." in receipt
    assert "are not told" not in receipt


def test_own_ones_are_listed_by_when_from_where_and_whether_acknowledged(staff, reporter, lead):
    words = {"what_happened": WORDS, "who": "Pip", "around_session": "Drums and songs, Monday, at the hall\nAdults: Jo"}
    concern = raised(by=reporter, kind=Kind.STAFF, words=words)
    adding.add_to(concern.pk, {"added": "More"}, by=reporter, now=timezone.now())
    page = staff.get("/concern/mine/").content.decode()
    for shown in (
        concern.reference,
        "Drums and songs, Monday, at the hall.",
        "You added to it.",
        "Not acknowledged yet",
    ):
        assert shown in page
    for hidden in (WORDS, "Pip", "Adults: Jo", concern.get_kind_display()):
        assert hidden not in page
    handling.acknowledge(concern.pk, by=lead, now=timezone.now())
    Concern.objects.update(kind=Kind.LOW_LEVEL)
    page = staff.get("/concern/mine/").content.decode()
    assert ("<strong>Acknowledged</strong>" in page, "ow-level" in page) == (True, False)
    with CaptureQueriesContext(connection) as one:
        staff.get("/concern/mine/")
    for _ in range(5):
        raised(by=reporter)
    with CaptureQueriesContext(connection) as six:
        staff.get("/concern/mine/")
    assert len(one) == len(six)
