"""What is typed in the form of a concern is kept for its author alone, and becomes the one concern when it is sent."""

import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from safeguarding import drafting
from safeguarding.drafting import MOST, AlreadySent, TooMuch, Typing, keep, throw_away
from safeguarding.escalating import escalate
from safeguarding.models import Concern, ConcernDraft, ConcernVersion
from safeguarding.vocabulary import State
from tests.factories import BookingFactory, SessionFactory, StaffAssignmentFactory, UserFactory
from tests.safeguarding.scenes import raised
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.models import AuditEvent
from whippersnappers.dates import clock
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
WORDS = "A mark on her arm. “Ow!” ☂ مرحبا"
FORM = {"kind": "child", "who": "Pip", "what_happened": WORDS, "danger_now": "no", "how_serious": "high"}
QUIETLY = {"X-Quietly": "1"}


def typing(words: str = WORDS, **more: Any) -> Typing:
    facts = {"form_key": uuid.uuid4(), "page": uuid.uuid4(), "edition": 0}
    return Typing(**(facts | {"fields": {"what_happened": [words]}} | more))


def opened(staff: Client, address: str = "/concern/") -> dict[str, str]:
    """What a drawn form knows of itself."""
    context = staff.get(address).context
    stamp = {name: str(context["stamp"][name].value()) for name in ("page", "edition", "writer")}
    return stamp | {"form_key": str(context["form"]["form_key"].value())}


def quietly(staff: Client, fields: dict[str, Any], address: str = "/concern/") -> dict[str, Any]:
    answer: dict[str, Any] = staff.post(address, fields, headers=QUIETLY).json()
    return answer


def test_what_is_typed_survives_the_sign_out(staff, reporter):
    said = quietly(staff, opened(staff) | FORM | {"danger_now": "", "childs_words": "Ow"})
    assert (said["kept"], said["said"].startswith("Kept at ")) == (True, True)
    staff.logout()
    again = staff.get(said["address"])
    assert again.url == f"{reverse('account_login')}?next={said['address']}"
    staff.force_login(reporter)
    form = staff.get(said["address"]).context["form"]
    assert [form[name].value() for name in ("what_happened", "childs_words", "danger_now")] == [WORDS, "Ow", ""]
    assert "Go on with what you began" in staff.get("/concern/").content.decode()
    assert said["address"] in staff.get("/concern/mine/").content.decode()
    assert said["address"] in staff.get("/admin/").content.decode()


def test_it_is_sealed_and_in_nobodys_way(staff, reporter, lead):
    quietly(staff, opened(staff) | FORM)
    concern = Concern.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT typed FROM safeguarding_concerndraft")
        assert WORDS.encode() not in bytes(cursor.fetchone()[0])
    for other in (lead, UserFactory(roles=[Role.DEPUTY]), UserFactory(roles=[Role.TRUSTEE]), UserFactory()):
        assert not Concern.objects.visible_to(other).exists()
        assert not Concern.objects.drafts_of(other).exists()
    escalate(timezone.now() + timedelta(days=30))
    assert (concern.chronology.count(), OutgoingMail.objects.filter(kind__startswith="concern").count()) == (0, 0)


@pytest.mark.parametrize("role", [Role.LEAD, Role.TRUSTEE, Role.COORDINATOR, Role.ADMINISTRATOR, Role.PRACTITIONER])
def test_nobody_else_finds_it(client, role):
    draft = keep(typing(), by=UserFactory(), now=timezone.now())
    client.force_login(UserFactory(roles=[role]))
    address = reverse("concern_draft", args=[draft.concern_id])
    assert client.get(address).status_code == 404
    assert client.get(f"/safeguarding/concerns/{draft.concern_id}/").status_code == 404
    client.post(reverse("concern_draft_thrown_away", args=[draft.concern_id]))
    client.post(address, FORM | {"form_key": str(draft.concern.form_key)})
    draft.refresh_from_db()
    assert draft.fields == {"what_happened": [WORDS]}


def test_sending_turns_it_into_the_one_concern(staff, reporter):
    stamp = opened(staff)
    said = quietly(staff, stamp | FORM)
    draft = Concern.objects.get()
    sent = opened(staff, said["address"]) | FORM
    for _ in range(2):
        assert staff.post(said["address"], sent).status_code == 302
    concern = Concern.objects.get()
    assert (concern.pk, concern.started_at, concern.state) == (draft.pk, draft.started_at, State.SUBMITTED)
    assert not ConcernDraft.objects.exists()
    assert ConcernVersion.objects.get().what_happened == WORDS
    assert AuditEvent.objects.filter(event="concern.draft_begun").count() == 1
    # What the page keeps by itself meanwhile, or from another tab, changes nothing.
    assert quietly(staff, sent | {"what_happened": "Late"}) == {
        "said": "This was sent already. Press “Send” to add what stands here."
    }
    assert staff.get(said["address"]).url == reverse("concern_own", args=[concern.pk])


def test_without_javascript_a_button_keeps_it(staff):
    page = staff.post("/concern/", opened(staff) | {"what_happened": WORDS, "keep": "yes"}, follow=True)
    assert (WORDS in page.content.decode(), "Kept at " in page.content.decode()) == (True, True)
    text = page.content.decode()
    # On top, before anything is asked: that it is a draft, of when, and how to be rid of it.
    assert (
        text.index("This is your draft, not sent yet.") < text.index("Throw it away for good") < text.index("<form enc")
    )
    assert f"as it was kept {clock(ConcernDraft.objects.get().kept_at)}, " in text
    assert Concern.objects.get().state == State.DRAFT


def test_a_press_on_send_that_misses_something_is_kept_too(staff):
    page = staff.post("/concern/", opened(staff) | {"what_happened": WORDS})
    assert "Please say who it is about" in page.content.decode()
    assert ConcernDraft.objects.get().fields["what_happened"] == [WORDS]
    assert page.context["stamp"]["edition"].value() == "1"


def test_from_a_session_the_draft_knows_it(staff, reporter):
    session = SessionFactory(title="Drums and songs")
    StaffAssignmentFactory(session=session, staff__user=reporter)
    place = BookingFactory(session=session)
    address = f"/concern/session/{session.pk}/"
    said = quietly(staff, opened(staff, address) | {"children": [str(place.child_id)]}, address)
    form = staff.get(said["address"]).context["form"]
    assert form["children"].value() == [str(place.child_id)]
    staff.post(said["address"], opened(staff, said["address"]) | FORM | {"who": "", "children": [str(place.child_id)]})
    assert "Drums and songs" in ConcernVersion.objects.get().around_session


def test_gone_is_gone_and_only_a_draft_goes(staff, reporter):
    draft = keep(typing(), by=reporter, now=timezone.now())
    for _ in range(2):
        assert staff.post(reverse("concern_draft_thrown_away", args=[draft.concern_id])).status_code == 302
    assert (Concern.objects.count(), ConcernDraft.objects.count()) == (0, 0)
    assert AuditEvent.objects.filter(event="concern.draft_thrown_away").count() == 1
    concern = raised(by=reporter)
    with pytest.raises(Concern.DoesNotExist):
        throw_away(concern.pk, by=reporter, now=timezone.now())


def test_thrown_away_on_one_page_what_is_typed_on_another_is_kept(staff, reporter):
    said = quietly(staff, opened(staff) | FORM)
    stamp = opened(staff, said["address"])
    throw_away(Concern.objects.get().pk, by=reporter, now=timezone.now())
    assert quietly(staff, stamp | FORM | {"who": "Pip R."}, said["address"])["kept"]


def test_a_page_that_knows_less_does_not_write_over_later_words(staff):
    """The desk in the morning, the phone at noon, then the desk again."""
    said = quietly(staff, opened(staff) | FORM)
    desk, phone = opened(staff, said["address"]), opened(staff, said["address"])
    quietly(staff, phone | FORM | {"what_happened": "From the phone"}, said["address"])
    apart = quietly(staff, desk | FORM | {"what_happened": "From the desk"}, said["address"])
    assert apart["said"].endswith(", apart from what you typed on another page.")
    assert sorted(draft.fields["what_happened"][0] for draft in ConcernDraft.objects.all()) == [
        "From the desk", "From the phone",
    ]  # fmt: skip


def test_an_answer_that_got_lost_on_the_way_makes_no_second_draft(reporter):
    first = typing("One")
    for words in ("One", "One", "One two"):
        keep(typing(words, form_key=first.form_key, page=first.page), by=reporter, now=timezone.now())
    assert ConcernDraft.objects.get().fields == {"what_happened": ["One two"]}


def test_somebody_elses_sign_in_keeps_and_sends_nothing(staff):
    """One tablet for several people: what one typed must not become the other's."""
    stamp = opened(staff)
    staff.force_login(UserFactory(roles=[Role.PRACTITIONER]))
    said = quietly(staff, stamp | FORM)
    assert (said.get("kept"), said["signed_out"]) == (None, True)
    page = staff.post("/concern/", stamp | FORM).content.decode()
    assert ("Somebody else has signed in on this device." in page, WORDS in page) == (True, True)
    assert not Concern.objects.exists()


def test_without_a_sign_in_nothing_is_kept_quietly(client):
    said = quietly(client, FORM)
    assert (said.get("kept"), said["signed_out"], Concern.objects.count()) == (None, True, 0)


def test_a_new_token_is_given_to_a_page_of_before_the_sign_in(reporter):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(reporter)
    token = quietly(strict, FORM)["token"]
    assert not Concern.objects.exists()
    assert quietly(strict, FORM | {"csrfmiddlewaretoken": token})["kept"]


def test_more_than_any_form_takes_is_said_and_not_kept(staff, reporter):
    said = quietly(staff, opened(staff) | {"what_happened": "x" * MOST})
    assert said == {"said": "Not kept: this is too long. Please make it shorter."}
    with pytest.raises(TooMuch):
        keep(typing("x" * MOST), by=reporter, now=timezone.now())
    assert not Concern.objects.exists()


def test_what_was_sent_is_never_a_draft_again(reporter):
    concern = raised(by=reporter)
    with pytest.raises(AlreadySent):
        keep(typing(form_key=concern.form_key), by=reporter, now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_two_pages_that_keep_at_once_make_one_concern_row():
    reporter, key = UserFactory(roles=[Role.PRACTITIONER]), uuid.uuid4()
    start = threading.Barrier(4)

    def one() -> None:
        start.wait()
        drafting.keep(typing(form_key=key), by=reporter, now=timezone.now())
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert (Concern.objects.count(), ConcernDraft.objects.count()) == (1, 1)
