"""Rows pasted from a spreadsheet instead of a file: read on the spot, and never lost when they are refused."""

import time

import pytest
from django.test import Client
from django.utils import timezone

from families.importing import runs
from families.importing.sheets import MAX_BYTES, MAX_ROWS
from families.models import Child, FamilyImport
from tests.messy_families import as_csv, messy_rows
from whippersnappers.accounts.models import User

pytestmark = pytest.mark.django_db
PAGE = "/admin/families/family/import/"


@pytest.fixture
def cora(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def pasted(rows: int, separator: str = "\t") -> str:
    return as_csv(messy_rows(rows), encoding="utf-8", separator=separator).decode()


def paste(client: Client, text: str, **more: object) -> str:
    """The page that says why it was not taken."""
    answer = client.post(PAGE, {"rows": text, **more})
    assert answer.status_code == 200
    assert not FamilyImport.objects.exists()
    return answer.content.decode()


@pytest.mark.parametrize("separator", ["\t", ";", ","])
def test_pasted_rows_go_the_way_of_a_file(cora, separator):
    text = pasted(20, separator)
    answer = cora.post(PAGE, {"rows": text})
    run = FamilyImport.objects.get()
    assert (answer.status_code, answer.url) == (302, f"{PAGE}{run.pk}/")
    assert "Checking Pasted rows" in cora.get(answer.url).content.decode()
    runs.check(str(run.pk), now=timezone.now())
    cora.post(f"{answer.url}confirm/")
    runs.land(str(run.pk), now=timezone.now())
    run.refresh_from_db()
    assert Child.objects.count() == run.counts["landed"] > 20


def test_5000_rows_are_taken_without_a_wait(cora):
    lines = pasted(200).splitlines(keepends=True)
    many = "".join([lines[0], *(lines[1:] * 30)[:MAX_ROWS]])
    # The portal's own work; a third of a second alone, several times that beside all other tests.
    began = time.thread_time()
    assert cora.post(PAGE, {"rows": many}).status_code == 302
    assert time.thread_time() - began < 5
    assert FamilyImport.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (lambda: pasted(2).partition("\n")[2], "Row 1 should hold our headings"),
        (lambda: pasted(2).partition("\n")[0], "There are headings but no rows under them"),
        (lambda: pasted(1) + "\t\tAnn\n" * MAX_ROWS, "Bring in at most 5,000 at a time"),
        (lambda: pasted(2) + '"never closed', "a quotation mark is not closed"),
        (lambda: "Name\tBorn\nAnn\t2016", "Start from our template"),
        (lambda: "<b>Ann</b>", "a web page"),
        (lambda: "x" * (MAX_BYTES + 1), "That was more than 5 MB"),
    ],
)
def test_what_is_refused_stays_in_the_field_with_a_plain_sentence_beside_it(cora, text, sentence):
    text = text()
    answer = cora.post(PAGE, {"rows": text})
    form = answer.context["form"]
    assert sentence in form.errors["rows"][0]
    assert form["rows"].value() == text
    assert not FamilyImport.objects.exists()


def test_what_is_no_text_is_taken_out_and_said(cora):
    answer = cora.post(PAGE, {"rows": pasted(2).replace("Zo", "Z\x00o")})
    assert "no text" in answer.context["form"].errors["rows"][0]
    assert answer.context["form"]["rows"].value() == pasted(2)
    assert cora.post(PAGE, {"rows": answer.context["form"]["rows"].value()}).status_code == 302


def test_more_than_a_form_may_bring_is_a_sentence_on_the_same_page(coordinator):
    client = Client(enforce_csrf_checks=True)
    client.force_login(coordinator)
    token = str(client.get(PAGE).context["csrf_token"])
    page = paste(client, "x" * (MAX_BYTES + 300_000), csrfmiddlewaretoken=token)
    assert "That was more than 5 MB. Paste at most 5,000 rows at a time, or upload the file." in page


def test_a_file_and_rows_are_too_much(cora):
    with open(__file__, "rb") as file:
        assert "Take one of the two" in paste(cora, pasted(2), file=file)
