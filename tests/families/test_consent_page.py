"""Being in a recorded session: who may say yes or no, what holds, and what a guardian learns of others (X1, W8)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from families import consenting
from families.models import Consent, Guardianship
from tests.factories import FamilyFactory, GuardianFactory, GuardianshipFactory, household

pytestmark = pytest.mark.django_db

RECORDED = Consent.Purpose.RECORDED_GROUP


@pytest.fixture
def scene(client):
    (guardian,), (kid,) = household()
    client.force_login(guardian.user)
    return client, guardian, kid


def page_of(kid):
    return reverse("portal_consent", args=[kid.pk])


def press(client, kid, answer):
    return client.post(page_of(kid), {"answer": answer}, follow=True).content.decode()


def test_yes_and_taken_back_at_any_time_with_what_was_said_before(scene):
    client, _guardian, kid = scene
    assert "Nobody has answered yet." in client.get(page_of(kid)).content.decode()
    assert "This holds now: yes." in press(client, kid, "yes")
    assert consenting.has_consent(kid, RECORDED) is True
    page = press(client, kid, "no")
    assert "This holds now: no." in page
    assert consenting.has_consent(kid, RECORDED) is False
    assert page.index("Yes taken back</strong>") < page.index("Yes</strong>")


def test_a_no_from_the_start_is_a_no(scene):
    client, _guardian, kid = scene
    assert "This holds now: no." in press(client, kid, "no")


def test_the_same_press_twice_is_one_answer(scene):
    client, _guardian, kid = scene
    for answer in ("yes", "yes", "no", "no"):
        press(client, kid, answer)
    assert list(kid.consents.order_by("decided_at").values_list("given", flat=True)) == [True, False]


def test_of_two_tabs_the_later_one_holds(scene):
    client, _guardian, kid = scene
    press(client, kid, "no")
    assert "This holds now: yes." in press(client, kid, "yes")
    assert kid.consents.filter(superseded_at=None).get().given is True


@pytest.mark.parametrize("answer", ["", "maybe", "\x00", "y" * 1_000_000])
def test_nonsense_is_said_plainly(scene, answer):
    client, _guardian, kid = scene
    response = client.post(page_of(kid), {"answer": answer})
    assert response.status_code == 422
    assert "Please press “Yes” or “No”." in response.content.decode()
    assert not Consent.objects.exists()


def test_without_parental_responsibility_they_see_who_decides_and_cannot(client):
    (mother,), (kid,) = household(first_name="Mona", last_name="Moss")
    grandma = GuardianFactory(family=mother.family)
    GuardianshipFactory(guardian=grandma, child=kid, parental_responsibility=False)
    client.force_login(grandma.user)
    page = client.get(page_of(kid)).content.decode()
    assert "Please ask Mona Moss." in page
    assert 'name="answer"' not in page
    refused = client.post(page_of(kid), {"answer": "yes"})
    assert refused.status_code == 422
    assert not Consent.objects.exists()


def test_separated_parents_learn_what_holds_but_not_who_said_it(client):
    (mother,), (kid,) = household(first_name="Canarymona", last_name="Moss")
    father = GuardianFactory(family=FamilyFactory(), first_name="Canaryfred")
    GuardianshipFactory(guardian=father, child=kid)
    consenting.answer(kid, RECORDED, given=True, guardian=mother, by=mother.user, now=timezone.now())
    client.force_login(father.user)
    page = client.get(page_of(kid)).content.decode()
    assert "This holds now: yes." in page
    assert "Another parent or carer" in page
    assert "Canarymona" not in page
    client.force_login(mother.user)
    consenting.answer(kid, RECORDED, given=False, guardian=father, by=father.user, now=timezone.now())
    page = client.get(page_of(kid)).content.decode()
    assert "Canaryfred" not in page


def test_what_staff_wrote_down_stays_with_staff(scene, coordinator):
    client, _guardian, kid = scene
    consenting.record_consent(
        kid, RECORDED, given=True, recorded_note="Canarynote, by phone", by=coordinator, now=timezone.now()
    )
    page = client.get(page_of(kid)).content.decode()
    assert "Told to our staff" in page
    assert "Canarynote" not in page


@pytest.mark.parametrize(
    "fields",
    [
        {"restricted": True, "restriction_review_on": "2099-01-01"},
        {"parental_responsibility": False, "may_see_details": False},
    ],
)
def test_the_page_is_not_there_for_who_may_not_know_of_the_child(scene, fields):
    client, guardian, kid = scene
    Guardianship.objects.filter(guardian=guardian).update(**fields)
    assert client.get(page_of(kid)).status_code == 404
    assert client.post(page_of(kid), {"answer": "yes"}).status_code == 404
    assert not Consent.objects.exists()


def test_the_page_is_not_there_for_other_families_nor_for_an_archived_child(scene):
    client, _guardian, kid = scene
    (_, (other,)) = household()
    assert client.get(page_of(other)).status_code == 404
    kid.archived_at = timezone.now()
    kid.save()
    assert client.get(page_of(kid)).status_code == 404
