"""The search page finds what the role may see, best first, and forgives spelling."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from families.models import Child, Family, Guardian, Guardianship
from sessions_app.models import Booking
from tests.factories import (
    BookingFactory,
    ChildFactory,
    FamilyFactory,
    GuardianFactory,
    GuardianshipFactory,
    PlaceFactory,
    SessionFactory,
    StaffAssignmentFactory,
    StaffProfileFactory,
)
from whippersnappers.finding.words import best_first, narrowed

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:search")


def results(client: Client, typed: str) -> dict[str, list[str]]:
    """What the page shows: each kind with its lines as people read them."""
    response = client.get(PAGE, {"q": typed})
    assert response.status_code == 200
    page = response.content.decode().split('id="page-results"')[1].split("</main>")[0]
    found = {}
    for section in re.findall(r'<section class="st-found">(.*?)</section>', page, re.S):
        title = re.search(r"<h2>(.*?)</h2>", section).group(1)
        lines = re.findall(r"<li>(.*?)</li>", section, re.S)
        found[title] = [unescape(" ".join(re.sub(r"<[^>]+>", " ", line).split())) for line in lines]
    return found


@pytest.fixture
def scene(practitioner) -> dict[str, Any]:
    """Maya delivers a session with Pip; Olive is in somebody else's, and a draft of Maya's is not hers to see."""
    family = FamilyFactory(name="O'Connor", reference="FAM-1")
    adult = GuardianFactory(family=family, first_name="Siobhán", last_name="O'Connor", email="", phone="")
    years_ago = timezone.localdate().replace(year=timezone.localdate().year - 9, month=1, day=1)
    pip = ChildFactory(
        family=family, known_as="Pip", first_name="Philippa", last_name="O'Connor", reference="CHI-1",
        local_authority="Southwark", date_of_birth=years_ago, communication="makaton",
    )  # fmt: skip
    GuardianshipFactory(guardian=adult, child=pip)
    olive = ChildFactory(family=FamilyFactory(name="Others"), known_as="Olive", last_name="O'Connor")
    me = StaffProfileFactory(user=practitioner, first_name="Maya")
    start = timezone.now() + timedelta(days=3)
    place = PlaceFactory(name="Peckham hall")
    mine = SessionFactory(
        title="Dŕums at O'Connor's",
        state="confirmed",
        confirmed_at=timezone.now(),
        starts_at=start,
        place=place,
        delivery="in_person",
    )
    theirs = SessionFactory(
        title="Drums for O'Connors", state="confirmed", confirmed_at=timezone.now(), starts_at=start
    )
    draft = SessionFactory(title="Drums, O'Connor draft", starts_at=start + timedelta(days=1))
    for session in (mine, draft):
        StaffAssignmentFactory(session=session, staff=me)
    BookingFactory(session=mine, child=pip)
    BookingFactory(session=theirs, child=olive)
    return {"family": family, "adult": adult, "pip": pip, "olive": olive}


def test_a_coordinator_finds_all_kinds_with_what_tells_them_apart(client, coordinator, scene):
    client.force_login(coordinator)
    found = results(client, "oconnor")
    assert list(found) == ["Families", "Parents and carers", "Children", "Sessions"]
    # The exact name comes before the household that only has a child of that name.
    assert found["Families"] == ["O'Connor FAM-1: Siobhán O'Connor, Pip", "Others F" + found["Families"][1][8:]]
    assert found["Parents and carers"] == ["Siobhán O'Connor O'Connor (FAM-1), for Pip"]
    assert "Pip O'Connor O'Connor (FAM-1), 9 years, Southwark" in found["Children"]
    assert len(found["Sessions"]) == 3
    assert any(
        line.startswith("Dŕums at O'Connor's Confirmed ") and "Peckham hall" in line for line in found["Sessions"]
    )


def test_a_coordinator_finds_staff_and_what_they_deliver(client, coordinator, scene):
    client.force_login(coordinator)
    found = results(client, "maia lind")
    assert found["Staff"] == ["Maya Lind Cleared 2 sessions ahead"]
    assert len(found["Sessions"]) == 2


def test_a_practitioner_finds_own_sessions_and_the_children_in_them(client, practitioner, scene):
    client.force_login(practitioner)
    found = results(client, "oconnor")
    assert list(found) == ["Children in my sessions", "Sessions"]
    assert found["Children in my sessions"] == ["Pip O'Connor 9 years, Makaton or signing"]
    assert [line.split(" Confirmed")[0] for line in found["Sessions"]] == ["Dŕums at O'Connor's"]


@pytest.mark.parametrize("typed", ["Philippa", "CHI-1", "FAM-1", "Southwark", "Siobhan", "Olive"])
def test_a_practitioner_cannot_guess_what_is_not_shown(client, practitioner, scene, typed):
    client.force_login(practitioner)
    assert results(client, typed) == {}


def test_an_administrator_finds_people_and_no_family(client, administrator, scene):
    client.force_login(administrator)
    assert results(client, "oconnor") == {}
    assert results(client, "maya lind") == {"People": ["Maya Lind Practitioner, maya@whippersnappers.org"]}


def test_a_trustee_finds_nothing(client, trustee, scene):
    client.force_login(trustee)
    assert results(client, "oconnor") == {}
    assert results(client, "maya") == {}


def test_archived_and_restricted_people_are_marked(client, coordinator, scene):
    Family.objects.filter(pk=scene["family"].pk).update(archived_at=timezone.now())
    Child.objects.filter(pk=scene["pip"].pk).update(archived_at=timezone.now())
    Guardianship.objects.update(restricted=True, restriction_review_on=date(2099, 1, 1))
    client.force_login(coordinator)
    found = results(client, "oconnor")
    assert "O'Connor Archived FAM-1: Siobhán O'Connor, Pip" in found["Families"]
    assert found["Parents and carers"] == ["Siobhán O'Connor Restriction O'Connor (FAM-1), for Pip"]
    assert "Pip O'Connor Archived Restriction O'Connor (FAM-1), 9 years, Southwark" in found["Children"]


def test_what_is_more_stands_on_the_list(client, coordinator):
    for _ in range(8):
        ChildFactory(last_name="Okonkwo", archived_at=timezone.now())
    client.force_login(coordinator)
    page = client.get(PAGE, {"q": "okonkwo"}).content.decode()
    more = unescape(re.search(r'<a href="([^"]+)">All children found', page).group(1))
    assert more == reverse("admin:families_child_changelist") + "?q=okonkwo&archived=all"
    assert client.get(more).context["cl"].result_count == 8


def test_while_one_types_only_the_results_come_and_nothing_stands_in_the_address(client, coordinator, scene):
    client.force_login(coordinator)
    response = client.post(PAGE, {"q": "oconor"}, headers={"X-Part": "results"})
    page = response.content.decode()
    assert page.lstrip().startswith("<section")
    assert "Siobhán" in page
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(("typed", "said"), [("a", "Type at least two letters."), ("zzzzzz", "Nothing found for")])
def test_finding_nothing_says_what_to_do(client, coordinator, typed, said):
    client.force_login(coordinator)
    assert said in client.get(PAGE, {"q": typed}).content.decode()


def test_what_was_typed_is_only_text(client, coordinator):
    client.force_login(coordinator)
    page = client.get(PAGE, {"q": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in page


@pytest.mark.parametrize("model", ["families_family", "families_guardian", "families_child"])
def test_the_lists_forgive_spelling_too(client, coordinator, scene, model):
    client.force_login(coordinator)
    lines = client.get(reverse(f"admin:{model}_changelist"), {"q": "oconor"}).context["cl"].result_list
    assert "O'Connor" in str(next(iter(lines)))


def test_choosing_a_child_forgives_spelling(client, coordinator, scene):
    client.force_login(coordinator)
    asked = {"term": "pip oconor", "app_label": "families", "model_name": "consent", "field_name": "child"}
    answer = client.get(reverse("admin:autocomplete"), asked).json()
    assert [line["text"] for line in answer["results"]] == ["Pip O'Connor"]


def a_world(number: int) -> None:
    family = FamilyFactory(name=f"Same {number}")
    adult = GuardianFactory(family=family, last_name="Same")
    child = ChildFactory(family=family, last_name="Same")
    GuardianshipFactory(guardian=adult, child=child)
    session = SessionFactory(title="Same", starts_at=timezone.now() + timedelta(hours=number))
    StaffAssignmentFactory(session=session, staff__user__name=f"Same {number}")
    Booking.objects.create(session=session, child=child)


def test_the_search_costs_the_same_with_one_row_and_with_thirty(client, coordinator):
    client.force_login(coordinator)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(results(client, "same")) == 5
        return len(captured)

    a_world(0)
    with_one = queries()
    for number in range(1, 30):
        a_world(number)
    assert (with_one, queries()) == (11, 11)


def test_a_near_spelling_uses_the_index():
    family = FamilyFactory()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO families_guardian
            (id, family_id, first_name, last_name, email, email_problem, phone, known_phone,
             prefers, easy_read, language)
            SELECT gen_random_uuid(), %s, md5(n::text), md5((n * 7)::text), '', '', '', '', 'email', false, 'en'
            FROM generate_series(1, 6000) n
            """,
            [family.pk],
        )
        cursor.execute("ANALYZE families_guardian")
    rows = best_first(narrowed(Guardian.objects.all(), "oconor", ["search_text"]), "oconor")
    assert "Index Cond: (search_text %> 'oconor'::text)" in rows.explain()
