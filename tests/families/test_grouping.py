"""Ticking children in the list and putting them all into a group."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from families.models import Child, Group
from tests.factories import ChildFactory, GroupFactory
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
LIST = "admin:families_child_changelist"


@pytest.fixture
def cora(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def press(client: Client, children: list[Child], query: str = "", **more: Any) -> Any:
    """The list's form, sent with these children ticked."""
    ticked = [str(child.pk) for child in children]
    data = {"action": "put_into_group", "_selected_action": ticked, "select_across": "0", **more}
    return client.post(reverse(LIST) + query, data, follow=True)


def members(name: str) -> set[Any]:
    return set(Group.objects.get(name=name).children.values_list("pk", flat=True))


def test_the_page_asks_which_group_before_anything_changes(cora):
    children = ChildFactory.create_batch(3)
    page = press(cora, children).content.decode()
    assert "Put 3 children into a group" in page
    assert all(f'value="{child.pk}"' in page for child in children)
    assert not Group.objects.exists()


def test_children_go_into_a_new_group_and_it_is_audited(cora):
    children = ChildFactory.create_batch(3)
    answer = press(cora, children, put="yes", name=" Saturday drummers ")
    assert members("Saturday drummers") == {child.pk for child in children}
    assert "3 children put into “Saturday drummers”." in answer.content.decode()
    events = AuditEvent.objects.filter(event="group.members_changed")
    assert [event.detail for event in events] == [{"joined": 3, "left": 0}]


def test_those_who_are_in_the_group_already_stay_and_are_not_counted(cora):
    first, second, third = ChildFactory.create_batch(3)
    group = GroupFactory(name="Drummers")
    group.children.set([first, second])
    answer = press(cora, [second, third], put="yes", group=str(group.pk))
    assert members("Drummers") == {first.pk, second.pk, third.pk}
    assert "1 child put into “Drummers”, 1 was in it already." in answer.content.decode()


def test_all_that_the_filter_shows_can_be_put_in_beyond_the_page(cora):
    lambeth = ChildFactory.create_batch(60, local_authority="Lambeth")
    ChildFactory(local_authority="Southwark")
    press(cora, lambeth[:1], "?local_authority=Lambeth", put="yes", name="Lambeth", select_across="1")
    assert members("Lambeth") == {child.pk for child in lambeth}


@pytest.mark.parametrize("answers", [{}, {"name": "drummers"}, {"name": "New", "group": "drummers"}])
def test_unclear_answers_are_asked_again_and_change_nothing(cora, answers):
    group = GroupFactory(name="Drummers")
    answers = {**answers, **({"group": str(group.pk)} if "group" in answers else {})}
    page = press(cora, ChildFactory.create_batch(2), put="yes", **answers)
    assert 'role="alert"' in page.content.decode()
    assert (members("Drummers"), Group.objects.count()) == (set(), 1)


def test_archived_children_and_nobody_else_are_left_out(cora, coordinator):
    here, gone = ChildFactory(), ChildFactory(archived_at=coordinator.created_at)
    press(cora, [here, gone], "?archived=all", put="yes", name="All")
    assert members("All") == {here.pk}


def test_practitioners_cannot(client, practitioner):
    client.force_login(practitioner)
    assert press(client, [ChildFactory()], put="yes", name="Mine").status_code == 403
    assert not Group.objects.exists()
