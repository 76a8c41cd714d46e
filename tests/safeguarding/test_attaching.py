"""Files of a concern: kept sealed, given out as downloads alone, and every one that is taken stands in the trail."""

import hashlib
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import structlog
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, Error, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from safeguarding import reading
from safeguarding.files import attaching
from safeguarding.files.attaching import add_own, attach
from safeguarding.files.fields import CHOOSE_AGAIN
from safeguarding.files.opening import Opened, open_upload
from safeguarding.models import ChronologyEntry, Concern, ConcernFile, ConcernPerson
from safeguarding.vocabulary import Kind, PersonRole, State
from tests.factories import UserFactory
from tests.faults.processes import environment
from tests.faults.test_outbox_postgres import POSTGRES
from tests.safeguarding.file_samples import CANARY, PDF, with_secrets
from tests.safeguarding.scenes import deputy_named, raised
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.models import AuditEvent
from whippersnappers.audit.trail import verify
from whippersnappers.crypto import DecryptionError
from whippersnappers.keysets import rotated
from whippersnappers.outbox import catalogue
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
NAME, SHOWS = f"{CANARY}-name.txt", f"{CANARY}-shows"


@pytest.fixture
def at_work(client: Client, lead: User) -> Client:
    client.force_login(lead)
    return client


def opened_as(name: str, content: bytes = b"") -> Opened:
    """A file as a form has looked into it."""
    return open_upload(SimpleUploadedFile(name, content or name.encode()))


def added(concern: Concern, by: User, content: bytes = CANARY.encode(), name: str = NAME) -> ConcernFile:
    """A file that somebody added."""
    (row,) = attach(concern.pk, [opened_as(name, content)], about=SHOWS, by=by, now=timezone.now())
    return row


def address(file: ConcernFile) -> str:
    return reverse("safeguarding_file", args=[file.concern_id, file.pk])


def test_a_file_is_sent_found_on_the_page_and_saved(at_work: Client, lead: User) -> None:
    concern = raised()
    step = reverse("safeguarding_step", args=[concern.pk, "file"])
    sent = {"uploads": [SimpleUploadedFile("letter.pdf", PDF), SimpleUploadedFile("note.txt", b"Words")], "about": ""}
    page = at_work.post(step, sent, follow=True).content.decode()
    for said in ("The files are kept.", "letter.pdf", "note.txt", hashlib.sha256(PDF).hexdigest()):
        assert said in page
    letter = next(file for file in concern.files.all() if file.kind == "pdf")
    answer = at_work.get(address(letter))
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, PDF, "application/pdf")
    assert answer["Content-Disposition"] == f'attachment; filename="file-{str(letter.pk)[:8]}.pdf"'
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "no-store, private")
    assert at_work.post(address(letter)).status_code == 405


def test_what_is_added_and_taken_stands_in_chronology_and_trail(at_work: Client, lead: User) -> None:
    file = added(raised(), lead)
    at_work.get(address(file))
    said = file.concern.chronology.get(kind=ChronologyEntry.Kind.ADDED)
    assert (said.author, said.words) == (lead, f"File: {NAME}")
    events = AuditEvent.objects.filter(target_id=str(file.concern_id), event__startswith="concern.file")
    facts = (f"user:{lead.pk}", str(file.pk), file.sealed())
    assert [(e.event, e.actor, e.detail["file"], e.detail["seal"]) for e in events.order_by("sequence")] == [
        ("concern.file_added", *facts),
        ("concern.file_taken", *facts),
    ]
    verify()


def test_without_the_trail_no_file_leaves(at_work: Client, lead: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("the disk is full")

    file = added(raised(), lead)
    monkeypatch.setattr(reading, "record", broken)
    answer = at_work.get(address(file))
    assert (answer.status_code, CANARY in answer.content.decode()) == (503, False)


def test_for_its_subject_neither_concern_nor_file_exists(client: Client, lead: User) -> None:
    deputy, concern = deputy_named(), raised(kind=Kind.STAFF)
    file = added(concern, deputy)
    ConcernPerson.objects.create(concern=concern, user=lead, role=PersonRole.SUBJECT)
    client.force_login(lead)
    assert client.get(address(file)).status_code == 404
    step = reverse("safeguarding_step", args=[concern.pk, "file"])
    assert client.post(step, {"uploads": [SimpleUploadedFile("a.txt", b"x")]}).status_code == 404
    with pytest.raises(Concern.DoesNotExist):
        added(concern, lead, b"other")
    assert concern.files.count() == 1


def test_a_file_is_found_at_its_own_concern_alone(at_work: Client, lead: User) -> None:
    file, other = added(raised(), lead), raised()
    assert at_work.get(reverse("safeguarding_file", args=[other.pk, file.pk])).status_code == 404


def test_the_trustee_who_was_given_it_may_add(trustee: User, lead: User) -> None:
    concern = raised(kind=Kind.LEAD)
    assert added(concern, trustee).author == trustee
    with pytest.raises(Concern.DoesNotExist):
        added(concern, lead)


def test_what_is_closed_can_still_be_given_a_file(lead: User) -> None:
    concern = raised()
    Concern.objects.filter(pk=concern.pk).update(state=State.ERROR)
    assert added(concern, lead)


@pytest.mark.parametrize("change", ["UPDATE {} SET name = content", "DELETE FROM {}", "TRUNCATE {}"])
def test_postgres_itself_keeps_it_as_it_is(change: str, lead: User) -> None:
    added(raised(), lead)
    with connection.cursor() as cursor:
        # Postgres truncates no table whose foreign keys it has still to look at.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(Error, match="pgtrigger: Cannot"), transaction.atomic():
            cursor.execute(change.format("safeguarding_concernfile"))


def test_what_was_moved_to_another_row_does_not_open(lead: User) -> None:
    first, second = added(raised(), lead), added(raised(), lead, b"other")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE safeguarding_concernfile SET content = (SELECT content FROM safeguarding_concernfile WHERE id = %s)"
            " WHERE id = %s",
            [first.pk, second.pk],
        )
    with pytest.raises(DecryptionError):
        _ = ConcernFile.objects.get(pk=second.pk).content


def test_after_a_change_of_the_key_it_is_sealed_anew(settings: Any, lead: User) -> None:
    content = bytes(range(256)) * 9
    file = added(raised(), lead)
    other = ConcernFile(concern=file.concern, author=lead, at=file.at, kind="pdf", size=len(content), content=content)
    other.save()
    settings.CONCERN_ENCRYPTION_KEYS = rotated(settings.CONCERN_ENCRYPTION_KEYS)
    call_command("rotate_keys", stdout=StringIO())
    again = {row.pk: (row.name, bytes(row.content)) for row in ConcernFile.objects.all()}
    assert again == {file.pk: (NAME, CANARY.encode()), other.pk: ("", content)}


def test_a_list_does_not_carry_along_what_files_hold(lead: User, django_assert_num_queries: Any) -> None:
    concern = raised()
    for number in range(3):
        added(concern, lead, b"file %d" % number, f"{number}.txt")
    with django_assert_num_queries(1) as asked:
        assert [file.name for file in concern.files.all()] == ["0.txt", "1.txt", "2.txt"]
    assert '"content"' not in asked[0]["sql"]


FORM = {"kind": "child", "who": "Pip", "what_happened": "A mark", "danger_now": "no", "how_serious": "high"}


@pytest.fixture
def reporter(client: Client, lead: User) -> User:
    user = UserFactory(roles=[Role.PRACTITIONER])
    client.force_login(user)
    return user


def note(name: str = NAME, content: bytes = CANARY.encode()) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_files_come_with_a_concern_all_or_none(client: Client, reporter: User) -> None:
    page = client.post("/concern/", {**FORM, "uploads": [note(), note("bad.html", b"<html>")]}).content.decode()
    assert "“bad.html”: We cannot take this kind of file" in page
    assert "A mark" in page
    assert not Concern.objects.in_hand().exists()
    key = str(UUID(int=7))
    for _ in range(2):
        assert client.post("/concern/", {**FORM, "form_key": key, "uploads": [note()]}).status_code == 302
    file = ConcernFile.objects.get()
    assert (file.author, file.name, file.concern) == (reporter, NAME, Concern.objects.in_hand().get())
    assert OutgoingMail.objects.filter(kind="concern_raised").count() == 1


def test_a_slip_elsewhere_says_that_files_have_to_be_chosen_again(client: Client, reporter: User) -> None:
    page = client.post("/concern/", {**FORM, "who": "", "uploads": [note()]}).content.decode()
    assert CHOOSE_AGAIN in page
    client.logout()
    page = client.post("/concern/", {**FORM, "uploads": [note()]}).content.decode()
    assert "Please choose your files once more" in page
    assert not Concern.objects.in_hand().exists()


def test_a_reporter_adds_files_and_takes_their_own_back_out(client: Client, reporter: User, lead: User) -> None:
    concern = raised(by=reporter)
    own = reverse("concern_own", args=[concern.pk])
    for _ in range(2):
        assert client.post(own, {"uploads": [note()], "about": SHOWS}).status_code == 302
    theirs = added(concern, lead, b"of the Lead", "of-the-lead.txt")
    page = client.get(own).content.decode()
    assert (NAME in page, SHOWS in page, "of-the-lead.txt" in page) == (True, True, False)
    file = concern.files.get(author=reporter)
    answer = client.get(reverse("concern_own_file", args=[concern.pk, file.pk]))
    assert (answer.content, answer["Content-Security-Policy"]) == (CANARY.encode(), "sandbox; default-src 'none'")
    assert client.get(reverse("concern_own_file", args=[concern.pk, theirs.pk])).status_code == 404
    assert OutgoingMail.objects.filter(kind="concern_raised", context__concern=str(concern.pk)).count() == 2
    assert AuditEvent.objects.filter(event="concern.own_file_taken", actor=f"user:{reporter.pk}").count() == 1


def test_words_and_files_are_added_in_one_and_told_once(client: Client, reporter: User) -> None:
    concern = raised(by=reporter)
    own = reverse("concern_own", args=[concern.pk])
    assert "Please write what you would like to add, or choose a file." in client.post(own, {}).content.decode()
    refused = {"words": "More", "uploads": [note("bad", b"\0")]}
    assert "“bad”" in client.post(own, refused).content.decode()
    assert concern.versions.count() == 1
    client.post(own, {"words": "More", "uploads": [note()]})
    assert (concern.versions.count(), concern.files.count()) == (2, 1)
    assert OutgoingMail.objects.filter(kind="concern_raised").count() == 2


def test_a_concern_that_is_full_says_so_to_its_reporter(
    client: Client, reporter: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attaching, "MOST_FILES", 0)
    concern = raised(by=reporter)
    page = client.post(reverse("concern_own", args=[concern.pk]), {"words": "More", "uploads": [note()]})
    assert attaching.FULL in page.content.decode()
    assert attaching.FULL in client.post("/concern/", {**FORM, "uploads": [note()]}).content.decode()
    assert (Concern.objects.in_hand().count(), concern.versions.count(), concern.files.count()) == (1, 1, 0)


def test_what_is_not_theirs_takes_no_file_and_gives_none(client: Client, reporter: User, lead: User) -> None:
    concern, about_me = raised(), raised(by=reporter)
    file = added(concern, lead)
    ConcernPerson.objects.create(concern=about_me, user=reporter, role=PersonRole.SUBJECT)
    for other in (concern, about_me):
        own = reverse("concern_own", args=[other.pk])
        assert client.post(own, {"uploads": [note("x.txt", b"x")]}).status_code == 404
        assert client.get(reverse("concern_own_file", args=[other.pk, file.pk])).status_code == 404
        with pytest.raises(Concern.DoesNotExist):
            attaching.add_own(other.pk, {}, [], about="", by=reporter, now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_of_ten_presses_at_one_moment_one_keeps_it(lead: User) -> None:
    concern = raised()

    def press(_number: int) -> int:
        try:
            return len(attach(concern.pk, [opened_as(NAME)], about="", by=lead, now=timezone.now()))
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(press, range(10))) == 1
    assert concern.files.count() == 1
    verify()


@pytest.fixture
def watched_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where anything would go that Python writes aside."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.django_db(transaction=True)
def test_nothing_of_it_is_readable_anywhere_else(lead: User, client: Client, watched_disk: Path) -> None:
    """Not in the tables, a dump, the logs, the mails, or on the disk: neither what it holds, nor its name or words."""
    concern = raised()
    client.force_login(lead)
    large = (CANARY + "\n").encode() * 200_000
    sent = [SimpleUploadedFile(NAME, large), SimpleUploadedFile(f"{CANARY}.jpg", with_secrets())]
    step = reverse("safeguarding_step", args=[concern.pk, "file"])
    with structlog.testing.capture_logs() as lines:
        assert client.post(step, {"uploads": sent, "about": SHOWS}).status_code == 302
        for file in concern.files.all():
            assert client.get(address(file)).status_code == 200
        refused = {"uploads": [SimpleUploadedFile(NAME, b"<html>" + CANARY.encode())]}
        client.post(step, refused)
    assert list(watched_disk.rglob("*")) == []
    assert CANARY not in str(lines)
    mails = [catalogue.kind_of(mail.kind).render(mail, timezone.now()) for mail in OutgoingMail.objects.all()]
    assert [mail for mail in mails if CANARY in f"{mail.subject} {mail.text} {mail.html}"] == []
    command = [POSTGRES / "pg_dump", environment()["DATABASE_URL"]]
    dump = subprocess.run(command, capture_output=True, check=True).stdout
    assert b"safeguarding_concernfile" in dump
    # As letters, and as Postgres writes bytes.
    assert CANARY.encode() not in dump
    assert CANARY.encode().hex().encode() not in dump


def test_pages_ask_as_much_with_five_files_as_with_one(at_work: Client, reporter: User, lead: User) -> None:
    concern = raised(by=reporter)
    pages = {lead: reverse("safeguarding_concern", args=[concern.pk])}
    pages |= {reporter: reverse("concern_own", args=[concern.pk])}

    def asked(user: User) -> int:
        at_work.force_login(user)
        at_work.get(pages[user])
        with CaptureQueriesContext(connection) as queries:
            assert "0.txt" in at_work.get(pages[user]).content.decode()
        return len(queries)

    add_own(concern.pk, "", [opened_as("0.txt")], about="", by=reporter, now=timezone.now())
    with_one = {user: asked(user) for user in pages}
    more = [opened_as(f"{number}.txt") for number in range(1, 5)]
    add_own(concern.pk, "", more, about="", by=reporter, now=timezone.now())
    assert {user: asked(user) for user in pages} == with_one


def test_who_was_signed_out_meanwhile_is_told_that_files_stay_behind(at_work: Client, lead: User) -> None:
    step = reverse("safeguarding_step", args=[raised().pk, "file"])
    with time_machine.travel(timezone.now() + timedelta(minutes=20), tick=False):
        answer = at_work.post(step, {"uploads": [note()], "about": SHOWS})
    assert (answer.status_code, ConcernFile.objects.count()) == (403, 0)
    assert SHOWS in answer.content.decode()
    assert "Your files did not come along" in answer.content.decode()


def test_people_without_the_role_find_nothing(client: Client, lead: User) -> None:
    file = added(raised(), lead)
    for role in (Role.COORDINATOR, Role.ADMINISTRATOR, Role.PRACTITIONER, Role.TRUSTEE):
        client.force_login(UserFactory(roles=[role]))
        assert client.get(address(file)).status_code == 404
