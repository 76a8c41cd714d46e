"""From one term into the next."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from families.models import Child
from sessions_app.models import Holiday, Series, Session, Skill, Term
from sessions_app.series.carrying import carry_over
from tests.factories import UserFactory
from tests.sessions_app.series.scenes import NOW, days_of, started
from whippersnappers.accounts.models import User
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator():
    return UserFactory(roles=["coordinator"])


@pytest.fixture
def summer():
    Holiday.objects.create(name="Half term", first_day=date(2027, 5, 31), last_day=date(2027, 6, 4))
    return Term.objects.create(name="Summer 2027", first_day=date(2027, 4, 19), last_day=date(2027, 7, 16))


def test_a_series_comes_along_with_staff_and_children_as_drafts_without_days_off(coordinator, summer):
    series = started(coordinator).series
    series.wanted_skills.add(Skill.objects.create(name="Makaton"))
    (outcome,) = carry_over([series], summer, by=coordinator, now=NOW)
    assert outcome.series.follows == series
    assert days_of(outcome.series)[0] == "2027-04-20"
    assert "2027-06-01" not in days_of(outcome.series)
    assert len(days_of(outcome.series)) == 12
    for session in outcome.series.sessions.all():
        assert session.state == Session.State.DRAFT
        assert session.bookings.count() == session.assignments.count() == 2
        assert [skill.name for skill in session.wanted_skills.all()] == ["Makaton"]
    assert not OutgoingMail.objects.exists()


def test_doing_it_twice_carries_over_once(coordinator, summer):
    series = started(coordinator).series
    carry_over([series], summer, by=coordinator, now=NOW)
    assert carry_over([series], summer, by=coordinator, now=NOW) == []
    assert Series.objects.count() == 2


def test_who_has_left_does_not_come_along(coordinator, summer):
    series = started(coordinator).series
    gone = series.children.first().child
    Child.objects.filter(pk=gone.pk).update(archived_at=NOW)
    User.objects.filter(pk=series.staff.first().staff.user_id).update(is_active=False)
    (outcome,) = carry_over([series], summer, by=coordinator, now=NOW)
    assert outcome.series.staff.count() == outcome.series.children.count() == 1


def test_one_that_cannot_come_keeps_all_back_and_is_named(coordinator, summer):
    series = started(coordinator).series
    late = started(
        coordinator,
        title="Once a year",
        rule="FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=12",
        last_day=date(2027, 1, 12),
        staff={},
    ).series
    with pytest.raises(ValidationError) as refused:
        carry_over([series, late], summer, by=coordinator, now=NOW)
    assert "Once a year" in refused.value.messages[0]
    assert Series.objects.count() == 2
