"""The coordinators' pages of policy alerts: the list, one alert, its two steps, and the ways to it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from sessions_app.admin.home import SHOWN
from sessions_app.admin.home_rows import waiting_at_home
from sessions_app.live.alert_kinds import AlertKind
from sessions_app.policy_alerts import acknowledge, raise_alert, settle
from tests.factories import StaffAssignmentFactory, StaffProfileFactory, UserFactory, london
from tests.live_factories import ConfirmedFactory, PolicyAlertFactory
from tests.sessions_app.staff_forms import text_of
from whippersnappers.accounts.roles import Role

pytestmark = pytest.mark.django_db

LIST = reverse("admin:sessions_app_policyalert_changelist")
BEGAN = london("2026-11-24 16:04").replace(second=31)


def page_of(alert) -> str:
    return reverse("admin:sessions_app_policyalert_change", args=[alert.pk])


@pytest.fixture
def alert(db):
    session = ConfirmedFactory(title="Drums and songs", starts_at=london("2026-11-24 16:00"))
    StaffAssignmentFactory(session=session, staff__user__name="Maya Lind")
    facts = {"staff_present": ["Maya Lind"], "families_count": 1, "since": BEGAN.isoformat()}
    return PolicyAlertFactory(session=session, facts=facts, began_at=BEGAN, ended_at=BEGAN + timedelta(seconds=95))


@pytest.fixture
def client(client, coordinator):
    client.force_login(coordinator)
    return client


def found(client, **query) -> list[str]:
    return [alert.cause for alert in client.get(LIST, query).context["cl"].result_list]


def test_the_list_shows_what_is_to_see_to_and_can_be_filtered(client, coordinator):
    now = timezone.now()
    day = london("2026-11-24 16:00")
    one = PolicyAlertFactory(cause="open", session__title="Xylophone", began_at=day)
    seen = PolicyAlertFactory(cause="seen", kind=AlertKind.NO_RECORD, began_at=day + timedelta(days=1))
    over = PolicyAlertFactory(cause="over")
    PolicyAlertFactory(cause="not theirs", kind=AlertKind.RECORDING_NOT_DELETED)
    acknowledge(seen, by=coordinator, now=now)
    settle(over, outcome="mistaken", reason="It was not", by=coordinator, now=now)
    assert found(client) == ["open", "seen"]
    assert found(client, state="open") == ["open"]
    assert found(client, state="acknowledged") == ["seen"]
    assert found(client, state="settled") == ["over"]
    assert found(client, state="all") == ["open", "seen", "over"]
    assert found(client, kind__exact=one.kind) == ["open"]
    assert found(client, clause__exact="W6") == ["seen"]
    assert found(client, began_at_from="2026-11-25") == ["seen"]
    assert found(client, began_at_from="2026-11-24", began_at_to="2026-11-24") == ["open"]
    assert found(client, q="xylophone") == ["open"]


def test_an_alert_says_what_is_known_in_plain_words(client, alert):
    said = " ".join(strip_tags(client.get(page_of(alert)).content.decode().replace("<", " <")).split())
    for words in (
        "A family was in the session with fewer than two members of staff.",
        "Drums and songs",
        "Began Tuesday 24 November, 4:04:31pm",
        "How long 1 minute 35 seconds",
        "Staff who were there Maya Lind",
        "How many families were there 1",
        "Ring the staff now.",
    ):
        assert words in said


def test_seeing_to_it_and_settling_it_are_two_presses(client, alert, coordinator):
    for _ in range(2):
        assert client.post(page_of(alert), {"step": "acknowledge"}).status_code == 302
    said = text_of(client.get(page_of(alert)))
    assert "Cora Okafor sees to it, since today" in said
    assert "I see to it" not in said
    answer = {"step": "settle", "outcome": "mended", "reason": "Tom came back after a minute"}
    assert client.post(page_of(alert), answer).url == LIST
    said = text_of(client.get(page_of(alert)))
    assert "It happened, and was mended at once" in said
    assert "Tom came back after a minute" in said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"outcome": "", "reason": "Tom came back"}, "Choose what came of it."),
        ({"outcome": "mended", "reason": " "}, "Say in a sentence or two what happened"),
        ({"outcome": "mended", "reason": "x" * 2001}, "Please keep it under 2,000 letters"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(client, alert, given, said):
    page = client.post(page_of(alert), {"step": "settle", **given})
    assert said in text_of(page)
    assert page.context["form"]["reason"].value() == given["reason"]
    alert.refresh_from_db()
    assert alert.settled_at is None


def test_whoever_comes_second_reads_what_the_first_said(client, alert, lead):
    settle(alert, outcome="breach", reason="It was too long", by=lead, now=timezone.now())
    page = client.post(page_of(alert), {"step": "settle", "outcome": "mended", "reason": "Mine"})
    assert "Lena Frost has settled this already." in text_of(page)
    assert "It was too long" in text_of(page)


def test_who_delivers_the_session_sees_to_it_and_leaves_the_judgement_to_others(client, alert, coordinator):
    StaffAssignmentFactory(session=alert.session, staff=StaffProfileFactory(user=coordinator))
    said = text_of(client.get(page_of(alert)))
    assert "somebody else says what came of it" in said
    assert "I see to it" in said
    page = client.post(page_of(alert), {"step": "settle", "outcome": "mended", "reason": "All was well"})
    assert page.status_code == 200
    alert.refresh_from_db()
    assert alert.settled_at is None


def test_what_is_not_for_coordinators_has_no_page(client):
    alert = PolicyAlertFactory(kind=AlertKind.RECORDING_NOT_DELETED)
    assert client.get(page_of(alert)).status_code == 404
    assert client.post(page_of(alert), {"step": "acknowledge"}).status_code == 404
    alert.refresh_from_db()
    assert alert.acknowledged_at is None


def test_the_home_page_and_the_session_s_page_lead_to_it(client, alert):
    session_page = reverse("admin:sessions_app_session_change", args=[alert.session_id])
    for address in (reverse("admin:index"), session_page):
        assert f'href="{page_of(alert)}"' in client.get(address).content.decode()


def test_home_begins_with_what_is_most_pressing(coordinator):
    now = timezone.now()
    calm = [PolicyAlertFactory(kind=AlertKind.NO_RECORD, began_at=now - timedelta(hours=h)) for h in range(SHOWN)]
    urgent = PolicyAlertFactory(began_at=now - timedelta(days=1))
    waits = waiting_at_home(coordinator, now, SHOWN)["alerts"]
    assert [row.pk for row in waits] == [urgent.pk, *(alert.pk for alert in calm[: SHOWN - 1])]
    assert {row.count for row in waits} == {SHOWN + 1}


def test_the_mail_to_those_who_safeguard_is_not_in_the_coordinators_mail_log(client, lead):
    session = ConfirmedFactory()
    raise_alert(AlertKind.TOO_FEW_STAFF, session, cause="1", facts={}, began_at=timezone.now(), now=timezone.now())
    log = client.get(reverse("admin:outbox_outgoingmail_changelist"))
    assert [mail.kind for mail in log.context["cl"].result_list] == ["policy_alert"]


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.LEAD, Role.TRUSTEE, Role.ADMINISTRATOR])
def test_others_do_not_see_them_on_the_session_s_page_or_at_home(role, alert, client):
    user = UserFactory(roles=[role])
    StaffAssignmentFactory(session=alert.session, staff=StaffProfileFactory(user=user))
    client.force_login(user)
    for address in (
        reverse("admin:index"),
        reverse("admin:sessions_app_session_change", args=[alert.session_id]),
    ):
        page = client.get(address)
        assert page.status_code in (200, 403, 404)
        assert "olicy alert" not in page.content.decode()
