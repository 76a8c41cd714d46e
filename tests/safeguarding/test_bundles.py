"""A bundle: the text that was looked at leaves, nothing that was withheld, and only through this one door."""

import hashlib
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from safeguarding import handling
from safeguarding.body_map import kept, mark_at
from safeguarding.bundle import sending
from safeguarding.bundle.composing import Choice, compose, cover
from safeguarding.bundle.drafting import throw_away_old
from safeguarding.bundle.drawing import draw
from safeguarding.bundle.parts import parts_of
from safeguarding.models import BundleDraft, ChronologyEntry, Concern, ConcernPerson, Disclosure, Recusal, SentFile
from safeguarding.vocabulary import PersonRole
from tests.accounts.test_staff_door import totp_now
from tests.factories import ChildFactory
from tests.safeguarding.scenes import deputy_named, raised, shared
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
AGAIN = "/accounts/2fa/reauthenticate/"
WORDS = "Olive and OLIVE’s brother saw it. Mrs Grey of 3 Elm\nStreet called. 🚲 Pip cried."


@pytest.fixture
def concern() -> Concern:
    """About Pip; another child and a neighbour are named in it."""
    ChildFactory(known_as="Olive", first_name="Olivia", last_name="Other")
    pip = ChildFactory(known_as="Pip", first_name="Philip", last_name="Green")
    concern = raised(children=[pip], words={"what_happened": WORDS, "opinion": "canary-opinion"})
    ConcernPerson.objects.create(concern=concern, role=PersonRole.WITNESS, words="Mrs Grey")
    return concern


@pytest.fixture
def secret(lead: User) -> str:
    secret = generate_totp_secret()
    TOTP.activate(lead, secret)
    return secret


@pytest.fixture
def at_work(client: Client, lead: User, secret: str) -> Client:
    client.force_login(lead)
    return client


def page(concern: Concern, step: str = "") -> str:
    return reverse(f"safeguarding_bundle{step and '_'}{step}", args=[concern.pk])


def recipient(lead: User, **fields: str) -> dict[str, str]:
    said = {"recipient": "children", "person": "J. Hart, duty desk", "identity": "called_back", "how": "email"}
    said |= {"basis": "safeguarding", "consent": "not_asked", "consent_words": "It could put Pip at risk."}
    return {**said, "decided_by": str(lead.pk), **fields}


def put_together(client: Client, concern: Concern, lead: User, *, passages: str = "3 elm street") -> None:
    """Everything but the step-up, as a person would."""
    ticked = [part.key for part in parts_of(concern) if part.wanted or part.group == "people"]
    client.post(page(concern), {"parts": ticked})
    form = client.get(page(concern, "look")).context["form"]
    said = {"names": form["names"].initial, "passages": passages, "seen": form["seen"].initial}
    again = client.post(page(concern, "look"), said)
    if again.url == page(concern, "look"):
        said["seen"] = client.get(page(concern, "look")).context["form"]["seen"].initial
        again = client.post(page(concern, "look"), said)
    assert again.url == page(concern, "to")
    assert client.post(page(concern, "to"), recipient(lead)).url == page(concern, "send")


def show_again(client: Client, secret: str) -> None:
    assert client.post(AGAIN, {"code": totp_now(secret)}).status_code == 302


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_what_was_looked_at_leaves_and_nothing_that_was_withheld(
    at_work: Client, concern: Concern, lead: User, secret: str
) -> None:
    put_together(at_work, concern, lead)
    answer = at_work.get(page(concern, "send"))
    assert answer.url == f"{AGAIN}?next={page(concern, 'send').replace('/', '%2F')}"
    assert not Disclosure.objects.exists()
    show_again(at_work, secret)
    preview = at_work.get(page(concern, "send")).context
    made = at_work.post(page(concern, "send"))
    entry = Disclosure.objects.get()
    assert made.url == reverse("safeguarding_sent", args=[concern.pk, entry.pk])
    assert "Save the PDF" in at_work.get(made.url).content.decode()
    file = at_work.get(reverse("safeguarding_sent_file", args=[concern.pk, entry.pk]))
    assert file["Content-Type"] == "application/pdf"
    assert file["Content-Disposition"] == f'attachment; filename="confidential-{str(entry.pk)[:8]}.pdf"'
    assert file["Cache-Control"] == "no-store, private"
    assert hashlib.sha256(file.content).hexdigest() == entry.sha256
    text = text_of(file.content)
    for withheld in ("Olive", "OLIVE", "Grey", "Elm", "canary-opinion"):
        assert withheld not in text
        assert withheld.encode() not in file.content
    assert "[name withheld] and [name withheld]’s brother saw it." in text
    assert "[not printable] Pip cried." in text
    assert "Confidential. Page 1 of 1" in text
    assert "For Children's social care (MASH): J. Hart, duty desk" in text
    # The preview has every word of the file but its title, how to handle it, and the foot.
    pieces = [piece for section in preview["document"].sections for piece in section.pieces]
    for words in [*(f"{label}: {said}" for label, said in preview["cover"]), *(p.title for p in pieces)]:
        assert words in text
    assert all(" ".join(piece.text.split()) in text for piece in pieces)


def test_entry_file_chronology_and_audit_are_one(at_work: Client, concern: Concern, lead: User, secret: str) -> None:
    put_together(at_work, concern, lead)
    show_again(at_work, secret)
    at_work.post(page(concern, "send"))
    entry = Disclosure.objects.get()
    assert entry.what == ("PDF file. The concern (1), what was told (1), who is in it (2). Withheld in 5 places.")
    assert "PDF file" in concern.chronology.get(kind=ChronologyEntry.Kind.SHARED).words
    assert AuditEvent.objects.get(event="concern.disclosed").detail["sha256"] == entry.sha256
    assert not BundleDraft.objects.exists()
    # A second press finds that it is done.
    assert at_work.post(page(concern, "send")).url == reverse("safeguarding_concern", args=[concern.pk])
    assert SentFile.objects.count() == Disclosure.objects.count() == 1
    for statement in ("UPDATE safeguarding_sentfile SET pages = 9", "DELETE FROM safeguarding_sentfile"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_trail_that_cannot_be_written_keeps_everything_in(
    at_work: Client, concern: Concern, lead: User, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_together(at_work, concern, lead)
    show_again(at_work, secret)

    def broken(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("the disk is full")

    monkeypatch.setattr("safeguarding.disclosing.record", broken)
    with pytest.raises(DatabaseError):
        at_work.post(page(concern, "send"))
    assert not Disclosure.objects.exists()
    assert not SentFile.objects.exists()
    assert not concern.chronology.filter(kind=ChronologyEntry.Kind.SHARED).exists()


def test_the_second_factor_is_asked_again_after_minutes(
    at_work: Client, concern: Concern, lead: User, secret: str
) -> None:
    put_together(at_work, concern, lead)
    show_again(at_work, secret)
    now = timezone.now()
    with time_machine.travel(now + timedelta(minutes=6), tick=False):
        assert at_work.post(page(concern, "send")).url.startswith(AGAIN)
        assert not Disclosure.objects.exists()
    at_work.post(page(concern, "send"))
    file = reverse("safeguarding_sent_file", args=[concern.pk, Disclosure.objects.get().pk])
    with time_machine.travel(now + timedelta(minutes=6), tick=False):
        assert at_work.get(file).url.startswith(AGAIN)


def test_where_a_second_factor_is_required_the_password_is_not_enough(
    client: Client, lead: User, settings: Any
) -> None:
    concern = raised()
    lead.set_password("wooden spoons make good drums")
    lead.save()
    client.force_login(lead)
    assert client.get(page(concern, "send")).url.startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": "wooden spoons make good drums"})
    assert client.get(page(concern, "send")).url == reverse("safeguarding_concern", args=[concern.pk])
    settings.MFA_REQUIRED = True
    session = client.session
    session["second_factor_shown"] = True
    session.save()
    assert client.get(page(concern, "send")).url.startswith("/accounts/2fa/")


def test_the_file_is_saved_by_whoever_made_it_and_within_the_hour(
    at_work: Client, concern: Concern, lead: User, secret: str
) -> None:
    put_together(at_work, concern, lead)
    show_again(at_work, secret)
    at_work.post(page(concern, "send"))
    args = [concern.pk, Disclosure.objects.get().pk]
    file, text = reverse("safeguarding_sent_file", args=args), reverse("safeguarding_sent", args=args)
    other = Client()
    other.force_login(deputy_named())
    assert other.get(file).url == text
    assert "Save the PDF" not in other.get(text).content.decode()
    assert "the kept file has it" in other.get(text).content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        later = Client()
        later.force_login(lead)
        assert later.get(file).url == text
    Recusal.objects.create(concern=concern, user=lead, at=timezone.now())
    assert [at_work.get(address).status_code for address in (file, text)] == [404, 404]


@pytest.mark.parametrize("step", ["", "look", "to", "send"])
def test_for_whom_the_concern_does_not_exist_there_is_no_step(
    at_work: Client, concern: Concern, lead: User, step: str
) -> None:
    Recusal.objects.create(concern=concern, user=lead, at=timezone.now())
    assert at_work.get(page(concern, step)).status_code == 404
    assert at_work.post(page(concern, step), {"parts": ["concern"]}).status_code == 404
    assert not BundleDraft.objects.exists()


def test_what_changed_after_the_look_is_looked_at_again(
    at_work: Client, concern: Concern, lead: User, secret: str
) -> None:
    put_together(at_work, concern, lead)
    show_again(at_work, secret)
    person = concern.people.get(role=PersonRole.WITNESS)
    person.words = "Mrs Grey, and Mr Grey"
    person.save()
    assert at_work.post(page(concern, "send")).url == page(concern, "look")
    assert not Disclosure.objects.exists()


def test_mistakes_are_said_and_nothing_typed_is_lost(at_work: Client, concern: Concern, lead: User) -> None:
    assert "Tick what goes in." in at_work.post(page(concern), {}).content.decode()
    assert "Please choose from the list." in at_work.post(page(concern), {"parts": ["x"]}).content.decode()
    assert at_work.get(page(concern, "look")).url == page(concern)
    at_work.post(page(concern), {"parts": ["concern"]})
    answer = at_work.post(page(concern, "look"), {"passages": "at the moon\n\x00"}).content.decode()
    assert "There is a sign in here that we cannot read." in answer
    answer = at_work.post(page(concern, "look"), {"passages": "at the moon"}).content.decode()
    assert "This does not stand in the text: “at the moon”" in answer
    assert at_work.get(page(concern, "to")).url == page(concern)
    seen = at_work.get(page(concern, "look")).context["form"]["seen"].initial
    assert at_work.post(page(concern, "look"), {"seen": seen}).url == page(concern, "to")
    answer = at_work.post(page(concern, "to"), recipient(lead, basis="consent")).content.decode()
    assert "They did not agree: choose another basis." in answer
    assert "It could put Pip at risk." in answer


def test_the_same_text_cover_and_time_are_the_same_file(concern: Concern, lead: User) -> None:
    handling.note(concern.pk, "A long note about everything. " * 400, by=lead, now=timezone.now())
    concern = Concern.objects.get()
    document = compose(concern, Choice(tuple(part.key for part in parts_of(concern))))
    entry, now = Disclosure(recipient="police", person="PC Hill " * 40, basis="vital"), timezone.now()
    files = [draw(document, cover(concern, entry, now), "PC Hill " * 40, now) for _ in range(2)]
    assert files[0] == files[1]
    content, pages = files[0]
    reader = PdfReader(io.BytesIO(content))
    assert pages == len(reader.pages) > 1
    for number, drawn in enumerate(reader.pages, start=1):
        foot = " ".join(drawn.extract_text().split())
        assert f"Confidential. Page {number} of {pages}" in foot
        assert "For PC Hill" in foot
    assert reader.metadata.title == "Confidential: safeguarding information"
    assert not reader.attachments


def test_what_nobody_went_on_with_does_not_stay(at_work: Client, concern: Concern) -> None:
    at_work.post(page(concern), {"parts": ["concern"]})
    changed_at = BundleDraft.objects.get().changed_at
    assert throw_away_old(changed_at + timedelta(days=7) - timedelta(seconds=1)) == 0
    assert throw_away_old(changed_at + timedelta(days=7)) == 1
    assert not BundleDraft.objects.exists()
    assert AuditEvent.objects.get(event="concern.bundle_thrown_away").target_id == str(concern.pk)


def test_nothing_leaves_by_another_door() -> None:
    """Every module that can answer with a file: files and bundles of concerns, and numbers that open none."""
    written = {path: path.read_text() for path in Path("safeguarding").rglob("*.py")}
    found = {str(path.relative_to("safeguarding")) for path, text in written.items() if "Download(" in text}
    of_concerns, numbers = {"dashboard/left.py", "dashboard/files.py"}, {"dashboard/figures.py", "assurance/page.py"}
    assert found - {"reading.py"} == of_concerns | numbers


def test_marks_on_the_body_leave_in_words_and_drawn(at_work: Client, lead: User, secret: str) -> None:
    marks = [
        mark_at("front_left_cheek", "bruise", "coin", "blue", note="Olive saw it"),
        mark_at("back_spine", "cut", "pea", "red"),
    ]
    concern = raised(words={"what_happened": WORDS, "body_map": json.dumps(kept(marks))})
    ChildFactory(known_as="Olive")
    put_together(at_work, concern, lead)
    assert at_work.get(page(concern, "look")).content.decode().count('class="body-figure"') == 2
    show_again(at_work, secret)
    at_work.post(page(concern, "send"))
    text = text_of(SentFile.objects.get().content)
    assert "1. Left cheek (front): bruise, like a coin (1 to 3 cm), blue or purple. [name withheld] saw it" in text
    assert "2. Middle of the back (back): cut or graze, like a pea (under 1 cm), red." in text
    assert "Front" in text
    _, document = sending.what_left(SentFile.objects.get())
    drawn = [piece.figures for section in document.sections for piece in section.pieces if piece.figures]
    assert [[mark.number for mark in side.marks] for side in drawn[0]] == [[1], [2]]
    left = at_work.get(reverse("safeguarding_sent", args=[concern.pk, Disclosure.objects.get().pk]))
    assert left.content.decode().count('class="body-figure"') == 2


def test_the_steps_cost_the_same_however_much_happened(at_work: Client, concern: Concern, lead: User) -> None:
    put_together(at_work, concern, lead)

    def costs() -> list[int]:
        counted = []
        for step in ("", "look", "to"):
            at_work.get(page(concern, step))
            with CaptureQueriesContext(connection) as asked:
                assert at_work.get(page(concern, step)).status_code == 200
            counted.append(len([q for q in asked if "SAVEPOINT" not in q["sql"]]))
        return counted

    before = costs()
    for number in range(20):
        handling.note(concern.pk, f"Note {number}", by=lead, now=timezone.now())
    assert costs() == before
    assert max(before) <= 40


def test_an_entry_without_a_file_has_no_page_of_one(at_work: Client, concern: Concern, lead: User) -> None:
    entry = shared(concern, by=lead)
    for name in ("safeguarding_sent", "safeguarding_sent_file"):
        assert at_work.get(reverse(name, args=[concern.pk, entry.pk])).status_code == 404


def test_a_kept_file_that_is_not_the_one_that_left_is_said(
    at_work: Client, concern: Concern, lead: User, secret: str
) -> None:
    put_together(at_work, concern, lead)
    show_again(at_work, secret)
    at_work.post(page(concern, "send"))
    file = SentFile.objects.get()
    file.content = file.content + b"x"
    assert not sending.is_whole(file)
