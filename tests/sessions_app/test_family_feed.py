"""The family's calendar: the same entries as in the mails, private, and gone as soon as something is taken away."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from sessions_app import answering, confirming, family_feed, invitations
from sessions_app.calendar_entries import uid
from sessions_app.models import Invitation
from tests.factories import GuardianFactory, GuardianshipFactory, household, ready_session
from tests.sessions_app.mail_scenes import NOW, PASSCODE, START, ZOOM_ID, family, planned
from whippersnappers.audit.models import AuditEvent
from whippersnappers.logs import scrubbed

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(coordinator):
    """Ada, and a session whose title names her child."""
    guardian, kid = family()
    kid.known_as = "Zephyrine"
    kid.save()
    return guardian, planned(coordinator, children=[kid], title="Drums with zephyrine")


def events(guardian, now=NOW):
    return Calendar.from_ical(family_feed.feed(guardian.user, now)).walk("VEVENT")


def address(guardian) -> str:
    calendar = family_feed.new_address(guardian, by=guardian.user, now=NOW)
    return family_feed.feed_url(calendar).removeprefix("http://localhost:8000")


def test_an_entry_is_the_one_of_the_mails_and_tells_nothing_private(ours):
    guardian, session = ours
    raw = family_feed.feed(guardian.user, NOW)
    [event] = events(guardian)
    invitation = Invitation.objects.get(guardian=guardian)
    assert (event["UID"], event["SEQUENCE"]) == (uid(session.pk, guardian.pk), invitation.sequence)
    assert (event["DTSTART"].dt, event["LOCATION"]) == (START, "Zoom")
    assert event["SUMMARY"] == "Whippersnappers: a session with us"
    assert event["URL"] == f"http://localhost:8000/portal/sessions/{invitation.pk}/"
    unfolded = raw.replace(b"\r\n ", b"").decode()
    hidden = ("ephyrine", PASSCODE, ZOOM_ID, "/join/", guardian.email, guardian.last_name)
    assert [word for word in hidden if word in unfolded] == []
    assert family_feed.feed(guardian.user, NOW) == raw


def test_one_session_to_keep_is_the_same_entry(ours, client):
    guardian, session = ours
    client.force_login(guardian.user)
    invitation = Invitation.objects.get(guardian=guardian)
    answer = client.get(f"/portal/sessions/{invitation.pk}/session.ics")
    [event] = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["UID"] == uid(session.pk, guardian.pk)
    assert answer["Content-Disposition"] == 'attachment; filename="session.ics"'
    text = answer.content.replace(b"\r\n ", b"").decode()
    assert [word for word in ("ephyrine", PASSCODE, ZOOM_ID, "/join/") if word in text] == []


def test_a_session_called_off_says_so_and_one_that_nobody_comes_to_is_left_out(ours, coordinator):
    guardian, session = ours
    booking = session.bookings.get()
    answering.say(booking.pk, coming=False, guardian=guardian, by=guardian.user, now=NOW)
    assert events(guardian) == []
    answering.say(booking.pk, coming=True, guardian=guardian, by=guardian.user, now=NOW)
    confirming.cancel(session.pk, reason="We are ill.", by=coordinator, now=NOW)
    assert [event["STATUS"] for event in events(guardian)] == ["CANCELLED"]


def test_the_address_needs_no_sign_in_and_works_until_it_is_renewed_or_stopped(ours):
    guardian, _ = ours
    first = address(guardian)
    answer = Client().get(first)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("no-store, private", "noindex, nofollow")
    assert Client().get(first, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    second = address(guardian)
    assert [Client().get(page).status_code for page in (first, second)] == [404, 200]
    for _ in range(2):
        family_feed.stop(guardian, by=guardian.user, now=NOW)
    third = address(guardian)
    assert [Client().get(page).status_code for page in (first, second, third)] == [404, 404, 200]
    told = AuditEvent.objects.filter(event__startswith="guardian.calendar").values_list("event", flat=True)
    assert sorted(event.rpartition("_")[2] for event in told) == ["given", "given", "given", "stopped"]
    assert scrubbed(f"GET {third} 200") == "GET /calendar/[token] 200"


@pytest.mark.parametrize("token", ["nonsense", "x" * 54, "%00", "ééé", "a" * 3000])
def test_an_address_that_nobody_was_given_finds_nothing(client, token):
    assert client.get(f"/calendar/{token}.ics").status_code == 404


def test_a_token_of_another_kind_opens_no_calendar(ours, client):
    token = invitations.join_token(Invitation.objects.first())
    assert client.get(f"/calendar/{token}.ics").status_code == 404


def restricted(guardian, invitation):
    guardian.guardianships.update(restricted=True, restriction_review_on=timezone.localdate())


def withdrawn(guardian, invitation):
    Invitation.objects.filter(pk=invitation.pk).update(withdrawn_at=NOW)


def former(guardian, invitation):
    guardian.guardianships.all().delete()


@pytest.mark.parametrize("event", [restricted, withdrawn, former])
def test_what_was_taken_away_is_out_with_the_next_request(ours, client, event):
    guardian, _ = ours
    page = address(guardian)
    assert client.get(page).content.count(b"BEGIN:VEVENT") == 1
    event(guardian, Invitation.objects.get(guardian=guardian))
    assert client.get(page).content.count(b"BEGIN:VEVENT") == 0


@pytest.mark.parametrize("closed", ["archived", "inactive"])
def test_who_left_has_no_calendar(ours, client, closed):
    guardian, _ = ours
    page = address(guardian)
    if closed == "archived":
        guardian.archived_at = NOW
        guardian.save()
    else:
        guardian.user.is_active = False
        guardian.user.save()
    assert client.get(page).status_code == 404


def test_each_guardian_has_only_the_own_children_and_an_entry_of_their_own(ours):
    guardian, session = ours
    father = GuardianshipFactory(child=session.bookings.get().child).guardian
    Invitation.objects.create(session=session, guardian=father)
    assert [event["UID"] for event in events(father)] == [uid(session.pk, father.pk)]
    assert [event["UID"] for event in events(guardian)] == [uid(session.pk, guardian.pk)]
    assert events(GuardianFactory()) == []


def test_the_page_gives_renews_and_stops_the_address(ours, client):
    guardian, _ = ours
    client.force_login(guardian.user)
    page = "/portal/calendar/"
    assert "/calendar/" not in client.get(page).content.decode().split("<main")[1].replace(page, "")
    shown = client.post(page, {"do": "new"}, follow=True).content.decode()
    assert "webcal://localhost:8000/calendar/" in shown
    assert "Any older link does not work any more." in shown
    assert "webcal:" not in client.post(page, {"do": "stop"}, follow=True).content.decode()
    assert client.post(page, {"do": "nonsense"}).status_code == 302


def test_the_same_few_queries_for_one_session_and_for_thirty(ours, coordinator, client):
    guardian, session = ours
    page = address(guardian)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(page).status_code == 200
        return len(found)

    with_one = queries()
    kid = session.bookings.get().child
    for day in range(1, 30):
        start = START + timedelta(days=day)
        more = ready_session(children=[kid, household()[1][0]], starts_at=start, ends_at=start + timedelta(hours=1))
        more.state, more.confirmed_at = "confirmed", NOW
        more.save()
        Invitation.objects.create(session=more, guardian=guardian)
    assert len(events(guardian)) == 30
    assert (with_one, queries()) == (4, 4)
