"""The overview: the most urgent first, in the same few queries however much there is."""

import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from safeguarding import acting
from safeguarding.gathering.lines import Line
from safeguarding.gathering.overview import overview
from safeguarding.models import Action, Concern, ConcernVersion, Referral
from safeguarding.vocabulary import Agency, Kind, Severity, State
from tests.factories import UserFactory
from tests.safeguarding.scenes import raised, triaged
from whippersnappers.accounts.models import User

pytestmark = pytest.mark.django_db
# With who asks, its session, the banners and the audit event.
MOST_QUERIES = 12


def many(number: int) -> None:
    """So many concerns, a third of each waiting for something, made in a few statements."""
    now, reporter = timezone.now(), UserFactory()
    states = [State.SUBMITTED, State.TRIAGED, State.CLOSING]
    concerns = [
        Concern(
            kind=Kind.CHILD,
            source=Concern.Source.STAFF,
            state=states[i % 3],
            severity="" if i % 3 == 0 else Severity.HIGH,
            acknowledged_at=None if i % 3 == 0 else now,
            retention="child",
            reporter=reporter,
            form_key=uuid4(),
            started_at=now,
            submitted_at=now - timedelta(minutes=i),
        )
        for i in range(number)
    ]
    Concern.objects.bulk_create(concerns)
    said = "A long story that somebody wrote. " * 40
    ConcernVersion.objects.bulk_create(
        ConcernVersion(concern=c, number=1, at=now, what_happened=said, seal="") for c in concerns
    )
    facts = {"made_by": reporter, "made_at": now, "how": "phone", "agency": Agency.CHILDREN, "why": "So"}
    Referral.objects.bulk_create(Referral(concern=c, **facts) for c in concerns[1::3])
    due = {"owner": reporter, "due_at": now - timedelta(hours=1), "added_at": now, "what": "Call"}
    Action.objects.bulk_create(Action(concern=c, **due) for c in concerns[1::3])


@pytest.mark.parametrize("number", [10, 5000])
def test_the_overview_asks_the_same_few_queries(client: Client, lead: User, number: int) -> None:
    many(number)
    client.force_login(lead)
    client.get(reverse("safeguarding_home"))
    with CaptureQueriesContext(connection) as asked:
        page = client.get(reverse("safeguarding_home"))
    # The test's own transaction turns the page's into a savepoint.
    queries = [q["sql"] for q in asked if "SAVEPOINT" not in q["sql"]]
    assert page.status_code == 200
    assert len(queries) <= MOST_QUERIES, queries


def test_opening_what_is_sealed_costs_little(client: Client, lead: User, monkeypatch: pytest.MonkeyPatch) -> None:
    many(60)
    client.force_login(lead)

    def seconds() -> float:
        began = time.process_time()
        client.get(reverse("safeguarding_home"))
        return time.process_time() - began

    seconds()
    with_words, without = [], []
    # By turns, so that a busy machine slows down both.
    for _ in range(15):
        with_words.append(seconds())
        with monkeypatch.context() as patched:
            patched.setattr(Line, "summary", "A long story")
            without.append(seconds())
    assert min(with_words) <= 1.5 * min(without)


def test_what_waits_stands_in_the_order_of_urgency(lead: User) -> None:
    now = timezone.now()
    old = raised(now=now - timedelta(minutes=30))
    new = raised(now=now - timedelta(minutes=5))
    danger = raised(now=now, danger_now=Concern.Danger.YES)
    medium, high = triaged(lead, severity=Severity.MEDIUM), triaged(lead, severity=Severity.HIGH)
    small = raised(now=now - timedelta(minutes=50), words={"how_serious": "Small: it should be known. All are safe."})
    seen = overview(lead, now)
    # By danger, then by the clock that runs out first; what the reporter thinks of it is said, and orders nothing.
    assert [line.concern for line in seen.unread] == [danger, small, old, new]
    assert [line.urgency for line in seen.unread] == ["In danger now", "", "", ""]
    assert [line.seems for line in seen.unread] == ["", "Small", "", ""]
    assert [line.concern for line in seen.others] == [high, medium]


@pytest.mark.parametrize(("minutes", "late"), [(59, False), (60, True)])
def test_the_clock_of_what_nobody_acknowledged(lead: User, minutes: int, late: bool) -> None:
    concern = raised(now=timezone.now() - timedelta(minutes=minutes))
    (line,) = overview(lead, concern.submitted_at + timedelta(minutes=minutes)).unread
    assert line.is_late == late


def test_what_is_overdue_and_what_was_not_answered(client: Client, lead: User) -> None:
    concern, now = triaged(lead), timezone.now()
    soon = {"owner": lead, "due_at": now + timedelta(hours=1), "by": lead, "now": now}
    acting.add_action(concern.pk, what="Call the school", **soon)
    client.force_login(lead)
    assert "Call the school" not in client.get(reverse("safeguarding_home")).content.decode()
    Action.objects.update(due_at=now - timedelta(minutes=1))
    page = client.get(reverse("safeguarding_home")).content.decode()
    assert "Call the school" in page
    assert "1 late" in page
    assert "1 action overdue." in page


def test_an_allegation_says_until_when_the_lado_must_know(client: Client, lead: User) -> None:
    concern = raised(kind=Kind.STAFF)
    client.force_login(lead)
    assert "Tell the LADO by" in client.get(reverse("safeguarding_home")).content.decode()
    told: dict[str, Any] = {"agency": Agency.LADO, "how": "phone", "why": "So", "made_at": timezone.now()}
    Referral.objects.create(concern=concern, made_by=lead, **told)
    assert "Tell the LADO by" not in client.get(reverse("safeguarding_home")).content.decode()
