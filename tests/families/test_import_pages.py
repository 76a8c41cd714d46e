"""The import in the browser's terms: upload, look, confirm; too big, too early, not allowed."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import SkipFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from families.admin.uploads import SizeLimit
from families.importing import runs
from families.importing.sheets import MAX_BYTES
from families.models import Child, FamilyImport
from tests.messy_families import as_csv, as_xlsx, messy_rows
from whippersnappers.accounts.models import User

pytestmark = pytest.mark.django_db
UPLOAD = "/admin/families/family/import/"


@pytest.fixture
def cora(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def upload(client: Client, content: bytes, name: str = "families.xlsx") -> Any:
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, content)})


def at(run: FamilyImport, what: str = "") -> str:
    return f"{UPLOAD}{run.pk}/{what}"


def test_from_the_upload_to_the_last_row(cora):
    rows = messy_rows(60)
    rows[3]["Date of birth"] = "30/02/2016"
    answer = upload(cora, as_xlsx(rows))
    run = FamilyImport.objects.get()
    assert (answer.status_code, answer.url) == (302, at(run))
    assert "Opening the file" in cora.get(at(run)).content.decode()
    waiting = cora.get(at(run, "progress/"))
    assert ("HX-Refresh" in waiting.headers, "Checking families.xlsx" in waiting.content.decode()) == (False, True)
    runs.check(str(run.pk), now=timezone.now())
    assert cora.get(at(run, "progress/")).headers["HX-Refresh"] == "true"
    page = cora.get(at(run)).content.decode()
    assert "1 row needs mending" in page
    assert "There is no such day: 30/02/2016." in page
    assert "H5, Date of birth:" in page
    assert f"Import the {len(rows) - 1} good rows" in page
    assert Child.objects.count() == 0
    cora.post(at(run, "confirm/"))
    assert "Importing" in cora.get(at(run)).content.decode()
    runs.land(str(run.pk), now=timezone.now())
    assert f"{len(rows) - 1} rows were imported" in cora.get(at(run)).content.decode()
    assert Child.objects.count() == len(rows) - 1
    upload(cora, as_xlsx(rows[:3]))
    again = FamilyImport.objects.first()
    runs.check(str(again.pk), now=timezone.now())
    assert "Everything in this file is in the portal already" in cora.get(at(again)).content.decode()


def test_a_worker_that_is_away_is_said(cora):
    upload(cora, as_csv(messy_rows(1)))
    run = FamilyImport.objects.get()
    assert "not answering" not in cora.get(at(run)).content.decode()
    FamilyImport.objects.update(asked_at=timezone.now() - timedelta(seconds=11))
    assert "not answering" in cora.get(at(run)).content.decode()
    assert "not answering" in cora.get(at(run, "progress/")).content.decode()
    FamilyImport.objects.update(claimed_until=timezone.now() + timedelta(seconds=50))
    assert "not answering" not in cora.get(at(run)).content.decode()


def test_a_file_is_thrown_away(cora):
    upload(cora, as_csv(messy_rows(2)))
    run = FamilyImport.objects.get()
    runs.check(str(run.pk), now=timezone.now())
    assert "thrown away" in cora.post(at(run, "discard/"), follow=True).content.decode()
    run.refresh_from_db()
    assert (run.state, run.content, run.rows.count()) == ("discarded", "", 0)
    assert "any more" in cora.post(at(run, "confirm/"), follow=True).content.decode()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "The file is empty"), (b"%PDF-1.7", "This is a PDF"), (b"x" * (MAX_BYTES + 1), "bigger than 5 MB")],
)
def test_what_is_refused_at_the_door_is_not_kept(cora, content, sentence):
    answer = upload(cora, content)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert "Nothing was changed" in answer.content.decode()
    assert not FamilyImport.objects.exists()


def test_no_file_at_all(cora):
    assert "Choose a file first" in cora.post(UPLOAD, {}).content.decode()


def test_a_file_of_100_mb_goes_by_without_being_kept_anywhere(cora, monkeypatch):
    passed_on = []
    original = SizeLimit.receive_data_chunk

    def watched(self: SizeLimit, raw_data: bytes, start: int) -> bytes:
        kept = original(self, raw_data, start)
        passed_on.append(len(kept))
        return kept

    monkeypatch.setattr(SizeLimit, "receive_data_chunk", watched)
    answer = upload(cora, bytes(100 * 1024 * 1024))
    assert "bigger than 5 MB" in answer.content.decode()
    assert passed_on == []


def test_a_big_file_without_a_stated_length_is_cut_off_too():
    limit = SizeLimit()
    limit.handle_raw_input(None, {}, 0, b"")
    chunk = bytes(64 * 1024)
    chunks = MAX_BYTES // len(chunk)
    assert all(limit.receive_data_chunk(chunk, 0) == chunk for _ in range(chunks))
    with pytest.raises(SkipFile):
        limit.receive_data_chunk(chunk, 0)


def test_an_upload_needs_its_csrf_token(coordinator):
    client = Client(enforce_csrf_checks=True)
    client.force_login(coordinator)
    assert upload(client, as_csv(messy_rows(1))).status_code == 403
    token = client.get(UPLOAD).context["csrf_token"]
    file = SimpleUploadedFile("families.csv", as_csv(messy_rows(1)))
    answer = client.post(UPLOAD, {"csrfmiddlewaretoken": str(token), "file": file})
    assert answer.status_code == 302
    too_big = SimpleUploadedFile("families.csv", bytes(MAX_BYTES * 2))
    refused = client.post(UPLOAD, {"csrfmiddlewaretoken": str(token), "file": too_big})
    assert "bigger than 5 MB" in refused.content.decode()


def test_only_coordinators_come_near(client, coordinator, practitioner, lead, trustee, administrator):
    run = runs.receive("f.csv", as_csv(messy_rows(1)), by=coordinator, now=timezone.now())
    places = ["", "template.xlsx", "template.csv", f"{run.pk}/", f"{run.pk}/progress/"]
    for person in (practitioner, lead, trustee, administrator):
        client.force_login(person)
        statuses = [client.get(UPLOAD + place).status_code for place in places]
        statuses += [client.post(at(run, act)).status_code for act in ("confirm/", "discard/")]
        assert statuses == [403] * 7
    client.force_login(coordinator)
    assert [client.get(UPLOAD + place).status_code for place in places] == [200] * 5
    assert client.get(at(run, "confirm/")).status_code == 405
    assert client.get(UPLOAD + "00000000-0000-0000-0000-000000000000/").status_code == 404


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_template_comes_as_a_file(cora, kind):
    answer = cora.get(f"{UPLOAD}template.{kind}")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="families.{kind}"'
    assert answer.content[:2] == {"xlsx": b"PK", "csv": b"\xef\xbb"}[kind]


def test_a_page_of_rows_asks_the_database_the_same_number_of_times_for_1_and_50(cora, coordinator):
    counts = []
    for families in (1, 60):
        run = runs.receive("f.xlsx", as_xlsx(messy_rows(families)), by=coordinator, now=timezone.now())
        runs.check(str(run.pk), now=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            assert cora.get(at(run)).status_code == 200
        counts.append(len(queries))
    assert counts == [6, 6]


def test_the_list_of_families_leads_here(cora):
    assert UPLOAD in cora.get(reverse("admin:families_family_changelist")).content.decode()


def test_an_import_of_some_time_ago_still_has_its_page(cora, coordinator):
    run = runs.receive("Mia Lee.csv", b"Mia Lee,Child first name\r\n", by=coordinator, now=timezone.now())
    runs.check(str(run.pk), now=timezone.now())
    assert "Mia Lee" in cora.get(at(run)).content.decode()
    runs.sweep(now=timezone.now() + runs.KEPT_FOR)
    for address in (UPLOAD, at(run)):
        assert "Mia Lee" not in cora.get(address).content.decode()
    assert "could not be read" in cora.get(at(run)).content.decode()
