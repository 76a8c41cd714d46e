"""Policy alerts on the pages of those who safeguard, and the concern that is made of one."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from families.models import Child
from safeguarding.from_alerts import alert_behind, concern_made, make_concern
from safeguarding.models import Concern, ConcernFromAlert
from safeguarding.vocabulary import Kind
from sessions_app.live.alert_kinds import AlertKind
from sessions_app.models import PolicyAlert
from sessions_app.policy_alerts import acknowledge, settle
from tests.factories import BookingFactory, StaffAssignmentFactory, StaffProfileFactory, UserFactory, london
from tests.live_factories import (
    ConfirmedFactory,
    MeetingRunFactory,
    PolicyAlertFactory,
    PresenceFactory,
    RecordingRunFactory,
)
from tests.safeguarding.scenes import deputy_named
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db

START = london("2026-11-24 16:00")
LIST = reverse("safeguarding_policy_alerts")
HOME = reverse("safeguarding_home")


@pytest.fixture
def alert(db):
    session = ConfirmedFactory(title="Drums and songs", starts_at=START)
    StaffAssignmentFactory(session=session, staff__user__name="Maya Lind")
    BookingFactory(session=session, child__known_as="Pip", child__last_name="Green")
    facts = {"staff_present": ["Maya Lind"], "families_count": 1}
    began = START + timedelta(minutes=4, seconds=31)
    return PolicyAlertFactory(session=session, facts=facts, began_at=began, ended_at=began + timedelta(seconds=95))


@pytest.fixture
def deputy(db):
    return deputy_named()


def delivers(user, alert) -> None:
    StaffAssignmentFactory(session=alert.session, staff=StaffProfileFactory(user=user))


def page(name: str, alert: PolicyAlert) -> str:
    return reverse(f"safeguarding_{name}", args=[alert.pk])


def shown(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


# --- Making it a concern


def test_a_concern_is_made_with_what_the_portal_knows(alert, lead, deputy):
    session = alert.session
    run = MeetingRunFactory(session=session, started_at=START, ended_at=START + timedelta(minutes=45))
    RecordingRunFactory(run=run, started_at=START, stopped_at=START + timedelta(minutes=1))
    facts = {"session": session, "meeting_uuid": run.meeting_uuid, "where": "meeting"}
    staff = session.assignments.get().staff
    PresenceFactory(**facts, staff=staff, known_by="sign_in", since=START, until=START + timedelta(minutes=45))
    for since, until in ((0, 10), (12, 30)):
        stay = {"since": START + timedelta(minutes=since), "until": START + timedelta(minutes=until)}
        PresenceFactory(**facts, name="Pip’s tablet", staff=None, known_by="", **stay)
    concern = make_concern(alert.pk, by=lead, now=timezone.now())
    (words,) = concern.versions.all()
    assert (concern.kind, concern.source, concern.reporter) == (Kind.ORGANISATION, Concern.Source.ALERT, lead)
    assert words.when_and_where == "Drums and songs, Tuesday 24 November, 4:00pm to 4:45pm, by Zoom"
    assert words.who_was_there == "Maya Lind (supports)"
    for line in (
        "The portal raised this itself. A family was in the session with fewer than two members of staff.",
        "What we promise (W5): At least two members of staff at every live session.",
        "Began: Tuesday 24 November, 4:04:31pm",
        "How long: 1 minute 35 seconds",
        "Staff who were there: Maya Lind",
    ):
        assert line in words.what_happened.splitlines()
    for line in (
        "Children with a place: Pip.",
        "The meeting: Tuesday 24 November, 4:00:00pm to Tuesday 24 November, 4:45:00pm.",
        "Recording on: Tuesday 24 November, 4:00:00pm to Tuesday 24 November, 4:01:00pm.",
        "Maya Lind (staff): Tuesday 24 November, 4:00:00pm to Tuesday 24 November, 4:45:00pm.",
        "Dropped out: Shown by Zoom as “Pip’s tablet”, Tuesday 24 November, 4:10:00pm, "
        "back Tuesday 24 November, 4:12:00pm.",
        "Dropped out: Shown by Zoom as “Pip’s tablet”, Tuesday 24 November, 4:30:00pm, not back.",
    ):
        assert line in words.around_session.splitlines()
    alert.refresh_from_db()
    assert alert.acknowledged_by == lead
    assert alert_behind(concern, lead) == alert


def test_however_often_it_is_pressed_it_is_one_concern(alert, lead, deputy):
    now = timezone.now()
    first = make_concern(alert.pk, by=lead, now=now)
    assert make_concern(alert.pk, by=lead, now=now) == first
    assert make_concern(alert.pk, by=deputy, now=now) == first
    assert Concern.objects.count() == ConcernFromAlert.objects.count() == 1
    assert AuditEvent.objects.filter(event="concern.from_alert").count() == 1


def test_where_the_lead_delivers_it_is_about_the_lead_and_goes_to_the_trustees(alert, lead, deputy, trustee):
    delivers(lead, alert)
    with pytest.raises(PolicyAlert.DoesNotExist):
        make_concern(alert.pk, by=lead, now=timezone.now())
    concern = make_concern(alert.pk, by=deputy, now=timezone.now())
    assert make_concern(alert.pk, by=deputy, now=timezone.now()) == concern
    assert concern.kind == Kind.LEAD
    assert [mail.to for mail in OutgoingMail.objects.filter(kind="concern_raised")] == [trustee.email]
    knows = [user for user in (lead, deputy, trustee) if Concern.objects.visible_to(user).filter(pk=concern.pk)]
    assert knows == [trustee]
    assert concern_made(alert, trustee) == concern
    assert concern_made(alert, deputy) is None
    # Were it judged to be about something else, it still would not exist for whom it is about.
    Concern.objects.update(kind=Kind.STAFF)
    assert not Concern.objects.visible_to(lead).exists()
    assert Concern.objects.visible_to(deputy).exists()


# --- The pages


def test_the_lead_goes_from_the_overview_to_the_concern_in_three_presses(client, alert, lead):
    client.force_login(lead)
    assert page("policy_alert", alert) in shown(client, HOME)
    said = shown(client, page("policy_alert", alert))
    assert "Make it a concern" in said
    answer = client.post(page("alert_concern", alert))
    concern = Concern.objects.get()
    assert answer.url == reverse("safeguarding_concern", args=[concern.pk])
    assert f"policy alert: {alert}" in shown(client, answer.url)
    assert f"Open the concern {concern.reference}" in shown(client, page("policy_alert", alert))


def test_seeing_to_it_and_settling_it(client, alert, lead):
    client.force_login(lead)
    client.post(page("alert_seen", alert))
    assert "Lena Frost sees to it" in shown(client, page("policy_alert", alert))
    refused = client.post(page("policy_alert", alert), {"outcome": "mended", "reason": ""})
    assert "Say in a sentence or two what happened" in refused.content.decode()
    client.post(page("policy_alert", alert), {"outcome": "breach", "reason": "Tom’s train was late"})
    assert "Tom’s train was late" in shown(client, page("policy_alert", alert))
    assert page("policy_alert", alert) not in shown(client, HOME)


def test_whoever_comes_second_reads_what_the_first_said(client, alert, lead, coordinator):
    client.force_login(lead)
    settle(alert, outcome="mended", reason="Tom came back", by=coordinator, now=timezone.now())
    refused = client.post(page("policy_alert", alert), {"outcome": "breach", "reason": "Mine"}).content.decode()
    assert "Cora Okafor has settled this already." in refused
    assert "Tom came back" in refused


def test_a_lead_who_delivers_the_session_finds_no_trace(client, alert, lead):
    client.force_login(lead)
    other = PolicyAlertFactory(kind=AlertKind.NO_RECORD)
    delivers(lead, alert)
    pages = [HOME, LIST, f"{LIST}?standing=all", reverse("safeguarding_search")]
    with_it = [client.get(address).content for address in pages]
    for name in ("policy_alert", "alert_seen", "alert_concern"):
        assert client.post(page(name, alert)).status_code == 404
    assert client.get(page("policy_alert", alert)).status_code == 404
    assert page("policy_alert", other).encode() in with_it[0]
    assert not [html for html in with_it if str(alert.pk).encode() in html]
    alert.session.assignments.all().delete()
    assert page("policy_alert", alert).encode() in client.get(HOME).content


def test_pages_are_the_same_with_and_without_a_concern_that_one_may_not_know_of(client, alert, lead, deputy, trustee):
    delivers(lead, alert)
    acknowledge(alert, by=deputy, now=timezone.now())
    client.force_login(deputy)
    address = page("policy_alert", alert)
    with time_machine.travel(timezone.now(), tick=False):
        before = plain(client.get(address).content.decode())
        make_concern(alert.pk, by=trustee, now=timezone.now())
        assert plain(client.get(address).content.decode()) == before
    client.force_login(trustee)
    assert "Open the concern" in client.get(address).content.decode()


def plain(html: str) -> str:
    """Without what is drawn anew each time."""
    return "".join(line for line in html.splitlines(keepends=True) if "csrfmiddlewaretoken" not in line)


def test_the_list_can_be_narrowed(client, lead, coordinator):
    client.force_login(lead)
    drums = PolicyAlertFactory(session__title="Drums", began_at=START)
    late = PolicyAlertFactory(kind=AlertKind.RECORDING_NOT_DELETED, session__title="Boats", began_at=START)
    over = PolicyAlertFactory(session__title="Over", began_at=START + timedelta(days=1))
    settle(over, outcome="mistaken", reason="It was not so", by=coordinator, now=timezone.now())

    def found(**query):
        return {alert.pk for alert in client.get(LIST, query).context["page"]}

    assert found() == found(standing="open") == {drums.pk, late.pk}
    assert found(standing="settled") == {over.pk}
    assert found(standing="all") == {drums.pk, late.pk, over.pk}
    assert found(kind="recording_not_deleted") == found(clause="N3") == found(words="boat") == {late.pk}
    assert found(standing="all", since="2026-11-25") == {over.pk}
    assert found(standing="all", until="2026-11-24") == {drums.pk, late.pk}
    assert found(standing="all", until="nonsense") == {drums.pk, late.pk}


def test_every_reading_is_in_the_trail_without_a_word(client, alert, lead):
    client.force_login(lead)
    client.get(LIST, {"words": "Pip"})
    client.get(page("policy_alert", alert))
    read = AuditEvent.objects.filter(event__startswith="policy_alert.", event__endswith="read").order_by("sequence")
    assert [(event.event, event.target_id, event.detail) for event in read] == [
        ("policy_alert.list_read", "", {"shown": 0, "page": 1, "narrowed": True}),
        ("policy_alert.read", str(alert.pk), {}),
    ]


def test_the_overview_and_the_list_ask_the_same_few_queries_with_sixty_alerts(client, lead):
    client.force_login(lead)

    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        return len([q for q in asked if "SAVEPOINT" not in q["sql"]])

    def raised(number: int) -> None:
        for _ in range(number):
            acknowledge(PolicyAlertFactory(), by=UserFactory(), now=timezone.now())

    raised(1)
    queries(HOME)
    with_one = queries(HOME), queries(LIST)
    raised(59)
    assert (queries(HOME), queries(LIST)) == with_one
    assert with_one[0] <= 12
    assert with_one[1] <= 10


def test_coordinators_see_nothing_of_what_was_made_of_it(client, alert, lead, coordinator):
    concern = make_concern(alert.pk, by=lead, now=timezone.now())
    client.force_login(coordinator)
    for address in (
        reverse("admin:sessions_app_policyalert_change", args=[alert.pk]),
        reverse("admin:sessions_app_policyalert_changelist"),
        reverse("admin:outbox_outgoingmail_changelist"),
    ):
        html = client.get(address).content.decode()
        assert concern.reference not in html
        assert str(concern.pk) not in html
    assert Child.objects.get().known_as == "Pip"
