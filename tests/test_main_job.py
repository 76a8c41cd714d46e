"""The main job on real input: 200 families from a messy spreadsheet, one group session, every mail and meeting.

The workers' own functions run against a real mail server and the Zoom simulator over HTTP; what is asserted
is what arrived there.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import environ
import pytest
from django.utils import timezone
from icalendar import Calendar

from families import consenting
from families.importing import runs
from families.models import Child, Consent, FamilyImport, Guardian
from sessions_app import booking, confirming, meetings, staffing
from sessions_app.models import Meeting, PhoneTask, Session, SessionItem, SessionStep, StaffAssignment
from tests.factories import SessionFactory, StaffProfileFactory, ZoomHostFactory, london
from tests.mail_sink import Sink
from tests.messy_families import as_xlsx, messy_rows
from tests.zoom_simulator import HOST, STAFF, Simulator
from whippersnappers.accounts.models import User
from whippersnappers.outbox.delivery import deliver

pytest_plugins = ["tests.zoom_simulator"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    with Sink() as sink:
        settings.EMAIL_CONFIG = environ.Env.email_url_config(sink.url)
        yield sink


def work(now: datetime) -> None:
    """One turn of the workers: bring Zoom up to date, then send what is due at `now`."""
    for pk in meetings.sweep_meetings(now):
        meetings.ensure_meeting(pk)
    deliver(clock=lambda: now, threads=1)


def taken(sink: Sink) -> list[EmailMessage]:
    """What has arrived since the last look."""
    mails = [mail.message for mail in sink.mails]
    sink.mails.clear()
    return mails


def recipients(mails: list[EmailMessage], subject: str) -> Counter[str]:
    return Counter(str(mail["To"].addresses[0].addr_spec) for mail in mails if mail["Subject"].startswith(subject))


def entry(mail: EmailMessage) -> tuple[str, str, int, datetime]:
    """METHOD, UID, SEQUENCE and start of a mail's calendar part."""
    part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    calendar = Calendar.from_ical(part.get_payload(decode=True))
    event = calendar.walk("VEVENT")[0]
    return str(calendar["METHOD"]), str(event["UID"]), int(event["SEQUENCE"]), event["DTSTART"].dt


def import_families(coordinator: User, content: bytes) -> FamilyImport:
    """Upload, dry run, confirm, land: as a coordinator and the worker do it between them."""
    run = runs.receive("families.xlsx", content, by=coordinator, now=timezone.now())
    runs.check(str(run.pk), now=timezone.now())
    run.refresh_from_db()
    if run.counts.get("add", 0) + run.counts.get("change", 0):
        runs.confirm(run, by=coordinator, now=timezone.now())
        runs.land(str(run.pk), now=timezone.now())
    run.refresh_from_db()
    return run


def plan(children: list[Child], starts_at: datetime, coordinator: User, now: datetime) -> Session:
    session = SessionFactory(
        title="Saturday show: the kitchen orchestra",
        kind=Session.Kind.GROUP_ENTERTAINMENT,
        capacity=60,
        starts_at=starts_at,
    )
    SessionStep.objects.create(session=session, title="Hello song", position=1)
    SessionItem.objects.create(session=session, name="A pan and a wooden spoon", position=1)
    ZoomHostFactory(email=HOST)
    for role, zoom_email in ((StaffAssignment.Role.LEAD, STAFF), (StaffAssignment.Role.SUPPORT, "")):
        staffing.assign(session.pk, StaffProfileFactory(zoom_email=zoom_email), role, by=coordinator, now=now)
    booking.invite_children(session.pk, children, by=coordinator, now=now)
    return session


def test_two_hundred_families_from_spreadsheet_to_cancellation(coordinator, sink, zoom: Simulator):
    now = london("2027-03-01 10:00")
    content = as_xlsx(messy_rows(200))
    first = import_families(coordinator, content)
    known = Child.objects.count()
    assert (first.state, first.counts.get("wrong", 0)) == (FamilyImport.State.DONE, 0)
    assert known >= 200
    again = import_families(coordinator, content)
    assert again.counts == {"same": known}

    # One child of each of sixty families, so that more than sixty adults are to be reached.
    children = list(Child.objects.order_by("family__reference", "reference").distinct("family__reference")[:60])
    session = plan(children, london("2027-03-27 10:30"), coordinator, now)
    with pytest.raises(confirming.NotReady, match="nobody has said yes"):
        confirming.confirm(session.pk, by=coordinator, now=now)
    for child in children:
        consenting.record_consent(
            child, Consent.Purpose.RECORDED_GROUP, given=True, recorded_note="On the form", by=coordinator, now=now
        )
    confirming.confirm(session.pk, by=coordinator, now=now)
    work(now)
    assert Meeting.objects.get(session=session).state == Meeting.State.READY
    [meeting] = zoom.meetings
    kept = meeting["settings"]
    assert (kept["waiting_room"], kept["join_before_host"], kept["participant_video"]) == (True, False, False)
    assert (kept["auto_recording"], kept["focus_mode"]) == ("none", True)

    invited = taken(sink)
    expected = {g.email for g in reached(children) if g.email}
    assert len(expected) >= 60
    assert recipients(invited, "Your invitation") == Counter(expected)
    assert without_address(children) == set(PhoneTask.objects.values_list("guardian", flat=True)) - mailed(children)
    entries = {mail["To"]: entry(mail) for mail in invited if mail["Subject"].startswith("Your invitation")}
    assert {(method, start) for method, _, _, start in entries.values()} == {("REQUEST", session.starts_at)}
    assert len({uid for _, uid, _, _ in entries.values()}) == len(expected)

    # A day and an hour later, beyond the change of the clocks on 28 March 2027.
    moved = london("2027-03-28 11:30")
    confirming.reschedule(session.pk, starts_at=moved, ends_at=moved + timedelta(minutes=45), by=coordinator, now=now)
    work(now + timedelta(minutes=6))
    changed = [mail for mail in taken(sink) if mail["Subject"].startswith("Changed") and mail["To"] in entries]
    assert recipients(changed, "Changed") == Counter(expected)
    for mail in changed:
        method, uid, sequence, start = entry(mail)
        before = entries[mail["To"]]
        assert (method, uid, start) == ("REQUEST", before[1], moved)
        assert sequence > before[2]
        entries[mail["To"]] = (method, uid, sequence, start)
    [meeting] = zoom.meetings
    assert meeting["start_time"].startswith("2027-03-28T10:30")

    support = session.assignments.get(role=StaffAssignment.Role.SUPPORT)
    staffing.drop_out(support.pk, reason="Ill", by=coordinator, now=now)
    session.refresh_from_db()
    assert session.gate_reopened_at == now
    work(now + timedelta(minutes=7))
    assert coordinator.email in recipients(taken(sink), "")

    confirming.cancel(session.pk, reason="Too few of us are well", by=coordinator, now=now + timedelta(hours=1))
    work(now + timedelta(hours=1))
    cancelled = [mail for mail in taken(sink) if mail["Subject"].startswith("Cancelled") and mail["To"] in entries]
    assert recipients(cancelled, "Cancelled") == Counter(expected)
    for mail in cancelled:
        method, uid, sequence, _ = entry(mail)
        assert (method, uid) == ("CANCEL", entries[mail["To"]][1])
        assert sequence > entries[mail["To"]][2]
    assert zoom.meetings == []
    assert Meeting.objects.get(session=session).state == Meeting.State.DELETED


def reached(children: list[Child]) -> list[Guardian]:
    return list(
        Guardian.objects.filter(
            guardianships__child__in=children, guardianships__restricted=False, guardianships__may_be_invited=True
        ).distinct()
    )


def without_address(children: list[Child]) -> set[Any]:
    return {guardian.pk for guardian in reached(children) if not guardian.email}


def mailed(children: list[Child]) -> set[Any]:
    """Guardians who prefer the phone are called, and get the mails too."""
    return {guardian.pk for guardian in reached(children) if guardian.email}
