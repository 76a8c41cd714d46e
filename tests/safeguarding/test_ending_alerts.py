"""How alerts to staff end: somebody is reminded, can let them stand for a reason, and closing withdraws them."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from safeguarding import alerting, closing, handling
from safeguarding.gathering.overview import overview
from safeguarding.models import ChronologyEntry, Concern, Recusal, StaffAlert
from safeguarding.vocabulary import RetentionClass, State
from tests.factories import ChildFactory
from tests.safeguarding.scenes import REASON, deputy_named, triaged
from tests.safeguarding.test_alerting import WORDS, alert, sees
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def deputy() -> User:
    return deputy_named()


@pytest.fixture
def closing_of(lead: User, practitioner: User) -> Concern:
    """A concern with an alert for the practitioner, proposed for closing by the Lead."""
    concern = triaged(lead, children=[ChildFactory(known_as="Pip")])
    alert(concern, lead, named=[practitioner])
    said = {"reason": REASON, "parent_told": "Yes", "retention": RetentionClass.CHILD}
    return closing.propose(concern.pk, **said, by=lead, now=timezone.now())


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def at(concern: Concern, name: str = "agree") -> str:
    return reverse("safeguarding_step", args=[concern.pk, name])


def entries(concern: Concern) -> list[str]:
    return [entry.words for entry in concern.chronology.filter(kind=ChronologyEntry.Kind.ALERT)][1:]


def test_closing_withdraws_them(closing_of: Concern, deputy: User, practitioner: User) -> None:
    assert sees(practitioner)
    page = browser(deputy).get(at(closing_of)).content.decode()
    assert "What becomes of its alerts to staff?" in page
    browser(deputy).post(at(closing_of), {"reason": REASON, "alerts": "withdraw"})
    assert Concern.objects.get().state == State.CLOSED
    assert not sees(practitioner)
    assert StaffAlert.objects.get().withdrawn_by == deputy
    assert entries(closing_of) == [f"Withdrawn: {WORDS}"]


def test_they_stand_only_for_a_reason_and_can_be_withdrawn_later(
    closing_of: Concern, deputy: User, practitioner: User
) -> None:
    client = browser(deputy)
    page = client.post(at(closing_of), {"reason": REASON, "alerts": "keep"}).content.decode()
    assert "Say why staff must still see them." in page
    assert Concern.objects.get().state == State.CLOSING
    client.post(at(closing_of), {"reason": REASON, "alerts": "keep", "keep_alerts": "He still comes by"})
    assert Concern.objects.get().state == State.CLOSED
    assert sees(practitioner)
    (said,) = entries(closing_of)
    assert "although the concern is over: He still comes by" in said
    assert AuditEvent.objects.filter(event="concern.alert_kept").count() == 1
    client.post(reverse("safeguarding_alert_withdraw", args=[closing_of.pk, StaffAlert.objects.get().pk]))
    assert not sees(practitioner)


def test_without_alerts_nothing_is_asked_about_them(lead: User, deputy: User) -> None:
    concern = triaged(lead)
    said = {"reason": REASON, "parent_told": "Yes", "retention": RetentionClass.CHILD}
    closing.propose(concern.pk, **said, by=lead, now=timezone.now())
    client = browser(deputy)
    assert "alerts to staff" not in client.get(at(concern)).content.decode()
    client.post(at(concern), {"reason": REASON})
    assert Concern.objects.get().state == State.CLOSED


def test_entered_in_error_withdraws_them(lead: User, practitioner: User) -> None:
    concern = triaged(lead, children=[ChildFactory()])
    alert(concern, lead, named=[practitioner])
    assert "withdraws its alerts" in browser(lead).get(at(concern, "move")).content.decode()
    handling.move(concern.pk, State.OPEN, reason="", by=lead, now=timezone.now())
    assert sees(practitioner)
    handling.move(concern.pk, State.ERROR, reason=REASON, by=lead, now=timezone.now())
    assert not sees(practitioner)


def test_three_days_before_the_end_somebody_is_reminded_and_can_let_it_stand(
    closing_of: Concern, lead: User, deputy: User
) -> None:
    now = timezone.now()
    Recusal.objects.create(concern=closing_of, user=lead, at=now)
    shown = StaffAlert.objects.get()
    early, late = shown.ends_at - timedelta(days=3, minutes=1), shown.ends_at - timedelta(days=3)
    assert [len(overview(deputy, moment).alerts) for moment in (early, late, shown.ends_at)] == [0, 1, 0]
    assert overview(lead, late).alerts == []
    assert (overview(deputy, late).alerts[0].day, overview(deputy, late).alerts[0].child) == (
        shown.last_day,
        str(shown.child),
    )
    client, longer = browser(deputy), reverse("safeguarding_alert_longer", args=[closing_of.pk, shown.pk])
    assert WORDS in client.get(longer).content.decode()
    said = {"last_day": f"{shown.last_day:%Y-%m-%d}", "reason": "He still comes by"}
    assert "Choose a later day than its last one." in client.post(longer, said).content.decode()
    day = shown.last_day + timedelta(days=20)
    page = client.post(longer, said | {"last_day": f"{day:%Y-%m-%d}"}, follow=True).content.decode()
    assert "He still comes by" in page
    shown.refresh_from_db()
    assert (shown.last_day, overview(deputy, late).alerts) == (day, [])
    assert AuditEvent.objects.filter(event="concern.alert_longer", actor=f"user:{deputy.pk}").count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"), [({"reason": " "}, "reason"), ({"days": 93}, "last_day"), ({"days": -1}, "last_day")]
)
def test_longer_needs_a_reason_and_a_day_to_come(
    closing_of: Concern, deputy: User, wrong: dict[str, Any], field: str
) -> None:
    shown = StaffAlert.objects.get()
    facts = {"reason": REASON, "days": 30} | wrong
    day = timezone.localdate() + timedelta(days=facts.pop("days"))
    with pytest.raises(ValidationError) as refused:
        alerting.show_longer(closing_of.pk, shown.pk, last_day=day, **facts, by=deputy, now=timezone.now())
    assert list(refused.value.message_dict) == [field]
    assert StaffAlert.objects.get().ends_at == shown.ends_at


def test_what_staff_see_no_more_does_not_come_back(closing_of: Concern, deputy: User, lead: User) -> None:
    shown, now = StaffAlert.objects.get(), timezone.now()
    day = timezone.localdate() + timedelta(days=30)
    Recusal.objects.create(concern=closing_of, user=lead, at=now)
    with pytest.raises(Concern.DoesNotExist):
        alerting.show_longer(closing_of.pk, shown.pk, last_day=day, reason=REASON, by=lead, now=now)
    alerting.withdraw_alert(closing_of.pk, shown.pk, by=deputy, now=now)
    with pytest.raises(StaffAlert.DoesNotExist):
        alerting.show_longer(closing_of.pk, shown.pk, last_day=day, reason=REASON, by=deputy, now=now)
    assert browser(deputy).get(reverse("safeguarding_alert_longer", args=[closing_of.pk, shown.pk])).status_code == 404
