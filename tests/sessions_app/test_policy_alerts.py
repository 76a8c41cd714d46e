"""Policy alerts: raised once a cause, mailed to who must know, seen by who may, settled by somebody else."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from sessions_app.live.alert_kinds import KINDS, AlertKind
from sessions_app.models import PolicyAlert
from sessions_app.policy_alerts import acknowledge, end_alert, raise_alert, settle, tell_again_of_waiting
from tests.factories import StaffAssignmentFactory, StaffProfileFactory, UserFactory
from tests.live_factories import ConfirmedFactory, PolicyAlertFactory
from tests.sessions_app.mail_scenes import NOW, deliver, to, words
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=15)
OUTCOME = PolicyAlert.Outcome.MENDED


@pytest.fixture
def deputy(db):
    return UserFactory(roles=[Role.DEPUTY], name="Dev Rao", email="dev@whippersnappers.org")


@pytest.fixture
def session(db):
    return ConfirmedFactory(starts_at=NOW, title="Drums with Leo")


def raised(session, kind=AlertKind.TOO_FEW_STAFF, cause="since 10:00", **facts):
    return raise_alert(kind, session, cause=cause, facts=facts, began_at=NOW, now=NOW)


def delivers(user, session, **fields):
    return StaffAssignmentFactory(staff=StaffProfileFactory(user=user), session=session, **fields)


def mailed() -> set[tuple[str, str]]:
    return set(OutgoingMail.objects.values_list("kind", "to"))


def events(name: str) -> int:
    return AuditEvent.objects.filter(event=f"policy_alert.{name}").count()


def test_one_cause_is_one_alert_one_event_and_one_mail_to_each(session, coordinator, lead, deputy, trustee):
    first = raised(session, staff_present=["Maya Lind"], since=NOW)
    assert raised(session) == first
    assert (first.clause, first.facts) == ("W5", {"staff_present": ["Maya Lind"], "since": NOW.isoformat()})
    assert events("raised") == 1
    assert mailed() == {("policy_alert", coordinator.email), ("policy_alert_lead", lead.email)}
    assert raised(session, cause="since 10:20") != first
    assert PolicyAlert.objects.count() == 2


def test_a_kind_that_does_not_exist_is_refused(session):
    with pytest.raises(ValueError, match="tea_is_cold"):
        raised(session, kind="tea_is_cold")


def test_what_coordinators_do_not_see_they_are_not_mailed(session, coordinator, lead):
    alert = raised(session, kind=AlertKind.RECORDING_NOT_DELETED)
    assert mailed() == {("policy_alert_lead", lead.email)}
    assert not PolicyAlert.objects.visible_to(coordinator).exists()
    assert PolicyAlert.objects.overseen_by(lead).get() == alert


def test_what_has_reminders_of_its_own_makes_no_mail(session, coordinator, lead):
    raised(session, kind=AlertKind.RECORD_OVERDUE)
    assert mailed() == set()


def test_the_lead_who_delivers_the_session_is_passed_over(session, coordinator, lead, deputy, trustee):
    delivers(lead, session)
    alert = raised(session)
    assert mailed() == {("policy_alert", coordinator.email), ("policy_alert_lead", deputy.email)}
    seen = {user.name for user in (lead, deputy, trustee) if PolicyAlert.objects.overseen_by(user).exists()}
    assert seen == {deputy.name, trustee.name}
    delivers(deputy, session)
    assert PolicyAlert.objects.overseen_by(trustee).get() == alert
    assert not PolicyAlert.objects.overseen_by(deputy).exists()


def test_going_off_the_session_afterwards_does_not_open_the_alert(session, lead):
    place = delivers(lead, session)
    raised(session)
    place.withdrawn_at = NOW + timedelta(minutes=1)
    place.save()
    assert not PolicyAlert.objects.overseen_by(lead).exists()
    place.withdrawn_at = NOW - timedelta(minutes=1)
    place.save()
    assert PolicyAlert.objects.overseen_by(lead).exists()


def test_trustees_see_only_what_is_about_the_lead_or_deputy(session, trustee, practitioner, administrator):
    delivers(practitioner, session)
    raised(session)
    for user in (trustee, practitioner, administrator):
        assert not PolicyAlert.objects.overseen_by(user).exists()
        assert not PolicyAlert.objects.visible_to(user).exists()


def test_who_does_not_safeguard_oversees_nothing(session, lead, coordinator, practitioner, administrator):
    delivers(lead, session)
    raised(session)
    for user in (coordinator, practitioner, administrator):
        assert not PolicyAlert.objects.overseen_by(user).exists()
        assert not PolicyAlert.objects.explained_to(user).exists()


def test_where_nobody_safeguards_the_given_address_is_mailed(session, settings):
    settings.ORGANISATION_SAFEGUARDING_LEAD_EMAIL = "safe@whippersnappers.org"
    raised(session)
    assert mailed() == {("policy_alert_lead", "safe@whippersnappers.org")}


@pytest.mark.parametrize("kind", [kind for kind in AlertKind if KINDS[kind].by_mail])
def test_the_mail_says_what_to_do_and_names_nobody(kind, session, lead, sink):
    raised(session, kind=kind, staff_present=["Maya Lind"])
    deliver(NOW)
    (mail,) = to(sink, lead.email)
    said = words(mail)
    assert mail["Subject"] == "Please look: a policy alert"
    assert KINDS[kind].what_to_do in " ".join(said.split())
    assert "The session: Monday 16 November, 10:00am to 10:45am" in said
    assert "/safeguarding/" in said
    assert not [name for name in ("Leo", "Drums", "Maya") if name in f"{mail['Subject']}{said}"]


def test_the_coordinator_s_mail_leads_to_the_alert(session, coordinator, sink):
    alert = raised(session)
    deliver(NOW)
    (mail,) = to(sink, coordinator.email)
    assert f"/admin/sessions_app/policyalert/{alert.pk}/change/" in words(mail)


def test_no_mail_goes_once_it_is_settled_or_is_not_theirs_any_more(session, coordinator, lead, deputy, sink):
    raised(session)
    delivers(lead, session)
    deliver(NOW)
    assert [mail.recipients for mail in sink.mails] == [[coordinator.email]]
    other = raised(session, cause="again")
    settle(other, outcome=OUTCOME, reason="Tom came back", by=deputy, now=NOW)
    deliver(NOW)
    assert len(sink.mails) == 1


def test_ending_and_acknowledging_happen_once(session, coordinator, lead):
    alert = raised(session)
    for minutes in (1, 2):
        end_alert(alert, now=NOW + timedelta(minutes=minutes))
        acknowledge(alert, by=[coordinator, lead][minutes - 1], now=NOW + timedelta(minutes=minutes))
    alert.refresh_from_db()
    assert alert.ended_at == alert.acknowledged_at == NOW + timedelta(minutes=1)
    assert alert.acknowledged_by == coordinator
    assert (events("ended"), events("acknowledged")) == (1, 1)


def test_settling_acknowledges_and_stays_as_the_first_left_it(session, coordinator, lead):
    alert = raised(session)
    settle(alert, outcome=OUTCOME, reason="  Tom came back  ", by=coordinator, now=LATER)
    settle(alert, outcome="breach", reason="Pressed twice", by=coordinator, now=LATER)
    alert.refresh_from_db()
    assert (alert.outcome, alert.reason, alert.standing) == ("mended", "Tom came back", "Settled")
    assert alert.acknowledged_by == alert.settled_by == coordinator
    assert (events("acknowledged"), events("settled")) == (1, 1)
    with pytest.raises(ValidationError, match="Cora Okafor has settled this"):
        settle(alert, outcome=OUTCOME, reason="Me too", by=lead, now=LATER)


@pytest.mark.parametrize(
    ("given", "field"),
    [({"outcome": "nonsense"}, "outcome"), ({"reason": "  "}, "reason"), ({"reason": "x" * 2001}, "reason")],
)
def test_settling_needs_an_outcome_and_a_reason(given, field, session, coordinator):
    alert = raised(session)
    with pytest.raises(ValidationError) as refused:
        settle(alert, **({"outcome": OUTCOME, "reason": "Tom came back"} | given), by=coordinator, now=LATER)
    assert list(refused.value.message_dict) == [field]
    alert.refresh_from_db()
    assert alert.acknowledged_at is None


def test_nobody_settles_an_alert_of_their_own_session(session, coordinator):
    delivers(coordinator, session)
    alert = raised(session)
    with pytest.raises(ValidationError, match="somebody else"):
        settle(alert, outcome=OUTCOME, reason="It was me", by=coordinator, now=LATER)


def test_what_nobody_acknowledges_reaches_the_deputy_once(session, coordinator, lead, deputy, sink):
    alert = raised(session)
    seen_to = raised(session, cause="seen to")
    acknowledge(seen_to, by=lead, now=NOW)
    raised(session, kind=AlertKind.NO_RECORD)
    assert tell_again_of_waiting(LATER - timedelta(seconds=1)) == 0
    assert tell_again_of_waiting(LATER) == 1
    assert tell_again_of_waiting(LATER) == 0
    (again,) = OutgoingMail.objects.filter(to=deputy.email)
    assert again.context == {"policy_alert": str(alert.pk), "again": True}
    deliver(LATER)
    (mail,) = to(sink, deputy.email)
    assert mail["Subject"] == "Nobody has looked yet: a policy alert"
    assert events("told_again") == 1


def test_the_most_pressing_come_first(session, coordinator):
    settled = PolicyAlertFactory(session=session, cause="1")
    settle(settled, outcome=OUTCOME, reason="Fine", by=coordinator, now=NOW)
    acknowledged = acknowledge(PolicyAlertFactory(session=session, cause="2"), by=coordinator, now=NOW)
    calm = PolicyAlertFactory(session=session, kind=AlertKind.NO_RECORD, began_at=LATER)
    urgent = PolicyAlertFactory(session=session, cause="4")
    assert list(PolicyAlert.objects.most_pressing_first()) == [urgent, calm, acknowledged, settled]
