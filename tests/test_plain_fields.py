"""What is no key at all in a field that is filled by typing a name: said there, on every staff page that has one."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from tests.access.table import PEOPLE, read
from tests.access.world import World, build
from tests.typed_forms import Form, Page

SAID = re.compile(r"(?:This|One of these|This choice) is not (?:in the list|there) any more")
_COORDINATOR = PEOPLE.index("coordinator")


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


def pages(world: World) -> dict[str, tuple[str, Form]]:
    """Every form of the staff pages with fields that are filled by typing, and its page's address."""
    client, found = world.client("coordinator"), {}
    wanted = [
        line
        for line in read()
        if line.method == "GET"
        and line.statuses[_COORDINATOR] == "200"
        and line.route.startswith("admin:")
        and not line.route.endswith(("_changelist", "_history", "_delete", "list_export"))
    ]
    for line in wanted:
        address = reverse(line.route, args=[world.key(thing) for thing in line.arguments])
        html = client.get(address).content.decode(errors="replace")
        if form := next((form for form in Page(html).forms if form.finding), None):
            found[line.id] = (address, form)
    return found


def with_new_lines(held: dict[str, list[str]]) -> dict[str, list[str]]:
    """The form's fields, with one line more in each list."""
    lists = {name.split("-")[0] for name in held if "-__prefix__-" in name}
    totals = {name: int(held[f"{name}-TOTAL_FORMS"][0]) for name in lists}
    data = {name.replace("__prefix__", str(totals.get(name.split("-")[0]))): values for name, values in held.items()}
    return data | {f"{name}-TOTAL_FORMS": [str(total + 1)] for name, total in totals.items()}


@pytest.mark.django_db
def test_what_is_no_key_is_said_at_every_field_that_is_filled_by_typing(world):
    said, there = {}, {}
    for name, (address, form) in pages(world).items():
        data = with_new_lines(form.held | {key: ["nonsense"] for key in form.finding})
        send = getattr(world.client("coordinator"), (form.attributes.get("method") or "get").lower())
        with transaction.atomic():
            answer = send(address, data)
            transaction.set_rollback(True)
        assert (name, answer.status_code) == (name, 200)
        said[name] = len(SAID.findall(answer.content.decode()))
        there[name] = form.finding
    kinds = {name.split("-")[-1] for names in there.values() for name in names}
    assert kinds == {"child", "children", "family", "given_by", "guardian", "staff"}
    assert said == {name: len(names) for name, names in there.items()}
