"""Every list as a file: what is filtered now, for whom, and noted."""

import csv
import io
from datetime import datetime, timedelta

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from tests.factories import ChildFactory, SessionFactory, household
from whippersnappers.audit.models import AuditEvent
from whippersnappers.staff_lists import exporting

pytestmark = pytest.mark.django_db
LISTS = [model._meta.label_lower for model in admin.site._registry]


def download(client: Client, name: str, query: str = "", form: str = "csv"):
    response = client.post(reverse("admin:list_export", args=[name]) + query, {"format": form})
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_all_that_is_filtered_comes_and_nothing_else(client, coordinator):
    client.force_login(coordinator)
    for number in range(60):
        ChildFactory(known_as=f"Kid {number}", local_authority="Southwark" if number % 6 else "Lambeth")
    ChildFactory(known_as="Gone", local_authority="Southwark", archived_at=timezone.now())
    found = rows(download(client, "families.child", "?local_authority=Southwark&p=2"))
    assert len(found) == 50
    assert {row["Local authority"] for row in found} == {"Southwark"}
    assert [row["Known as"] for row in found] == sorted(row["Known as"] for row in found)


def test_searched_words_narrow_the_file_and_are_not_noted(client, coordinator):
    client.force_login(coordinator)
    ChildFactory(known_as="José", last_name="O'Connor", date_of_birth=timezone.localdate().replace(month=1, day=1))
    ChildFactory(known_as="Olive")
    assert [row["Known as"] for row in rows(download(client, "families.child", "?q=oconor&archived=all"))] == ["José"]
    event = AuditEvent.objects.get(event="list.exported")
    assert event.detail == {
        "list": "families.child", "rows": 1, "format": "csv", "filters": {"archived": ["all"]}, "searched": True,
    }  # fmt: skip
    assert event.actor == f"user:{coordinator.pk}"


def test_no_export_without_its_event(client, coordinator, monkeypatch):
    def full(*args, **kwargs):
        raise RuntimeError("disc full")

    monkeypatch.setattr(exporting, "record", full)
    client.force_login(coordinator)
    with pytest.raises(RuntimeError):
        client.post(reverse("admin:list_export", args=["families.child"]), {"format": "csv"})


def test_a_workbook_has_days_as_days_and_times_as_times(client, coordinator):
    client.force_login(coordinator)
    session = SessionFactory(title="=1+1")
    sheet = load_workbook(io.BytesIO(download(client, "sessions_app.session", form="xlsx"))).active
    heads = [c.value for c in sheet[1]]
    line = dict(zip(heads, [c.value for c in sheet[2]], strict=True))
    assert line["Session"] == "'=1+1"
    assert isinstance(line["Starts"], datetime)
    assert line["Starts"].hour == 16
    assert (line["Places"], line["Taken"], line["Kind"]) == (100, 0, "Small group")
    assert line["To mend"].endswith("to mend")
    assert session.pk


@pytest.mark.parametrize("name", LISTS)
def test_every_list_can_be_taken_away_by_those_who_see_it(client, coordinator, administrator, name):
    household()
    SessionFactory()
    model = next(m for m in admin.site._registry if m._meta.label_lower == name)
    may = f"{model._meta.app_label}.view_{model._meta.model_name}"
    for user in (coordinator, administrator):
        client.force_login(user)
        if user.has_perm(may):
            assert rows(download(client, name)) is not None
            assert len(download(client, name, form="xlsx")) > 1000
        else:
            response = client.post(reverse("admin:list_export", args=[name]), {"format": "csv"})
            assert response.status_code == 403


@pytest.mark.parametrize(
    "query", ["?state__exact=nonsense", "?nonsense=1", "?family__notes__contains=x", "?starts_at_from=31/02/2026"]
)
def test_an_address_that_makes_no_sense_is_no_error(client, coordinator, query):
    client.force_login(coordinator)
    address = reverse("admin:list_export", args=["families.child"]) + query
    assert client.post(address, {"format": "csv"}).status_code in (200, 302)
    assert client.post(address, {"format": "exe"}).status_code == 302


def test_too_many_rows_are_refused_with_a_way_out(client, coordinator, monkeypatch):
    monkeypatch.setattr("whippersnappers.staff_lists.admin.MOST_ROWS", 2)
    for _ in range(3):
        ChildFactory()
    client.force_login(coordinator)
    response = client.post(reverse("admin:list_export", args=["families.child"]), {"format": "csv"})
    said = [str(m) for m in get_messages(response.wsgi_request)]
    assert said == ["This list has more than 2 rows. Filter it, then download it."]
    assert not AuditEvent.objects.filter(event="list.exported").exists()


def test_a_practitioners_file_says_no_more_than_the_list(client, practitioner):
    client.force_login(practitioner)
    head = download(client, "sessions_app.childinmysessions").decode("utf-8-sig").strip()
    assert head == "Name,Age,Communicates by"
    assert "To mend" not in download(client, "sessions_app.session").decode()


def test_a_file_costs_the_same_few_queries_for_each_portion(client, coordinator, django_assert_max_num_queries):
    client.force_login(coordinator)
    for number in range(30):
        SessionFactory(starts_at=timezone.now() + timedelta(hours=number))
    with django_assert_max_num_queries(45):
        assert len(rows(download(client, "sessions_app.session"))) == 30
