"""Whatever is sent as a file: a plain sentence at the field, never an error of ours, and nothing half kept."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from safeguarding.dashboard.step_forms import FileForm
from safeguarding.files import attaching, fields, opening
from safeguarding.models import ChronologyEntry, Concern, ConcernFile
from tests.safeguarding.file_samples import PDF, picture, png_of, zip_of
from tests.safeguarding.scenes import raised
from whippersnappers import uploads
from whippersnappers.accounts.models import User

pytestmark = pytest.mark.django_db
JPEG = picture()
SCRIPT = b"<script>alert(1)</script>"
ELF = b"\x7fELF\x02\x01\x01" + bytes(60)


@pytest.fixture
def at_work(client: Client, lead: User) -> Client:
    client.force_login(lead)
    return client


def send(client: Client, concern: Concern, *files: Any, about: str = "A letter", press: str = "") -> Any:
    said = {"uploads": list(files), "about": about, "press": press or str(uuid4())}
    return client.post(reverse("safeguarding_step", args=[concern.pk, "file"]), said)


def called(content: bytes, name: str = "file.jpg", said: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, said)


def nothing_was_kept(concern: Concern) -> bool:
    added = concern.chronology.filter(kind=ChronologyEntry.Kind.ADDED)
    return not concern.files.exists() and not added.exists()


REFUSED = {
    "empty": (b"", opening.EMPTY),
    "blanks": (b" \n\t ", opening.EMPTY),
    "only a mark of order": (b"\xef\xbb\xbf", opening.EMPTY),
    "svg with a script": (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", opening.NOT_TAKEN),
    "svg behind a prologue": (b"<?xml version='1.0'?><svg onload='alert(1)'/>", opening.NOT_TAKEN),
    "html called a photo": (b"<!DOCTYPE html><body onload=alert(1)>", opening.NOT_TAKEN),
    "html behind blanks": (b"   \n  < HTML >" + SCRIPT, opening.NOT_TAKEN),
    "html in wide letters": ("<html><script>".encode("utf-16"), opening.NOT_TAKEN),
    "html far behind": (b"words " * 9000 + SCRIPT, opening.NOT_TAKEN),
    "php": (b"<?php system($_GET['x']); ?>", opening.NOT_TAKEN),
    "shell": (b"#!/bin/sh\nrm -rf /\n", opening.NOT_TAKEN),
    "windows program": (b"MZ\x90\x00" + bytes(60), opening.NOT_TAKEN),
    "windows program without zeros": (b"MZ harmless", opening.NOT_TAKEN),
    "linux program": (ELF, opening.NOT_TAKEN),
    "gif": (b"GIF89a" + bytes(40), opening.NOT_TAKEN),
    "gif that is a script": (b"GIF89a=1;alert(1)//", opening.NOT_TAKEN),
    "postscript": (b"%!PS-Adobe-3.0\n(hello) show", opening.NOT_TAKEN),
    "bitmap": (picture("BMP"), opening.NOT_TAKEN),
    "tiff": (picture("TIFF"), opening.NOT_TAKEN),
    "heic": (b"\0\0\0\x18ftypheic" + bytes(40), opening.HEIC),
    "avif": (b"\0\0\0\x18ftypavif" + bytes(40), opening.NOT_TAKEN),
    "film": (b"\0\0\0\x18ftypmp42" + bytes(40), opening.NOT_TAKEN),
    "zip bomb": (zip_of("0.txt", bytes(20_000_000)), opening.OFFICE),
    "zip with a path": (zip_of("../../etc/cron.d/x", b"x"), opening.OFFICE),
    "word file": (zip_of("word/document.xml", b"<x/>"), opening.OFFICE),
    "old word file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60), opening.OFFICE),
    "rtf": (b"{\\rtf1 {\\object}}", opening.OFFICE),
    "gzip": (b"\x1f\x8b\x08" + bytes(40), opening.NOT_TAKEN),
    "png of a billion pixels": (png_of(65_000, 65_000), opening.TOO_MANY_PIXELS),
    "png of a hundred million pixels": (png_of(10_000, 10_000), opening.TOO_MANY_PIXELS),
    "png of forty million pixels and one row": (png_of(8000, 5001), opening.TOO_MANY_PIXELS),
    "png without its pixels": (png_of(100, 100), opening.BROKEN_PICTURE),
    "png of no size": (png_of(0, 0), opening.BROKEN_PICTURE),
    "png cut off": (picture("PNG")[:40], opening.BROKEN_PICTURE),
    "jpeg cut off": (picture(size=(600, 400))[:500], opening.BROKEN_PICTURE),
    "jpeg of four bytes": (b"\xff\xd8\xff\xe0", opening.BROKEN_PICTURE),
    "webp that is a sound": (b"RIFF\x24\0\0\0WAVEfmt " + bytes(30), opening.BROKEN_PICTURE),
    "webp cut off": (picture("WEBP")[:24], opening.BROKEN_PICTURE),
    "pdf cut off": (PDF[:-6], opening.BROKEN_PDF),
    "pdf with a page behind it": (PDF + b"<html>" + SCRIPT, opening.BROKEN_PDF),
    "pdf with an archive behind it": (PDF + zip_of("x", b"x"), opening.BROKEN_PDF),
    "page with a pdf behind it": (b"<html>" + SCRIPT + PDF, opening.NOT_TAKEN),
    "pdf of a header alone": (b"%PDF-1.7\n%%EOF", opening.BROKEN_PDF),
    "ten megabytes and one byte": (bytes(uploads.MOST_OF_ONE + 1), opening.TOO_BIG),
    "text of another alphabet's bytes": (b"\xc4\xd6\xdc nein", opening.NOT_TAKEN),
    "half a sign": ("☂".encode()[:2], opening.NOT_TAKEN),
    "text with a bell": (b"ding \x07 dong", opening.NOT_TAKEN),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_taken_is_said_and_nothing_is_kept(what: str, at_work: Client) -> None:
    content, sentence = REFUSED[what]
    concern = raised()
    # With a good one beside it: all of a press, or nothing.
    answer = send(at_work, concern, called(JPEG, "good.jpg"), called(content, "bad.jpg"))
    page = answer.content.decode()
    assert (answer.status_code, nothing_was_kept(concern)) == (200, True)
    assert f"“bad.jpg”: {sentence}" in page
    assert "“good.jpg”" not in page
    assert fields.CHOOSE_AGAIN in page
    assert "A letter" in page


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a\x00b.jpg", "ab.jpg"),
        ("\u202egpj.exe", "gpj.exe"),
        ("x" * 800 + ".jpg", "x" * 145 + "….jpg"),
        ("a\r\nSet-Cookie: x.jpg", None),
        ("=cmd()|' /C calc'!A0.jpg", None),
        ("<img src=x onerror=alert(1)>.jpg", None),
        ("программа 照片 😀.exe", None),
    ],
)
def test_names_do_no_harm(name: str, kept: str | None, at_work: Client) -> None:
    concern = raised()
    # As an attacker sends it: the client that tests use would tidy the name.
    file = called(JPEG)
    file._name = name
    assert send(at_work, concern, file).status_code == 302
    row = concern.files.get()
    assert kept is None or row.name == kept
    page = at_work.get(reverse("safeguarding_concern", args=[concern.pk])).content.decode()
    assert "<img src=x" not in page
    answer = at_work.get(reverse("safeguarding_file", args=[concern.pk, row.pk]))
    assert answer["Content-Disposition"] == f'attachment; filename="file-{str(row.pk)[:8]}.jpg"'
    assert "Set-Cookie" not in answer.headers


def test_a_name_longer_than_any_disk_allows_gets_a_calm_page(at_work: Client) -> None:
    concern, file = raised(), called(JPEG)
    file._name = "x" * 1000 + ".jpg"
    answer = send(at_work, concern, file)
    assert (answer.status_code, nothing_was_kept(concern)) == (400, True)
    assert "We did not understand that" in answer.content.decode()


@pytest.mark.parametrize("said", ["text/html", "application/x-msdownload", "", "image/svg+xml", "x" * 300])
def test_what_a_browser_claims_changes_nothing(said: str, at_work: Client) -> None:
    concern = raised()
    send(at_work, concern, called(JPEG, "page.html", said))
    assert concern.files.get().kind == "jpeg"


def test_too_many_at_once_are_said(at_work: Client) -> None:
    concern = raised()
    answer = send(at_work, concern, *[called(JPEG + bytes([n]), f"{n}.jpg") for n in range(6)])
    assert fields.TOO_MANY in answer.content.decode()
    assert nothing_was_kept(concern)


def test_more_files_than_any_form_has_get_a_calm_page(at_work: Client) -> None:
    concern = raised()
    answer = send(at_work, concern, *[called(b"x", f"{n}.txt") for n in range(101)])
    assert (answer.status_code, nothing_was_kept(concern)) == (413, True)
    assert "That was too much at once" in answer.content.decode()


def test_files_that_are_too_big_together_are_said(at_work: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_TOGETHER", 3_000_000)
    concern = raised()
    answer = send(at_work, concern, called(b"a" * 2_000_000, "first.txt"), called(b"b" * 2_000_000, "second.txt"))
    assert f"“second.txt”: {opening.TOO_MUCH}" in answer.content.decode()
    assert nothing_was_kept(concern)


def test_a_request_that_nobody_means_is_not_read(at_work: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_PATIENCE", 1000)
    concern = raised()
    assert send(at_work, concern, called(b"a" * 2000)).status_code == 413
    assert nothing_was_kept(concern)


@pytest.mark.parametrize("limit", [("MOST_FILES", 1), ("MOST_BYTES", len(JPEG))])
def test_a_concern_that_is_full_says_so(limit: Any, at_work: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attaching, *limit)
    concern = raised()
    answer = send(at_work, concern, called(picture(size=(9, 9)), "a.jpg"), called(picture(size=(900, 900)), "b.jpg"))
    assert attaching.FULL in answer.content.decode()
    assert nothing_was_kept(concern)


def test_pictures_need_words_and_files_do_not_survive_a_mistake(at_work: Client) -> None:
    concern = raised()
    page = send(at_work, concern, called(JPEG), about="").content.decode()
    assert attaching.SAY_WHAT in page
    assert fields.CHOOSE_AGAIN in page
    assert nothing_was_kept(concern)
    assert send(at_work, concern, called(b"Words", "note.txt"), about="").status_code == 302


@pytest.mark.parametrize("sent", [{}, {"uploads": "no file"}, {"uploads": ["a", "b"], "about": "x"}])
def test_a_form_without_files_asks_for_them(sent: dict[str, Any], at_work: Client) -> None:
    concern = raised()
    answer = at_work.post(reverse("safeguarding_step", args=[concern.pk, "file"]), sent)
    assert (answer.status_code, nothing_was_kept(concern)) == (200, True)
    assert fields.CHOOSE in answer.content.decode()


@pytest.mark.parametrize("same_form", [True, False])
def test_the_same_file_twice_is_kept_once(same_form: bool, at_work: Client) -> None:
    concern, press = raised(), str(uuid4())
    for turn in range(2):
        answer = send(at_work, concern, called(JPEG, f"{turn}.jpg"), press=press if same_form else "")
        assert answer.status_code == 302
    assert concern.files.count() == 1
    assert concern.chronology.filter(kind=ChronologyEntry.Kind.ADDED).count() == 1
    send(at_work, raised(), called(JPEG))
    assert ConcernFile.objects.count() == 2


def test_the_form_says_what_it_does_not_want() -> None:
    assert "No photographs of children" in FileForm.base_fields["uploads"].help_text
