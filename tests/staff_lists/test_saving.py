"""Filters that people keep: their own, of that list only, and words only if they say so."""

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from tests.factories import ChildFactory, UserFactory
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.models import AuditEvent
from whippersnappers.staff_lists import saving
from whippersnappers.staff_lists.models import SavedFilter

pytestmark = pytest.mark.django_db
PAGE = "families.child"


@pytest.fixture
def cora(client, coordinator):
    client.force_login(coordinator)
    return client


def address(query: str = "", page: str = PAGE) -> str:
    return reverse("admin:saved_filters", args=[page]) + query


def save(name: str, query: str = "archived=all", *, by, page: str = PAGE) -> SavedFilter:
    return saving.save_filter(page, name, query, by=by, now=timezone.now())


def test_a_filter_is_saved_shown_used_and_deleted(cora, coordinator):
    ChildFactory(known_as="Gone", archived_at=timezone.now())
    page = reverse("admin:families_child_changelist")
    assert cora.post(address("?archived=only"), {"name": " Who left "})["Location"] == f"{page}?archived=only"
    shown = cora.get(f"{page}?archived=only").content.decode()
    assert '<a href="?archived=only" aria-current="true">Who left</a>' in shown
    assert '<a href="?archived=only">Who left</a>' in cora.get(page).content.decode()
    kept = SavedFilter.objects.get()
    gone = reverse("admin:saved_filter_delete", args=[PAGE, kept.pk])
    assert cora.post(gone)["Location"] == address()
    assert cora.post(gone).status_code == 404
    assert [e.event for e in AuditEvent.objects.filter(event__startswith="filter.").order_by("sequence")] == [
        "filter.saved",
        "filter.deleted",
    ]


@pytest.mark.parametrize(
    ("asked", "with_words", "kept"),
    [
        ("archived=all&q=okafor", False, "archived=all"),
        ("archived=all&q=okafor", True, "archived=all&q=okafor"),
        ("archived=all&p=3&e=1&next=//evil.example&_popup=1&archived__x=1&o=2.1", True, "archived=all&o=2.1"),
        ("next=https://evil.example/&javascript:alert(1)", True, ""),
        ("archived=", True, ""),
    ],
)
def test_only_what_belongs_to_the_list_is_kept(asked, with_words, kept):
    assert saving.own_query(QueryDict(asked), {"archived", "recorded"}, with_words=with_words) == kept


def test_typed_words_are_kept_only_when_ticked(cora):
    cora.post(address("?q=okafor&archived=all"), {"name": "Without"})
    cora.post(address("?q=okafor&archived=all"), {"name": "With", "with_words": "on"})
    assert {kept.name: kept.query for kept in SavedFilter.objects.all()} == {
        "Without": "archived=all",
        "With": "archived=all&q=okafor",
    }
    assert "okafor" not in str(list(AuditEvent.objects.values_list("detail", flat=True)))


@pytest.mark.parametrize(
    ("query", "name", "said"),
    [
        ("?archived=all", "", "Give it a name."),
        ("?archived=all", "x" * 61, "at most 60"),
        ("?archived=all", "taken", "choose another name"),
        ("?q=okafor", "Only words", "Nothing is filtered."),
    ],
)
def test_a_mistake_is_said_and_nothing_is_lost(cora, coordinator, query, name, said):
    save("Taken", by=coordinator)
    page = cora.post(address(query), {"name": name}).content.decode()
    assert said in page
    assert f'value="{name}"' in page or not name
    assert SavedFilter.objects.count() == 1


def test_a_double_press_keeps_one(cora):
    for _ in range(2):
        cora.post(address("?archived=all"), {"name": "All"})
    assert SavedFilter.objects.count() == 1


def test_twenty_are_enough(coordinator):
    for number in range(saving.MOST):
        save(f"Number {number}", by=coordinator)
    with pytest.raises(ValidationError, match="Delete one"):
        save("One more", by=coordinator)
    assert save("Elsewhere", by=coordinator, page="families.family").pk


def test_nobody_sees_or_deletes_another_persons(cora, coordinator):
    theirs = save("Theirs", by=UserFactory(roles=[Role.COORDINATOR]))
    save("Theirs", by=coordinator, page="families.family")
    assert "Theirs" not in cora.get(address()).content.decode()
    assert "Theirs" not in cora.get(reverse("admin:families_child_changelist")).content.decode()
    assert cora.post(reverse("admin:saved_filter_delete", args=[PAGE, theirs.pk])).status_code == 404
    assert SavedFilter.objects.filter(pk=theirs.pk).exists()
