"""What a series changes, told in one mail: who gets it, what it says, and what happens around it."""

from datetime import time, timedelta

import pytest
from icalendar import Calendar

from sessions_app import confirming, digests
from sessions_app.models import PhoneTask, Series, Session
from sessions_app.series.editing import change
from sessions_app.series.plans import plan_of
from tests.factories import UserFactory, ZoomHostFactory, household, london
from tests.mail_sink import Sink
from tests.sessions_app.mail_scenes import deliver, make_ready, part, to
from tests.sessions_app.series.scenes import NOW, started
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.reading_age import reading_age

pytestmark = pytest.mark.django_db
ADA = "ada@example.com"
State = OutgoingMail.State
LATER = NOW + timedelta(minutes=6)


@pytest.fixture
def coordinator():
    return UserFactory(roles=["coordinator"])


@pytest.fixture
def series(coordinator, sink: Sink) -> Series:
    """Six confirmed Tuesdays by Zoom for one family, told in one mail."""
    children = household(children=1, email=ADA, first_name="Siobhán", last_name="O’Neill")[1]
    series = started(coordinator, children=tuple(children)).series
    for session in series.sessions.order_by("starts_at"):
        ZoomHostFactory()
        confirming.confirm(session.pk, by=coordinator, now=NOW)
        make_ready(session)
    digests.bundle([session.pk for session in series.sessions.all()])
    return series


def edit(series: Series, coordinator, *, reason: str = "", now=NOW, **fields):
    wanted = plan_of(Series.objects.get(pk=series.pk))
    for name, value in fields.items():
        setattr(wanted.series, name, value)
    return change(wanted, from_day=None, reason=reason, by=coordinator, now=now)


def entries(message) -> list:
    files = [each for each in message.walk() if each.get_content_type() == "text/calendar"]
    assert len(files) == 1
    calendar = Calendar.from_ical(files[0].get_payload(decode=True))
    assert str(calendar["METHOD"]) == "PUBLISH"
    return calendar.walk("VEVENT")


def test_a_term_is_one_invitation_with_every_way_in_and_every_date(series, sink):
    deliver(NOW)
    (message,) = to(sink, ADA)
    assert message["Subject"] == "Your invitation: Drums and songs, 6 dates"
    text = part(message, "text/plain")
    assert text.count("Meeting ID") == text.count("/join/") == 6
    assert "Tuesday 16 February" in text
    found = entries(message)
    assert len({str(event["UID"]) for event in found}) == 6
    assert "drum42" not in str(found)
    assert OutgoingMail.objects.filter(kind="invitation", state=State.SENT).count() == 6


def test_sessions_that_are_near_come_with_their_pictures_each_in_a_file_of_its_own(coordinator, sink):
    near = london("2027-01-11 12:00")
    children = household(children=1, email=ADA)[1]
    series = started(coordinator, now=near, children=tuple(children), pre_session_hours=200).series
    for session in series.sessions.order_by("starts_at"):
        ZoomHostFactory()
        confirming.confirm(session.pk, by=coordinator, now=near)
        make_ready(session, now=near)
    digests.bundle([session.pk for session in series.sessions.all()])
    deliver(near)
    (message,) = to(sink, ADA)
    sheets = [each for each in message.walk() if each.get_content_type() == "application/pdf"]
    assert [each.get_filename() for each in sheets] == ["session-in-pictures-1.pdf", "session-in-pictures-2.pdf"]
    assert all(each.get_payload(decode=True).startswith(b"%PDF") for each in sheets)
    assert part(message, "text/plain").count("shows it in pictures") == 2
    assert len(entries(message)) == 6


def test_staff_get_one_mail_too(series, sink):
    deliver(NOW)
    staff = [a.staff.user.email for a in series.sessions.first().assignments.all()]
    assert len(staff) == 2
    for address in staff:
        (message,) = to(sink, address)
        assert "6 dates" in message["Subject"]
        assert len(entries(message)) == 6


def test_a_change_of_the_time_is_one_mail_with_old_and_new(series, coordinator, sink):
    deliver(NOW)
    edit(series, coordinator, starts=time(17), ends=time(17, 45))
    deliver(LATER)
    message = to(sink, ADA)[-1]
    assert message["Subject"] == "Changed: Drums and songs, 6 dates"
    text = part(message, "text/plain")
    assert text.count("Was: Tuesday") == 6
    assert {int(event["SEQUENCE"]) for event in entries(message)} == {1}
    assert len(to(sink, ADA)) == 2


def test_the_end_of_a_series_is_one_mail_with_the_reason(series, coordinator, sink):
    deliver(NOW)
    wanted = plan_of(Series.objects.get(pk=series.pk))
    wanted.series.last_day = wanted.days[2]
    kept = tuple(day for day in wanted.days if day <= wanted.days[2])
    change(
        wanted.__class__(**{**wanted.__dict__, "days": kept}),
        from_day=None,
        reason="Tom is moving away",
        by=coordinator,
        now=NOW,
    )
    deliver(NOW)
    message = to(sink, ADA)[-1]
    assert message["Subject"] == "Cancelled: Drums and songs, 3 dates"
    assert part(message, "text/plain").count("Tom is moving away.") == 3
    assert {str(event["STATUS"]) for event in entries(message)} == {"CANCELLED"}


def test_a_session_cancelled_meanwhile_is_left_out_and_its_family_is_not_told_of_it(series, coordinator, sink):
    first = series.sessions.order_by("starts_at").first()
    confirming.cancel(first.pk, reason="Snow", by=coordinator, now=NOW)
    while deliver(NOW):
        pass
    (message,) = to(sink, ADA)
    assert message["Subject"] == "Your invitation: Drums and songs, 5 dates"


def test_two_separated_parents_get_mails_of_their_own(coordinator, sink):
    (ada, ben), children = household(children=1, guardians=2)
    series = started(coordinator, children=tuple(children)).series
    for session in series.sessions.all():
        ZoomHostFactory()
        confirming.confirm(session.pk, by=coordinator, now=NOW)
        make_ready(session)
    digests.bundle([session.pk for session in series.sessions.all()])
    deliver(NOW)
    for me, other in ((ada, ben), (ben, ada)):
        (message,) = to(sink, me.email)
        assert other.email not in str(message)
        assert other.first_name not in part(message, "text/plain")


def test_a_dead_address_becomes_calls(series, sink):
    OutgoingMail.objects.exclude(kind="invitation").delete()
    sink.fault("RCPT", "550 5.1.1 no such person")
    deliver(NOW)
    assert OutgoingMail.objects.filter(kind="invitation", state=State.DEAD).count() == 6
    assert PhoneTask.objects.count() == 6


def test_a_meeting_that_is_late_does_not_keep_the_others(coordinator, sink):
    children = household(children=1, email=ADA)[1]
    series = started(coordinator, children=tuple(children)).series
    sessions = list(series.sessions.order_by("starts_at"))
    for number, session in enumerate(sessions):
        ZoomHostFactory()
        confirming.confirm(session.pk, by=coordinator, now=NOW)
        if number:
            make_ready(session)
    digests.bundle([session.pk for session in sessions])
    # Rows are made by the real clock, months before: what is not ready has been waited for long enough.
    while deliver(NOW + timedelta(minutes=2)):
        pass
    assert [m["Subject"] for m in to(sink, ADA)] == ["Your invitation: Drums and songs, 5 dates"]
    make_ready(sessions[0])
    deliver(NOW + timedelta(minutes=30))
    assert len(to(sink, ADA)) == 2


def test_it_reads_easily_and_says_no_childs_name_in_the_subject(series, coordinator, sink):
    Session.objects.update(title="Drums with Kid")
    deliver(NOW)
    edit(series, coordinator, starts=time(17), ends=time(17, 45))
    deliver(LATER)
    for message in to(sink, ADA):
        text = part(message, "text/plain")
        assert reading_age(text) <= 11
        assert "We will never ask for your password" in " ".join(text.split())
