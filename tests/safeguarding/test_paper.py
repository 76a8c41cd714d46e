"""What comes on paper: a sheet to print, and a concern that says how it came, with clocks from when it was received."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from families.plain_text import UNSEEN
from safeguarding import escalating
from safeguarding.bundle.parts import parts_of
from safeguarding.bundle.withholding import names_in, withhold
from safeguarding.files.fields import CHOOSE_AGAIN
from safeguarding.models import Concern, ConcernFile, PaperReport
from safeguarding.paper import blank_form, entering
from safeguarding.reporting.forms import ABOUT, DANGER, SERIOUS
from safeguarding.vocabulary import Kind, State
from tests.factories import ChildFactory, UserFactory
from tests.safeguarding.file_samples import PDF
from tests.safeguarding.scenes import deputy_named
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.models import AuditEvent
from whippersnappers.organisation import organisation
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
PAGE = "/safeguarding/paper/"
WORDS = "canary-paper: a mark on her arm"
Said = dict[str, Any]


def at(ago: timedelta) -> str:
    return timezone.localtime(timezone.now() - ago).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def said() -> Said:
    """A sheet that a volunteer wrote yesterday and handed in three hours ago."""
    return {
        "form_key": str(uuid4()),
        "reporter_words": "Vera, a volunteer",
        "written_at": at(timedelta(days=1)),
        "received_at": at(timedelta(hours=3)),
        "kind": "child",
        "who": "Pip",
        "what_happened": WORDS,
        "danger_now": "no",
        "how_serious": "high",
    }


@pytest.fixture
def at_work(client: Client, lead: User) -> Client:
    client.force_login(lead)
    return client


@pytest.fixture
def sheet() -> list[str]:
    """The words of the two pages."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(blank_form.blank_form())).pages]


def test_the_blank_form_is_one_sheet_that_asks_what_the_page_asks(sheet: list[str]) -> None:
    assert len(sheet) == 2
    front, back = sheet
    for _, label in [*ABOUT, *DANGER, *SERIOUS]:
        assert label in front
    assert front.index("Call 999 first") < front.index("Your name")
    for said in ("0808 800 5000", "LADO", "Reference", "What did you see or hear?", "The child’s own words"):
        assert said in front
    for said in ("Front", "Back", "No photographs of children.", "Where to hand it in", "Received by", "trustee"):
        assert said in back
    assert organisation().safeguarding_lead_name in back


def test_the_same_form_is_the_same_file_and_nothing_runs_off_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[float] = []
    output = blank_form._Sheet.output
    monkeypatch.setattr(blank_form._Sheet, "output", lambda self: ended.append(self.get_y()) or output(self))
    assert blank_form.blank_form() == blank_form.blank_form()
    assert max(ended) < 297 - 8


def test_every_member_of_staff_prints_it_and_nobody_else(client: Client, lead: User) -> None:
    client.force_login(UserFactory(roles=[Role.PRACTITIONER]))
    answer = client.get(reverse("concern_paper"))
    assert (answer.status_code, answer["Content-Type"], answer.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert reverse("concern_paper") in client.get("/concern/").content.decode()
    client.force_login(lead)
    assert reverse("concern_paper") in client.get(reverse("safeguarding_home")).content.decode()


def test_a_sheet_becomes_a_concern_that_says_how_it_came(at_work: Client, lead: User, said: Said) -> None:
    child = ChildFactory(known_as="Pip")
    scan = SimpleUploadedFile("scan.pdf", PDF)
    page = at_work.post(PAGE, {**said, "child": str(child.pk), "uploads": [scan]}, follow=True).content.decode()
    for shown in ("On paper", "Vera, a volunteer", "Typed in by Lena Frost", WORDS, "scan.pdf", "you typed it in"):
        assert shown in page
    concern = Concern.objects.get()
    paper = concern.paper
    assert (concern.source, concern.state, paper.typed_by) == (Concern.Source.PAPER, State.ACKNOWLEDGED, lead)
    assert (concern.submitted_at, concern.people.get().child) == (paper.received_at, child)
    assert concern.submitted_at < concern.acknowledged_at
    kept = AuditEvent.objects.filter(target_id=str(concern.pk)).order_by("sequence").values_list("event", flat=True)
    assert list(kept)[:4] == ["concern.raised", "concern.typed_in", "concern.file_added", "concern.moved"]


def test_the_marks_of_the_sheet_are_typed_in_too(at_work: Client, said: Said) -> None:
    row = {"mark-0-site": "front_left_cheek", "mark-0-injury": "bruise", "mark-0-size": "coin"}
    page = at_work.post(PAGE, {**said, **row, "uploads": SimpleUploadedFile("scan.pdf", PDF)}).content.decode()
    assert "Choose its colour." in page
    assert CHOOSE_AGAIN in page
    page = at_work.post(PAGE, {**said, **row, "mark-0-colour": "blue"}, follow=True).content.decode()
    assert "Left cheek (front): bruise" in page


def test_who_told_us_is_not_who_typed_it_in(at_work: Client, said: Said) -> None:
    at_work.post(PAGE, said)
    concern = Concern.objects.get()
    told = {part.key: part.text for part in parts_of(concern)}["reporter"]
    assert told == "Vera, a volunteer"
    (vera,) = [name for name in names_in(concern, f"Received on paper from {told}.") if name.key == "paper"]
    assert withhold("Vera said so", [vera], []) == "[name withheld] said so"


def test_pressed_twice_it_is_one_concern(at_work: Client, said: Said) -> None:
    for _ in range(2):
        assert at_work.post(PAGE, said).status_code == 302
    assert (Concern.objects.count(), PaperReport.objects.count()) == (1, 1)


def test_somebody_of_staff_reported_it_and_does_not_find_it_among_their_own(
    client: Client, at_work: Client, practitioner: User, said: Said
) -> None:
    at_work.post(PAGE, {**said, "reporter": str(practitioner.pk), "reporter_words": ""})
    concern = Concern.objects.get()
    assert concern.paper.reported_by == "Maya Lind"
    for user in (practitioner, concern.reporter):
        assert not Concern.objects.for_reporter(user).exists()


@pytest.mark.parametrize("how", ["kind", "subject"])
def test_about_the_lead_it_goes_to_the_trustees_and_is_gone_for_whoever_typed_it(
    how: str, at_work: Client, lead: User, trustee: User, said: Said
) -> None:
    about_lead = {"kind": Kind.LEAD} if how == "kind" else {"kind": Kind.STAFF, "subject": str(lead.pk)}
    page = at_work.post(PAGE, {**said, **about_lead}, follow=True).content.decode()
    concern = Concern.objects.get()
    assert "You cannot see it here" in page
    assert concern.reference not in page
    assert (concern.kind, concern.state, concern.acknowledged_at) == (Kind.LEAD, State.SUBMITTED, None)
    address = reverse("safeguarding_concern", args=[concern.pk])
    assert at_work.get(address).status_code == 404
    assert [mail.to for mail in OutgoingMail.objects.filter(kind="concern_raised")] == [trustee.email]
    at_work.force_login(trustee)
    assert WORDS in at_work.get(address).content.decode()


def test_it_is_late_from_when_it_was_received(at_work: Client, trustee: User, said: Said) -> None:
    at_work.post(PAGE, {**said, "kind": Kind.LEAD})
    escalating.escalate(timezone.now())
    assert Concern.objects.get().escalations.filter(step="trustee").exists()


def test_without_anybody_who_could_see_it_nothing_is_kept(at_work: Client, said: Said) -> None:
    page = at_work.post(PAGE, {**said, "kind": Kind.LEAD}).content.decode()
    assert entering.NOBODY_SEES in page
    assert WORDS in page
    assert (Concern.objects.count(), AuditEvent.objects.filter(event="concern.raised").count()) == (0, 0)


def test_a_trustee_types_in_what_the_lead_then_sees(client: Client, lead: User, trustee: User, said: Said) -> None:
    ChildFactory(known_as="Canary-child")
    client.force_login(trustee)
    assert "Canary-child" not in client.get(PAGE).content.decode()
    assert "You cannot see it here" in client.post(PAGE, said, follow=True).content.decode()
    concern = Concern.objects.get()
    assert (concern.state, [m.to for m in OutgoingMail.objects.filter(kind="concern_raised")]) == (
        State.SUBMITTED,
        [lead.email],
    )


def test_the_deputy_types_in_what_is_about_staff(client: Client, practitioner: User, said: Said) -> None:
    client.force_login(deputy_named())
    client.post(PAGE, {**said, "kind": Kind.STAFF, "subject": str(practitioner.pk)})
    concern = Concern.objects.get()
    assert (concern.kind, concern.state) == (Kind.STAFF, State.ACKNOWLEDGED)
    assert concern.people.get().user == practitioner


def later(ago: timedelta) -> Callable[[], str]:
    return lambda: at(ago)


_WRONG: list[tuple[Said, str]] = [
    ({"reporter_words": ""}, entering.SAY_WHO),
    ({"reporter_words": " \n "}, entering.SAY_WHO),
    ({"reporter_words": "\x00"}, UNSEEN),
    ({"reporter": "1"}, "Please choose from the list."),
    ({"reporter": "\x00"}, "Please choose from the list."),
    ({"subject": "' OR 1=1"}, "Please choose from the list."),
    ({"child": "../../etc/passwd"}, "Please choose from the list."),
    ({"written_at": ""}, "Say the day and the time."),
    ({"written_at": "31/02/2026 10:00"}, "Write it like 24/11/2026 16:00."),
    ({"written_at": "0001-01-01T00:00"}, entering.TOO_LONG_AGO),
    ({"received_at": "9999-12-31T23:59"}, entering.TO_COME),
    ({"received_at": later(timedelta(minutes=-2))}, entering.TO_COME),
    ({"written_at": later(timedelta(hours=2))}, entering.WRITTEN_FIRST),
    ({"received_at": "<script>"}, "Write it like 24/11/2026 16:00."),
    ({"who": ""}, "Please say who it is about"),
    ({"what_happened": ""}, "Please say in a few words"),
    ({"kind": "x"}, "Please choose one."),
    ({"uploads": [SimpleUploadedFile("x.html", b"<html>")]}, "“x.html”"),
]


@pytest.mark.parametrize(("wrong", "sentence"), _WRONG)
def test_slips_get_a_sentence_and_keep_nothing(at_work: Client, said: Said, wrong: Said, sentence: str) -> None:
    answer = at_work.post(PAGE, said | {name: w() if callable(w) else w for name, w in wrong.items()})
    assert (answer.status_code, sentence in answer.content.decode()) == (200, True)
    assert (Concern.objects.count(), ConcernFile.objects.count(), OutgoingMail.objects.count()) == (0, 0, 0)


def test_who_reported_it_is_said_in_one_way(at_work: Client, practitioner: User, said: Said) -> None:
    page = at_work.post(PAGE, {**said, "reporter": str(practitioner.pk)}).content.decode()
    assert entering.ONE_WAY in page


@pytest.mark.parametrize("change", ["UPDATE {} SET typed_at = received_at", "DELETE FROM {}"])
def test_postgres_itself_keeps_how_it_came(at_work: Client, said: Said, change: str) -> None:
    at_work.post(PAGE, said)
    with pytest.raises(Error, match="pgtrigger: Cannot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format("safeguarding_paperreport"))
