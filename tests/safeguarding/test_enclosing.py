"""Files that go along with a PDF: chosen, listed by their SHA-256, and out by no other door than the PDF itself."""

import hashlib
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from safeguarding.bundle import sending
from safeguarding.bundle.composing import compose
from safeguarding.bundle.drafting import change_draft
from safeguarding.bundle.parts import key_of
from safeguarding.files.attaching import attach
from safeguarding.files.opening import Opened
from safeguarding.models import ChronologyEntry, Concern, ConcernFile, Disclosure, Recusal, SentFile
from safeguarding.vocabulary import FileKind
from tests.safeguarding.scenes import deputy_named, raised
from tests.safeguarding.test_bundles import page, recipient, show_again, text_of
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
LETTER, NOTE = b"What the school wrote \xe2\x98\x82", b"canary-note: not for them"


@pytest.fixture
def concern(lead: User) -> Concern:
    """With two files."""
    concern = raised()
    files = [
        Opened(f"{name}.txt", FileKind.TEXT, content, hashlib.sha256(content).hexdigest())
        for name, content in {"Letter of Olive’s school": LETTER, "Note": NOTE}.items()
    ]
    attach(concern.pk, files, about="From the post", by=lead, now=timezone.now())
    return concern


@pytest.fixture
def letter(concern: Concern) -> ConcernFile:
    return next(file for file in concern.files.all() if file.name.startswith("Letter"))


@pytest.fixture
def secret(lead: User) -> str:
    secret = generate_totp_secret()
    TOTP.activate(lead, secret)
    return secret


@pytest.fixture
def sent(concern: Concern, letter: ConcernFile, lead: User) -> Disclosure:
    """The PDF with the letter, and not with the note."""
    return send(concern, lead, ("concern", key_of(letter)))


def send(concern: Concern, lead: User, parts: tuple[str, ...], passages: tuple[str, ...] = ("Olive’s",)) -> Disclosure:
    now = timezone.now()
    draft = change_draft(concern.pk, parts=parts, by=lead, now=now)
    draft = change_draft(concern.pk, names=(), passages=passages, sharing=recipient(lead), by=lead, now=now)
    change_draft(concern.pk, looked_at=compose(concern, draft.choice(concern)).digest, by=lead, now=now)
    return sending.send(concern.pk, by=lead, now=now)


def at(concern: Concern, sent: Disclosure, file: ConcernFile) -> str:
    return reverse("safeguarding_sent_enclosed", args=[concern.pk, sent.pk, file.pk])


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_file_goes_in_only_when_it_is_ticked(lead: User, concern: Concern, letter: ConcernFile) -> None:
    form = browser(lead).get(page(concern))
    boxes = {part.key: part for part in form.context["form"].pieces}
    assert not boxes[key_of(letter)].wanted
    assert "nothing inside them can be withheld" in form.content.decode()


def test_the_entry_the_pdf_and_the_trail_name_it_by_its_hash(
    concern: Concern, letter: ConcernFile, sent: Disclosure
) -> None:
    held = hashlib.sha256(LETTER).hexdigest()
    assert f"{letter.neutral_name}, SHA-256 {held}." in sent.what
    assert held in concern.chronology.get(kind=ChronologyEntry.Kind.SHARED).words
    # What it is called can be withheld as any words can; a long word is broken over lines.
    text = text_of(SentFile.objects.get().content)
    assert "Letter of [withheld] school" in text
    assert held in text.replace(" ", "")
    noted = AuditEvent.objects.get(event="concern.enclosed").detail
    assert noted == {"disclosure": str(sent.pk), "files": [str(letter.pk)], "seals": [letter.seal]}
    assert hashlib.sha256(NOTE).hexdigest() not in text


def test_it_is_saved_with_the_pdf_by_the_same_rules(
    concern: Concern, letter: ConcernFile, sent: Disclosure, lead: User, secret: str
) -> None:
    client, address = browser(lead), at(concern, sent, letter)
    shown = reverse("safeguarding_sent", args=[concern.pk, sent.pk])
    assert f"Save {letter.neutral_name}" in client.get(shown).content.decode()
    assert client.get(address).url.startswith("/accounts/2fa/reauthenticate/")
    show_again(client, secret)
    file = client.get(address)
    assert (file.content, file["Cache-Control"]) == (LETTER, "no-store, private")
    assert file["Content-Disposition"] == f'attachment; filename="{letter.neutral_name}"'
    taken = AuditEvent.objects.get(event="concern.sent_enclosure_taken")
    assert (taken.target_id, taken.detail["disclosure"]) == (str(concern.pk), str(sent.pk))
    assert browser(deputy_named()).get(address).url == shown
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        assert browser(lead).get(address).url == shown
    other = next(row for row in concern.files.all() if row != letter)
    assert client.get(at(concern, sent, other)).status_code == 404
    Recusal.objects.create(concern=concern, user=lead, at=timezone.now())
    assert client.get(address).status_code == 404


def test_without_files_nothing_is_said_of_any(concern: Concern, lead: User) -> None:
    sent = send(concern, lead, ("concern",), passages=())
    assert "SHA-256" not in sent.what
    assert sending.enclosed_in(SentFile.objects.get()) == []
    assert not AuditEvent.objects.filter(event="concern.enclosed").exists()
