"""Names pasted where children are chosen, for a session and for a series: looked at first, added then."""

import time

import pytest
from django.test import Client
from django.urls import reverse

from families.naming import MOST_NAMES
from sessions_app.models import Series
from tests.factories import ChildFactory, ready_session
from tests.sessions_app.test_admin_series import ADD, blank

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client, coordinator) -> Client:
    client.force_login(coordinator)
    return client


@pytest.fixture
def children():
    names = [("Fia", "O’Brien"), ("Mia", "Smith"), ("Mia", "Smith"), ("Noah", "Begum")]
    return [ChildFactory(known_as=first, first_name=first, last_name=last) for first, last in names]


def test_names_are_looked_up_then_the_found_and_the_ticked_ones_are_invited(staff, children):
    fia, mia, _, noah = children
    session = ready_session(children=[], capacity=5)
    page = reverse("admin:sessions_app_session_invite", args=[session.pk])
    typed = "Fia OBrien\r\nMia Smith\r\nNowhere Man\r\n"
    shown = staff.post(page, {"child": [noah.pk], "names": typed})
    form = shown.context["form"]
    assert session.bookings.count() == 0
    assert form.errors["names"] == ["Nobody is added yet. Look at whom we found, then press again."]
    assert form["child"].value() == [str(noah.pk), str(fia.pk)]
    assert form["names"].value() == "Nowhere Man"
    body = shown.content.decode()
    assert "Who is “Mia Smith”? Tick who is meant." in body
    assert '<input type="hidden" name="names_seen" value="Nowhere Man">' in body
    ticked = [*form["child"].value(), str(mia.pk)]
    done = staff.post(page, {"child": ticked, "names": "Nowhere Man", "names_seen": "Nowhere Man"})
    assert done.status_code == 302
    assert set(session.bookings.values_list("child", flat=True)) == {noah.pk, fia.pk, mia.pk}


def test_a_name_that_was_mended_is_looked_up_again(staff, children):
    session = ready_session(children=[], capacity=5)
    page = reverse("admin:sessions_app_session_invite", args=[session.pk])
    form = staff.post(page, {"names": "Noah Begum", "names_seen": "Noa Bigham"}).context["form"]
    assert form["child"].value() == [str(children[3].pk)]


def test_names_become_children_of_a_series(staff, children):
    fia, *_, noah = children
    form = staff.post(reverse(ADD), blank(staff, names="Fia O'Brien\nNoah Begum")).context["adminform"].form
    assert form["child"].value() == [str(fia.pk), str(noah.pk)]
    assert "names" in form.errors
    shown = staff.post(reverse(ADD), blank(staff, child=[fia.pk, noah.pk], names=""))
    assert "for 2 children" in shown.content.decode()
    assert Series.objects.count() == 0


@pytest.mark.parametrize("lines", [MOST_NAMES + 1, 5000])
def test_too_many_names_are_said_and_stay(staff, lines):
    session = ready_session(children=[], capacity=5)
    typed = "\n".join(f"Child {n} Smith" for n in range(lines))
    began = time.thread_time()
    answer = staff.post(reverse("admin:sessions_app_session_invite", args=[session.pk]), {"names": typed})
    form = answer.context["form"]
    assert form.errors["names"] == [f"These are {lines:,} names. Paste at most {MOST_NAMES} at a time."]
    assert form["names"].value() == typed
    assert time.thread_time() - began < 2
