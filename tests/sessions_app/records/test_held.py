"""A family asks what we hold: the complete records of its children are in it, as far as the guardianship allows."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from families.models import Guardian, Guardianship
from sessions_app.my_data import records as held
from sessions_app.records import signing
from tests.factories import GuardianFactory, GuardianshipFactory
from tests.sessions_app.records.scenes import Scene, scene

pytestmark = pytest.mark.django_db
PAGES = ["portal_my_data_all", "portal_my_data_page", "portal_my_data_file"]


@pytest.fixture
def here(db) -> Scene:
    """Complete and added to, beside a draft of the same child."""
    now = timezone.now()
    kept = scene(now - timedelta(days=2))
    kept.complete(now)
    signing.amend(kept.record.pk, "canary-added", "canary-why", by=kept.lead.user, now=now)
    scene(now - timedelta(days=1), child=kept.child).written(response="canary-draft")
    return kept


def guardian_of(here: Scene) -> Guardian:
    return here.child.guardianships.order_by("pk").get(guardian__family=here.child.family).guardian


def texts(client, guardian: Guardian) -> list[str]:
    client.force_login(guardian.user)
    return [client.get(reverse(page)).content.decode() for page in PAGES]


def test_complete_records_are_in_it_with_what_was_added(client, here):
    for text in texts(client, guardian_of(here)):
        assert "Laughed at every echo." in text
        assert "canary-added" in text
        assert "Nothing was heard" in text
        assert [word for word in ("canary-draft", "canary-why", held.READ_FIRST) if word in text] == []


def test_words_that_may_name_another_parent_are_read_by_a_person_first(client, here):
    other = GuardianFactory()
    GuardianshipFactory(guardian=other, child=here.child, relationship=Guardianship.Relationship.FATHER)
    for guardian in (guardian_of(here), other):
        for text in texts(client, guardian):
            assert held.READ_FIRST in text
            assert [word for word in ("Laughed at every echo.", "canary-added") if word in text] == []


@pytest.mark.parametrize(
    "standing", [{"may_see_details": False}, {"restricted": True, "restriction_review_on": "2027-01-01"}]
)
def test_whoever_may_not_see_the_childs_details_gets_none(client, here, standing):
    guardian = guardian_of(here)
    Guardianship.objects.filter(guardian=guardian).update(**standing)
    for text in texts(client, guardian):
        assert [word for word in ("Laughed", "Drums and songs", "canary-added") if word in text] == []


def test_a_strangers_data_hold_nothing_of_it(client, here):
    for text in texts(client, GuardianFactory()):
        assert "Laughed" not in text


def test_many_records_cost_no_more_queries_than_one(client, here):
    client.force_login(guardian_of(here).user)
    counted = []
    for more in (0, 5):
        for number in range(more):
            scene(timezone.now() - timedelta(days=3 + number), child=here.child).complete(timezone.now())
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("portal_my_data_all"))
        counted.append(len(captured))
    assert counted[0] == counted[1]
