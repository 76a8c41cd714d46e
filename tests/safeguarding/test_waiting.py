"""What is counted on every page is all that somebody has to act on, and what the overview lists."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from safeguarding import acting, alerting, closing, handling, referring, waiting
from safeguarding.gathering.overview import overview
from safeguarding.models import Action, ConcernPerson, LegalHold, Recusal, Referral, RetentionReview
from safeguarding.standing import standing
from safeguarding.vocabulary import Agency, Kind, PersonRole, RetentionClass
from tests.factories import ChildFactory
from tests.live_factories import PolicyAlertFactory
from tests.safeguarding.scenes import REASON, deputy_named, raised, triaged
from whippersnappers.accounts.models import User
from whippersnappers.dates import LONDON

pytestmark = pytest.mark.django_db
# A Wednesday.
NOW = datetime(2026, 11, 25, 10, tzinfo=LONDON)
NOTHING = {
    "overdue": 0,
    "lado": 0,
    "decisions": 0,
    "to_judge": 0,
    "to_agree": 0,
    "reviews": 0,
    "alerts": 0,
    "policy_alerts": 0,
}


def numbers(user: User, now: datetime = NOW) -> dict[str, int]:
    return {name: number for name, number in standing(user, now).numbers.items() if number}


def proposed(by: User) -> Any:
    concern = triaged(by)
    facts = {"reason": REASON, "parent_told": "Yes", "retention": RetentionClass.CHILD}
    return closing.propose(concern.pk, **facts, by=by, now=timezone.now())


def everything(lead: User, deputy: User) -> list[Any]:
    """One of each thing that waits for the Lead."""
    child = ChildFactory()
    late = triaged(lead, now=NOW - timedelta(days=2))
    soon = {"due_at": timezone.now() + timedelta(days=1), "by": lead, "now": timezone.now()}
    acting.add_action(late.pk, what="Call", owner=lead, **soon)
    Action.objects.update(due_at=NOW - timedelta(minutes=1))
    told = Referral(agency=Agency.CHILDREN, how="phone", why="So", made_at=NOW - timedelta(days=1))
    referring.refer(late.pk, told, by=lead, now=NOW)
    about_staff = triaged(lead, kind=Kind.STAFF, now=NOW - timedelta(days=1))
    judged = raised(children=[child])
    handling.acknowledge(judged.pk, by=lead, now=NOW)
    alerting.write_alert(
        judged.pk, child=child, words="Two of you", for_deliverers=True, named=[], last_day=NOW.date() + timedelta(1),
        by=lead, now=NOW,
    )  # fmt: skip
    kept = triaged(lead)
    RetentionReview.objects.create(concern=kept, due_on=NOW.date(), opened_at=NOW)
    return [raised(), late, about_staff, judged, proposed(deputy), kept]


def test_all_that_waits_is_counted_and_listed(client: Client, lead: User) -> None:
    everything(lead, deputy_named())
    alert = PolicyAlertFactory()
    stands, seen = standing(lead, NOW), overview(lead, NOW)
    assert stands.unread == len(seen.unread) == 1
    assert numbers(lead) == dict.fromkeys(NOTHING, 1)
    assert (stands.late, stands.to_see_to) == (3, 5)
    assert stands.late_in_words.startswith("1 action overdue, 1 allegation of which the LADO was not told in time, ")
    listed = (seen.overdue, [w for w in seen.referrals if w.is_late], seen.to_judge, seen.second_person)
    assert [len(rows) for rows in (*listed, seen.reviews, seen.alerts)] == [1] * 6
    assert seen.policy_alerts == [alert]
    assert [line.lado_is_late for line in seen.lines].count(True) == 1
    client.force_login(lead)
    page = client.get(reverse("safeguarding_search")).content.decode()
    for mark in ("1 not acknowledged", "3 late", "5 to see to"):
        assert mark in page


@pytest.mark.parametrize("keep_away", ["subject", "recused"])
def test_for_whom_it_does_not_exist_nothing_is_counted(lead: User, keep_away: str) -> None:
    for concern in everything(lead, deputy_named()):
        if keep_away == "subject":
            ConcernPerson.objects.create(concern=concern, user=lead, role=PersonRole.SUBJECT)
        else:
            Recusal.objects.create(concern=concern, user=lead, at=NOW)
    stands = standing(lead, NOW)
    assert (stands.unread, stands.numbers, overview(lead, NOW).shown) == (0, NOTHING, 0)


def test_what_waits_for_somebody_else_is_not_counted(lead: User) -> None:
    deputy, concern = deputy_named(), proposed(lead)
    assert (numbers(lead), numbers(deputy)) == ({}, {"to_agree": 1})
    review = {"concern": concern, "due_on": NOW.date(), "opened_at": NOW}
    RetentionReview.objects.create(**review, proposed_by=lead, proposed_at=NOW)
    assert (numbers(lead), numbers(deputy)) == ({}, {"to_agree": 1, "reviews": 1})
    LegalHold.objects.create(concern=concern, reason=REASON, set_by=deputy, set_at=NOW)
    assert numbers(deputy) == {"to_agree": 1}


@pytest.mark.parametrize(("before", "counted"), [(timedelta(days=1), 1), (timedelta(hours=23, minutes=59), 0)])
def test_a_working_day_is_late_to_the_minute(lead: User, before: timedelta, counted: int) -> None:
    concern = triaged(lead, kind=Kind.STAFF, now=NOW - before)
    assert waiting.lado_late(lead, NOW).count() == counted
    told = Referral(agency=Agency.CHILDREN, how="phone", why="So", made_at=NOW - before)
    referring.refer(concern.pk, told, by=lead, now=NOW)
    assert waiting.decisions_late(lead, NOW).count() == counted
    Referral.objects.update(agency=Agency.LADO)
    assert (waiting.lado_late(lead, NOW).count(), waiting.decisions_late(lead, NOW).count()) == (0, 0)
