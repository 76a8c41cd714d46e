"""The pages on which steps are taken: mistakes beside the field, nothing lost, double presses harmless."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from safeguarding import closing
from safeguarding.dashboard.steps import BY_NAME
from safeguarding.models import Action, ChronologyEntry, Concern, ConcernPerson
from safeguarding.vocabulary import Kind, PersonRole, RetentionClass, Severity, State
from tests.factories import ChildFactory
from tests.safeguarding.scenes import REASON, deputy_named, raised, triaged
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_work(client: Client, lead: User) -> Client:
    client.force_login(lead)
    return client


def at(concern: Concern, name: str) -> str:
    return reverse("safeguarding_step", args=[concern.pk, name])


def stands(concern: Concern) -> str:
    return Concern.objects.get(pk=concern.pk).state


def test_from_the_overview_to_judged_in_two_forms(at_work: Client, lead: User) -> None:
    concern = raised()
    page = at_work.post(at(concern, "acknowledge"), follow=True)
    assert "You have acknowledged it" in page.content.decode()
    assert "Judge it" in page.content.decode()
    said = {
        "kind": "child",
        "severity": "high",
        "child_categories": ["neglect"],
        "tags": ["medication"],
        "reason": REASON,
    }
    page = at_work.post(at(concern, "triage"), said, follow=True)
    concern.refresh_from_db()
    assert (concern.state, concern.severity, concern.categories) == (State.TRIAGED, Severity.HIGH, ["neglect"])
    assert REASON in page.content.decode()
    # The two readings of the page that followed are in the trail, the presses as what they did.
    events = AuditEvent.objects.filter(target_id=str(concern.pk)).order_by("sequence").values_list("event", flat=True)
    assert list(events) == ["concern.raised", "concern.moved", "concern.read", "concern.moved", "concern.read"]


def test_whoever_acknowledges_second_is_told_who_was_first(at_work: Client, client: Client) -> None:
    concern, deputy = raised(), deputy_named()
    other = Client()
    other.force_login(deputy)
    other.post(at(concern, "acknowledge"))
    page = at_work.post(at(concern, "acknowledge"), follow=True).content.decode()
    assert "Dev Rao has done this already" in page


def test_a_mistake_stands_beside_its_field_and_nothing_is_lost(at_work: Client, lead: User) -> None:
    concern = triaged(lead)
    said = {"what": "Call the school ☂", "owner": str(lead.pk), "due_at": "2020-01-01T10:00"}
    answer = at_work.post(at(concern, "act"), said)
    page = answer.content.decode()
    assert "Choose a time that is still to come." in page
    assert "Call the school ☂" in page
    assert not Action.objects.exists()
    assert ChronologyEntry.objects.filter(kind="action").count() == 0


@pytest.mark.parametrize("name", sorted(BY_NAME))
@pytest.mark.parametrize(
    "said",
    [
        {},
        {"reason": "x" * 30_000, "words": "a\x00b", "what": "a\x00b", "why": "\x00"},
        {"kind": "x", "severity": "<script>", "to": "x", "owner": "../../etc", "role": "x", "child": "x", "user": "x"},
        {"due_at": "31/02/2026", "made_at": "9999-99-99T99:99", "agency": "=cmd()", "press": "x", "retention": "1"},
    ],
)
def test_bad_input_changes_nothing(at_work: Client, lead: User, name: str, said: dict[str, Any]) -> None:
    concern = triaged(lead, kind=Kind.ADULT)
    before = ChronologyEntry.objects.count()
    answer = at_work.post(at(concern, name), said)
    assert answer.status_code in (200, 302)
    assert (stands(concern), ChronologyEntry.objects.count()) == (State.TRIAGED, before)


def test_pressing_twice_keeps_one_note(at_work: Client) -> None:
    concern = raised()
    said = {"words": "The school called", "press": str(uuid4())}
    for _ in range(2):
        assert at_work.post(at(concern, "note"), said).status_code == 302
    assert ChronologyEntry.objects.filter(kind="note").count() == 1


def test_a_press_that_was_refused_may_be_pressed_again(at_work: Client, lead: User) -> None:
    concern, press = triaged(lead), str(uuid4())
    said = {"what": "Call", "owner": str(lead.pk), "press": press}
    soon = timezone.localtime(timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    at_work.post(at(concern, "act"), {**said, "due_at": "2020-01-01T10:00"})
    at_work.post(at(concern, "act"), {**said, "due_at": soon})
    assert Action.objects.count() == 1


def test_two_people_close_it_and_the_first_cannot_be_the_second(at_work: Client, lead: User) -> None:
    concern, deputy = triaged(lead), deputy_named()
    said = {"reason": REASON, "parent_told": "Yes, on Monday", "retention": RetentionClass.CHILD}
    at_work.post(at(concern, "close"), said)
    assert stands(concern) == State.CLOSING
    for name in ("agree", "alone"):
        answer = at_work.post(at(concern, name), {"reason": REASON, "exception": "Me"})
        assert "somebody else has to agree" in answer.content.decode()
    other = Client()
    other.force_login(deputy)
    assert "Needs a second person" in other.get(reverse("safeguarding_home")).content.decode()
    other.post(at(concern, "agree"), {"reason": REASON})
    assert stands(concern) == State.CLOSED
    at_work.post(at(concern, "move"), {"to": State.REOPENED, "reason": REASON})
    assert stands(concern) == State.REOPENED
    assert closing.proposer(Concern.objects.get()) is None


def test_whoever_steps_back_is_led_away(at_work: Client, trustee: User) -> None:
    concern = raised()
    answer = at_work.post(at(concern, "recuse"), {"reason": REASON})
    assert answer["Location"] == reverse("safeguarding_home")
    assert at_work.get(reverse("safeguarding_concern", args=[concern.pk])).status_code == 404


def test_what_turns_out_to_be_about_the_lead_goes_to_the_trustees(at_work: Client, trustee: User) -> None:
    concern = raised()
    at_work.post(at(concern, "acknowledge"))
    at_work.post(at(concern, "triage"), {"kind": "lead", "severity": "high", "reason": REASON})
    assert at_work.get(reverse("safeguarding_concern", args=[concern.pk])).status_code == 404
    assert list(concern.assignments.values_list("user", flat=True)) == [trustee.pk]


def test_the_access_of_whom_it_is_about_is_frozen(at_work: Client, practitioner: User) -> None:
    concern = raised(kind=Kind.STAFF)
    ConcernPerson.objects.create(concern=concern, user=practitioner, role=PersonRole.SUBJECT)
    theirs = Client()
    theirs.force_login(practitioner)
    at_work.post(at(concern, "freeze"), {"reason": REASON})
    practitioner.refresh_from_db()
    assert not practitioner.is_active
    assert theirs.get("/admin/").status_code == 302


def test_an_adults_no_is_overridden_only_with_a_reason(at_work: Client, lead: User) -> None:
    concern = triaged(lead, kind=Kind.ADULT)
    said = {"needs_care": "yes", "at_risk": "yes", "cannot_protect": "yes", "consent": "overridden"}
    assert "Say why we go on" in at_work.post(at(concern, "adult"), said).content.decode()
    page = at_work.post(at(concern, "adult"), {**said, "overridden_because": "Others are at risk"}, follow=True)
    assert "The section 42 test is met" in page.content.decode()
    assert "Others are at risk" in page.content.decode()


def test_what_was_typed_survives_being_signed_out(at_work: Client, lead: User) -> None:
    concern = raised()
    now = timezone.now()
    with time_machine.travel(now + timedelta(minutes=20), tick=False):
        answer = at_work.post(at(concern, "note"), {"words": "Long thoughts & more"})
        assert answer.status_code == 403
        assert 'value="Long thoughts &amp; more"' in answer.content.decode()
        assert not ChronologyEntry.objects.filter(kind="note").exists()
        at_work.force_login(lead)
        at_work.post(at(concern, "note"), {"words": "Long thoughts & more"})
    assert ChronologyEntry.objects.get(kind="note").words == "Long thoughts & more"


def test_a_form_from_elsewhere_does_nothing(lead: User) -> None:
    concern, client = raised(), Client(enforce_csrf_checks=True)
    client.force_login(lead)
    answer = client.post(at(concern, "note"), {"words": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.content) == (403, b"")
    answer = client.post(at(concern, "note"), {"words": "typed"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert (answer.status_code, "typed" in answer.content.decode()) == (403, True)
    assert not ChronologyEntry.objects.filter(kind="note").exists()


def test_a_child_is_named_on_the_page(at_work: Client, lead: User) -> None:
    concern, child = raised(), ChildFactory(known_as="Pip")
    at_work.post(at(concern, "person"), {"role": "affected", "child": str(child.pk)})
    assert "Pip" in at_work.get(reverse("safeguarding_concern", args=[concern.pk])).content.decode()


def test_999_first_is_noted_before_anything_else(at_work: Client, lead: User) -> None:
    concern = raised(danger_now=Concern.Danger.YES)
    asked = at_work.get(at(concern, "refer")).content.decode()
    assert "Noting it acknowledges the concern too. Then judge it." in asked
    minute = timezone.localtime(timezone.now() - timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M")
    said = {"agency": "police", "how": "phone", "made_at": minute, "why": "A man at the door", "told_by": "Maya Lind"}
    page = at_work.post(at(concern, "refer"), said, follow=True).content.decode()
    assert "by Maya Lind; noted by" in page
    assert "Judge it" in page
    assert stands(concern) == State.ACKNOWLEDGED
    assert "Noting it acknowledges" not in at_work.get(at(concern, "refer")).content.decode()


def test_a_call_in_the_minute_in_which_it_was_raised_can_be_noted(at_work: Client, lead: User) -> None:
    sent = timezone.now().replace(second=20)
    with time_machine.travel(sent + timedelta(seconds=30), tick=False):
        at_work.force_login(lead)
        concern = triaged(lead, now=sent)
        minute = timezone.localtime(sent).strftime("%Y-%m-%dT%H:%M")
        said = {"agency": "police", "how": "phone", "made_at": minute, "why": "Somebody is at the door"}
        assert at_work.post(at(concern, "refer"), said).status_code == 302
    assert stands(concern) == State.REFERRED
