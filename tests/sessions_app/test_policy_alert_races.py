"""The same breach noticed by two workers at the same moment, and an alert that two people settle."""

import pytest

from sessions_app.live.alert_kinds import AlertKind
from sessions_app.models import PolicyAlert
from sessions_app.policy_alerts import raise_alert, settle, tell_again_of_waiting
from tests.factories import UserFactory
from tests.families.test_races import both
from tests.live_factories import ConfirmedFactory, PolicyAlertFactory
from tests.sessions_app.mail_scenes import NOW
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.models import AuditEvent
from whippersnappers.audit.trail import verify
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db(transaction=True)


def test_noticed_by_eight_at_once_it_is_one_alert_one_event_and_one_mail(coordinator):
    session = ConfirmedFactory(starts_at=NOW)
    UserFactory(roles=[Role.LEAD])

    def notice(_):
        return raise_alert(
            AlertKind.TOO_FEW_STAFF, session, cause="since 10:00", facts={"seconds": 31}, began_at=NOW, now=NOW
        ).pk

    (alert,) = set(both(notice, 8))
    assert PolicyAlert.objects.get().pk == alert
    assert AuditEvent.objects.filter(event="policy_alert.raised").count() == 1
    assert OutgoingMail.objects.count() == 2
    verify()


def test_two_who_settle_at_once_one_of_them_is_told(coordinator, lead):
    alert = PolicyAlertFactory()
    people = [coordinator, lead]

    def give(number):
        return settle(alert, outcome="mended", reason=f"{number}", by=people[number], now=NOW).reason

    said = both(give)
    assert sorted(answer == "ValidationError" for answer in said) == [False, True]
    alert.refresh_from_db()
    assert alert.reason in said
    assert AuditEvent.objects.filter(event="policy_alert.settled").count() == 1


def test_two_clocks_tell_the_deputy_once():
    UserFactory(roles=[Role.DEPUTY])
    PolicyAlertFactory(raised_at=NOW, session__starts_at=NOW)
    assert sorted(both(lambda _: tell_again_of_waiting(NOW.replace(hour=11)))) == [0, 1]
    assert OutgoingMail.objects.count() == 1
