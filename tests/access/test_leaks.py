"""Canary strings in every confidential field; everybody crawls everything that they can reach.

A canary that turns up on a page of somebody who may not see it, in a mail's subject, in the audit trail,
in a task's arguments or in a log line is a leak.
"""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import pytest
import structlog
from django.contrib import admin
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from families import asking_about_data, proposing
from families.helping import ask_for_help
from families.models import Guardian, Guardianship
from safeguarding import acting, adding, alerting, handling, linking, looking_after, referring
from safeguarding.body_map import kept, mark_at
from safeguarding.bundle.drafting import change_draft
from safeguarding.models import Concern, ConcernPerson, Referral, SentFile
from safeguarding.models.versions import NARRATIVE
from safeguarding.paper.entering import Sheet, enter_paper
from safeguarding.raising import Report, raise_concern
from safeguarding.retention.reviewing import hold
from safeguarding.vocabulary import Kind, PersonRole
from sessions_app.models import (
    Booking,
    DeliveryCheck,
    FamilyAnswer,
    Feedback,
    Invitation,
    LetIn,
    Meeting,
    Session,
    SessionRecord,
    StaffProfile,
)
from sessions_app.policy_alerts import settle
from sessions_app.records import signing, writing
from tests.access.world import PEOPLE, REPORTED, World, build
from tests.factories import BookingFactory, SessionFactory, StaffAssignmentFactory
from tests.live_factories import PolicyAlertFactory, PresenceFactory, ZoomEventFactory, ZoomReportFactory
from tests.safeguarding.scenes import shared
from tests.sessions_app.records.scenes import scene
from whippersnappers.audit.models import AuditEvent
from whippersnappers.logs import scrubbed
from whippersnappers.outbox import catalogue
from whippersnappers.outbox.models import OutgoingMail

STAFF = {"practitioner", "coordinator", "lead", "trustee", "administrator", "subject_lead"}
RECORDED = ("what", "response", "next", "times", "added", "why")
# Each canary, and who may read it somewhere.
MAY_READ: dict[str, set[str]] = {
    "canary-medical-pip": {"coordinator", "practitioner", "guardian", "separated_guardian"},
    "canary-access-pip": {"coordinator", "practitioner", "guardian", "separated_guardian"},
    "canary-medical-olive": {"coordinator", "other_guardian"},
    # The Lead can put where a child lives into a referral: it is the first that an agency asks.
    "canary-address": {"coordinator", "guardian", "lead"},
    "canary-proposed": {"coordinator", "guardian"},
    "canary-declined-because": {"coordinator", "separated_guardian"},
    "canary-asked": {"coordinator", "guardian"},
    "canary-longer-because": {"coordinator", "guardian"},
    "canary-family-notes": {"coordinator"},
    "canary.gita@example.com": {"coordinator", "guardian"},
    "canary.sami@example.com": {"coordinator", "separated_guardian"},
    "07700 900111": {"coordinator", "guardian"},
    "07700 900222": {"coordinator", "separated_guardian"},
    "canary-restriction": {"coordinator"},
    "CANARYDBS1": {"coordinator", "practitioner"},
    "canarypass": {"coordinator", "guardian", "separated_guardian", "practitioner"},
    "canary-join-url": set(),
    # Whoever delivers the session sees at the door what people call themselves in Zoom.
    "canary-called-in-zoom": {"coordinator", "practitioner"},
    "canary.in.zoom@example.com": set(),
    "canary-webhook": set(),
    "canary-zoom-report": set(),
    "canary-reason": {"coordinator", "practitioner", "guardian"},
    "canary-feedback": {"coordinator", "guardian"},
    "canary-signed-gita": {"coordinator", "guardian"},
    "canary-device-gita": {"coordinator", "guardian"},
    "canary-let-in": {"coordinator"},
    "canary-typed-name": {"coordinator", "practitioner"},
    "canary-in-the-room": {"coordinator", "practitioner"},
    "canary-secret-code": set(),
    "canary-help-words": {"coordinator"},
    "canary-help-test": {"coordinator"},
    # What a parent wrote to the Safeguarding Lead: not even they read it again, nor the Lead whom it is about.
    "canary-worry": {"lead"},
    "canary-worry-about": {"lead"},
    "canary-worry-reach": {"lead"},
    "canary-concern-reason": {"lead"},
    "canary-concern-note": {"lead"},
    "canary-concern-action": {"lead"},
    "canary-concern-referral": {"lead"},
    "canary-concern-officer": {"lead"},
    "canary-concern-caller": {"lead"},
    "canary-concern-person": {"lead"},
    "canary-concern-shared": {"lead"},
    "canary-concern-received": {"lead"},
    "canary-concern-consent": {"lead"},
    # What is not sent is its author's alone.
    "canary-draft-words": {"practitioner"},
    "canary-draft-said": {"practitioner"},
    # What somebody of the staff reported: they read it again, and so does the Lead whom it is not about.
    **{f"canary-reported-{name}": {"practitioner", "lead"} for name in NARRATIVE},
    **{f"canary-reported-file-{what}": {"practitioner", "lead"} for what in ("name", "about", "content")},
    # A report on paper that is about neither of the two Leads.
    **{f"canary-concern-paper-{what}": {"lead", "subject_lead"} for what in ("who", "what")},
    "canary-concern-file-name": {"lead"},
    "canary-concern-file-about": {"lead"},
    "canary-concern-file-content": {"lead"},
    # What staff of that child's sessions must know, and nobody else.
    "canary-concern-alert": {"lead", "practitioner"},
    "canary-concern-recipient": set(),
    "canary-concern-left": {"lead"},
    "canary-concern-passage": {"lead"},
    "canary-concern-link": {"lead"},
    "canary-concern-hold": {"lead"},
    # Of a child with carers in two households, so that a person reads it before one of them gets it.
    **{f"canary-record-{name}": {"practitioner", "coordinator", "lead", "subject_lead"} for name in RECORDED},
    "canary-record-step": {"practitioner", "coordinator", "lead", "subject_lead", "guardian", "separated_guardian"},
    "canary-record-olive": {"coordinator", "lead", "subject_lead", "other_guardian"},
    # Of a session that the subject delivers.
    "canary-alert-staff": {"coordinator", "lead", "trustee"},
    "canary-alert-reason": {"coordinator", "lead", "subject_lead", "trustee"},
    # What is not signed is for the staff of the session alone.
    "canary-record-draft": {"practitioner"},
}
SKIPPED = re.compile(
    r"logout|sign-out|/filters/\?|/static/|/demo/|^mailto:|^tel:|delete|\.(?:xlsx|csv|pdf|svg|png|ico)$"
)
MOST_PAGES = 190


def plant(world: World) -> None:
    """Put the canaries into the world of the access table."""
    child, other = world.things["child"], world.things["other_child"]
    child.medical_notes, child.access_needs = "canary-medical-pip", "canary-access-pip"
    other.medical_notes = "canary-medical-olive"
    child.save()
    other.save()
    family = world.things["family"]
    family.address, family.notes = "canary-address", "canary-family-notes"
    family.save()
    for name, phone in (("guardian", "07700 900111"), ("separated_guardian", "07700 900222")):
        guardian = Guardian.objects.get(user=world.people[name])
        guardian.email = f"canary.{guardian.first_name.lower()}@example.com"
        guardian.phone = phone
        guardian.save()
    _plant_words(world)
    away = Guardianship.objects.create(
        guardian=Guardian.objects.get(user=world.people["other_guardian"]),
        child=child,
        relationship=Guardianship.Relationship.OTHER,
        restricted=True,
        restriction_review_on=timezone.localdate(),
        restriction_reason="canary-restriction",
    )
    assert away.pk
    StaffProfile.objects.filter(user=world.people["practitioner"]).update(dbs_number="CANARYDBS1")
    meeting = Meeting.objects.get(session=world.things["session"])
    meeting.passcode, meeting.join_url = "canarypass", "https://zoom.example/canary-join-url"
    meeting.save()
    _plant_what_zoom_told(meeting)
    _plant_what_families_said(world)
    LetIn.objects.create(
        session=world.things["session"],
        guardian=world.things["guardian"],
        reason="canary-let-in",
        by=world.people["coordinator"],
        at=timezone.now(),
    )
    by = StaffProfile.objects.get(user=world.people["practitioner"])
    checked = {"dressed": True, "surroundings": True, "language": True, "room": "others", "at": timezone.now()}
    DeliveryCheck.objects.create(session=world.things["session"], staff=by, room_note="canary-in-the-room", **checked)
    _plant_help_and_worry(world)
    _plant_records(world)
    alert = PolicyAlertFactory(session=world.things["session"])
    settle(alert, outcome="mended", reason="canary-alert-reason", by=world.people["lead"], now=timezone.now())
    OutgoingMail.objects.create(
        key="canary",
        kind="sign_in_code",
        to="someone@example.com",
        not_before=timezone.now(),
        secret="canary-secret-code",
    )


def _plant_records(world: World) -> None:
    """What staff wrote of sessions that are over: two records that are complete, and a draft."""
    now = timezone.now()
    said = {"came": "yes", "steps": [("canary-record-step", "done")], "what_was_done": "canary-record-what"}
    said |= {"response": "canary-record-response", "next_time": "canary-record-next"}
    complete = _countersigned(world.things["record"], said | {"about_times": "canary-record-times"})
    by = complete.author.user
    signing.amend(complete.pk, "canary-record-added", "canary-record-why", by=by, now=now)
    StaffAssignmentFactory(session=world.things["other_record"].session)
    plain = {"came": "yes", "steps": [], "what_was_done": "Drums", "next_time": "Drums"}
    _countersigned(world.things["other_record"], plain | {"response": "canary-record-olive"})
    begun = scene(now - timedelta(days=4), child=world.things["child"], lead=complete.author)
    writing.save_draft(begun.record.pk, {"response": "canary-record-draft"}, by=by, now=now)


def _countersigned(record: SessionRecord, words: dict[str, Any]) -> SessionRecord:
    now, author = timezone.now(), record.author.user
    second = record.session.assignments.exclude(staff=record.author).first().staff.user
    writing.save_draft(record.pk, words, by=author, now=now)
    writing.sign(record.pk, by=author, now=now)
    return signing.countersign(record.pk, by=second, now=now)


def _plant_what_zoom_told(meeting: Meeting) -> None:
    """Somebody waits at the door of the practitioner's session."""
    named = {"name": "canary-called-in-zoom", "zoom_email": "canary.in.zoom@example.com"}
    PresenceFactory(session=meeting.session, where="waiting", since=timezone.now(), **named)
    about = {"meeting": meeting, "followed_at": timezone.now()}
    ZoomEventFactory(**about, payload={"participant": {"user_name": "canary-webhook"}})
    ZoomReportFactory(meeting=meeting, body='{"participants": ["canary-zoom-report"], "recording_files": []}')


def _plant_what_families_said(world: World) -> None:
    """The guardian said why the child does not come to another session, and how it was the last time."""
    guardian, now = Guardian.objects.get(user=world.people["guardian"]), timezone.now()
    Feedback.objects.create(
        booking=world.things["past_booking"], guardian=guardian, face=2, words="canary-feedback", given_at=now
    )
    starts_at = now + timedelta(days=9)
    session = SessionFactory(
        title="Quiet songs",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        state=Session.State.CONFIRMED,
        confirmed_at=now,
    )
    profile = StaffProfile.objects.get(user=world.people["practitioner"])
    StaffAssignmentFactory(session=session, staff=profile)
    for name in ("guardian", "separated_guardian"):
        Invitation.objects.create(session=session, guardian=Guardian.objects.get(user=world.people[name]))
    booking = BookingFactory(session=session, child=world.things["child"], state=Booking.State.NOT_COMING)
    FamilyAnswer.objects.create(
        booking=booking, guardian=guardian, coming=False, reason="canary-reason", session_revision=1, answered_at=now
    )


def _plant_words(world: World) -> None:
    """What the two parents wrote to us, and what we wrote back to each."""
    now, by, child = timezone.now(), world.people["coordinator"], world.things["child"]
    guardian, separated = (Guardian.objects.get(user=world.people[n]) for n in ("guardian", "separated_guardian"))
    proposing.propose(child, guardian, {"what_helps": "canary-proposed"}, by=guardian.user, now=now)
    (refused,) = proposing.propose(child, separated, {"likes": "Noise"}, by=separated.user, now=now)
    proposing.decline(refused, "canary-declined-because", by=by, now=now)
    asked = asking_about_data.ask(guardian, "correction", "canary-asked", press=uuid4(), by=guardian.user, now=now)
    asking_about_data.extend(asked, "canary-longer-because", by=by, now=now)


def _plant_help_and_worry(world: World) -> None:
    """What the guardian wrote to the support contact, and to the Safeguarding Lead."""
    guardian = world.people["guardian"]
    told = {"words": "canary-help-words", "test_result": "canary-help-test"}
    ask_for_help(guardian.guardian, device="phone", by=guardian, now=timezone.now(), **told)
    words = {"what_happened": "canary-worry", "who": "canary-worry-about", "reach_reporter": "canary-worry-reach"}
    report = Report(
        kind=Kind.STAFF,
        source=Concern.Source.GUARDIAN,
        form_key=uuid4(),
        danger_now=Concern.Danger.YES,
        words=words,
        children=[world.things["child"]],
    )
    concern = world.things["concern"] = raise_concern(report, by=guardian, now=timezone.now())
    ConcernPerson.objects.create(concern=concern, user=world.people["subject_lead"], role=PersonRole.SUBJECT)
    _see_to(concern, world.people["lead"])
    _plant_paper(world.people["lead"])
    mark = mark_at("front_nose", "cut", "pea", "red", note="canary-reported-body_map")
    reported = Report(
        kind=Kind.STAFF,
        source=Concern.Source.STAFF,
        form_key=REPORTED,
        danger_now=Concern.Danger.NO,
        words={name: f"canary-reported-{name}" for name in NARRATIVE} | {"body_map": json.dumps(kept([mark]))},
    )
    adding.raise_or_add(reported, by=world.people["practitioner"], now=timezone.now())
    hold(concern.pk, reason="canary-concern-hold", by=world.people["lead"], now=timezone.now())
    linked = world.things["linked_concern"].reference
    linking.link(concern.pk, linked, reason="canary-concern-link", by=world.people["lead"], now=timezone.now())


def _plant_paper(lead: Any) -> None:
    """What came on paper, typed in by the Lead."""
    facts = {"kind": Kind.CHILD, "source": Concern.Source.PAPER, "form_key": uuid4(), "danger_now": Concern.Danger.NO}
    report, now = Report(**facts, words={"what_happened": "canary-concern-paper-what"}), timezone.now()
    enter_paper(report, Sheet(now, now, reporter_words="canary-concern-paper-who"), by=lead, now=now)


def _see_to(concern: Concern, lead: Any) -> None:
    """What the Lead writes about it."""
    signed = {"by": lead, "now": timezone.now()}
    handling.acknowledge(concern.pk, **signed)
    judged = {"kind": Kind.STAFF, "severity": "high", "categories": [], "tags": []}
    handling.triage(concern.pk, **judged, reason="canary-concern-reason", **signed)
    handling.note(concern.pk, "canary-concern-note", **signed)
    due_at = timezone.now() + timedelta(days=1)
    acting.add_action(concern.pk, what="canary-concern-action", owner=lead, due_at=due_at, **signed)
    told = {"agency": "lado", "how": "phone", "made_at": signed["now"], "officer": "canary-concern-officer"}
    told |= {"told_by": "canary-concern-caller"}
    referring.refer(concern.pk, Referral(why="canary-concern-referral", **told), **signed)
    looking_after.add_person(concern.pk, role=PersonRole.OTHER, words="canary-concern-person", **signed)
    written = {"what": "shared", "person": "received", "consent_words": "consent"}
    sent = shared(concern, by=lead, **{name: f"canary-concern-{word}" for name, word in written.items()})
    text = json.dumps({"cover": [["For", "canary-concern-left"]], "sections": []})
    SentFile.objects.create(disclosure=sent, pages=1, content=b"canary-concern-file", text=text)
    told = {"last_day": timezone.localdate() + timedelta(days=9), "for_deliverers": True, "named": []}
    child = concern.people.get(child__isnull=False).child
    alerting.write_alert(concern.pk, child=child, words="canary-concern-alert", **told, **signed)
    drafted = {"passages": ("canary-concern-passage",), "sharing": {"person": "canary-concern-recipient"}}
    change_draft(concern.pk, parts=("concern",), **signed)
    change_draft(concern.pk, **drafted, **signed)


@pytest.fixture(scope="module")
def standing_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        world = build()
        plant(world)
        yield world
        transaction.set_rollback(True)


@pytest.fixture
def world(standing_world: World, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock():
        yield standing_world


@pytest.fixture(scope="module")
def crawled() -> dict[str, dict[str, str]]:
    """Each person's crawl, walked once."""
    return {}


def crawl(world: World, person: str, crawled: dict[str, dict[str, str]]) -> dict[str, str]:
    """Every page that a person can reach by links from the front doors, with its text."""
    if person not in crawled:
        crawled[person] = walk(world, person)
    return crawled[person]


def walk(world: World, person: str) -> dict[str, str]:
    client = world.client(person)
    waiting = ["/", "/portal/", reverse("admin:index"), "/accounts/login/", "/accounts/login/code/"]
    waiting += [*asked_by_scripts(world), reverse("family_feed", args=[world.key("calendar_token")])]
    pages: dict[str, str] = {}
    while waiting and len(pages) < MOST_PAGES:
        address = waiting.pop(0)
        if address in pages:
            continue
        answer = client.get(address)
        assert answer.status_code < 500, (person, address)
        text = (
            b"".join(answer).decode(errors="replace") if answer.streaming else answer.content.decode(errors="replace")
        )
        pages[address] = text
        if answer.status_code in (301, 302):
            waiting.append(answer["Location"])
        waiting += [link for link in links(address, text) if link not in pages]
    return pages


def asked_by_scripts(world: World) -> list[str]:
    """Addresses that no page links to, because a script asks them."""
    today = timezone.localdate()
    days = f"?start={today}&end={today + timedelta(days=7)}"
    glances = [reverse("admin:calendar_glance", args=[world.key(name)]) for name in ("session", "other_session")]
    hinders = [reverse("admin:calendar_hindrances", args=[world.key("other_session")]) + days]
    return [reverse("admin:calendar_feed") + days, *glances, *hinders]


def links(address: str, text: str) -> list[str]:
    """The portal's own addresses that a page leads to."""
    found = []
    for href in re.findall(r'(?:href|src|hx-get|data-url)="([^"#]+)"', text):
        if SKIPPED.search(href):
            continue
        whole = urlsplit(urljoin(f"http://testserver{address}", unescape(href)))
        if whole.netloc in ("testserver", "localhost:8000"):
            # Sorting and filtering a list in every combination shows nothing new; the calendar has no last page.
            found.append(
                whole.path
                if re.search(r"[?&;](?:o|q|_facets|p|on|when|blocked|_changelist_filters)=", href)
                else f"{whole.path}?{whole.query}".rstrip("?")
            )
    return found


@pytest.mark.parametrize("person", PEOPLE)
def test_nobody_reads_what_is_not_theirs(world, crawled, person):
    pages = crawl(world, person, crawled)
    leaks = [
        (canary, address)
        for address, text in pages.items()
        for canary, may in MAY_READ.items()
        if person not in may and canary in text
    ]
    assert leaks == []


@pytest.mark.django_db  # also asks pytest-django for the database that the standing world needs
def test_every_canary_names_people_that_exist():
    assert set().union(*MAY_READ.values()) <= set(build().people)


ALL_ROWS = {"sessions_app.session": "?when=all", "sessions_app.phonetask": "?calls=all"}
ALL_ROWS |= dict.fromkeys(("families.family", "families.guardian", "families.child"), "?archived=all")
# Nobody's file holds what stands on no list: notes, needs, addresses, reasons, passcodes.
IN_NO_FILE = [c for c in MAY_READ if "@" not in c and not c.startswith("07700")]


@pytest.mark.parametrize("person", PEOPLE)
def test_nobodys_files_hold_what_is_not_theirs(world, person):
    client, leaks, taken = world.client(person), [], 0
    for model in admin.site._registry:
        address = reverse("admin:list_export", args=[model._meta.label_lower])
        answer = client.post(f"{address}{ALL_ROWS.get(model._meta.label_lower, '')}", {"format": "csv"})
        if answer.status_code == 200:
            taken += 1
            text = b"".join(answer.streaming_content).decode()
            leaks += [(model, c) for c in MAY_READ if c in text and (c in IN_NO_FILE or person not in MAY_READ[c])]
    assert leaks == []
    assert (taken > 0) == (person in STAFF - {"trustee"})


@pytest.mark.parametrize(
    ("person", "canary"),
    [
        ("coordinator", "canary-medical-pip"),
        ("coordinator", "canary-medical-olive"),
        ("coordinator", "canary-address"),
        ("coordinator", "canary.sami@example.com"),
        ("practitioner", "canary-medical-pip"),
        ("guardian", "canarypass"),
        ("guardian", "canary-reason"),
        ("guardian", "canary-feedback"),
        ("practitioner", "canary-reason"),
        ("coordinator", "canary-feedback"),
        ("guardian", "canary-proposed"),
        ("guardian", "canary-longer-because"),
        ("separated_guardian", "canary-declined-because"),
        ("coordinator", "canary-asked"),
        ("lead", "canary-worry"),
        ("lead", "canary-worry-about"),
        ("lead", "canary-concern-note"),
        ("lead", "canary-concern-officer"),
        ("lead", "canary-concern-caller"),
        ("lead", "canary-concern-consent"),
        ("lead", "canary-concern-alert"),
        ("practitioner", "canary-concern-alert"),
        ("lead", "canary-reported-added"),
        ("practitioner", "canary-reported-where_now"),
        ("lead", "canary-concern-file-content"),
        ("lead", "canary-concern-paper-who"),
        ("practitioner", "canary-reported-file-content"),
        ("lead", "canary-concern-link"),
        ("lead", "canary-concern-hold"),
        ("practitioner", "canary-draft-said"),
        ("lead", "canary-reported-body_map"),
        ("practitioner", "canary-record-times"),
        ("practitioner", "canary-record-draft"),
        ("coordinator", "canary-record-why"),
        ("lead", "canary-record-step"),
        ("other_guardian", "canary-record-olive"),
        ("coordinator", "canary-alert-staff"),
        ("lead", "canary-alert-staff"),
        ("trustee", "canary-alert-staff"),
    ],
)
def test_the_crawl_reaches_what_may_be_read(world, crawled, person, canary):
    assert any(canary in text for text in crawl(world, person, crawled).values())


def test_mails_tell_no_separated_parent_of_the_other(world):
    for mail in OutgoingMail.objects.filter(kind="invitation"):
        rendered = catalogue.kind_of(mail.kind).render(mail, timezone.now())
        words = f"{rendered.subject} {rendered.text} {rendered.html} {(rendered.calendar or b'').decode()}"
        told = {name for name in ("canary.gita@", "canary.sami@", "Gita", "Sami") if name in words}
        assert len({name.lower().split(".")[-1].rstrip("@") for name in told}) <= 1
        assert "Pip" not in rendered.subject
        assert "canarypass" not in (rendered.calendar or b"").decode()


def test_no_confidence_stands_in_the_audit_trail_or_the_mail_rows(world):
    trail = " ".join(str(e.detail) + e.event for e in AuditEvent.objects.all())
    rows = " ".join(f"{m.key} {m.context} {m.reason}" for m in OutgoingMail.objects.all())
    assert [c for c in MAY_READ if c in trail or c in rows] == []


def test_nobody_learns_that_there_is_a_concern(world, crawled):
    """Not from a page, the trail or the mail log: neither its reference nor its id, nor that somebody was told."""
    concern = world.things["concern"]
    hints = [concern.reference, str(concern.pk), "concern_raised", "concern.raised"]
    for person in set(PEOPLE) - {"lead"}:
        pages = crawl(world, person, crawled)
        found = [(hint, address) for address, text in pages.items() for hint in hints if hint in text]
        assert (person, found) == (person, [])


def test_tables_hold_no_word_of_a_worry(world):
    words = [b"canary-worry", b"canary-concern", b"canary-reported", b"canary-draft", b"canary-record"]
    # As letters, and as Postgres shows bytes.
    sought = [f"%{word.decode()}%" for word in words] + [f"%{word.hex()}%" for word in words]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE ANY(%s)', [sought])
            assert (table, cursor.fetchone()[0]) == (table, 0)


def test_log_lines_carry_no_confidence(world):
    token, offer_token = world.things["token"], world.things["offer_token"]
    with structlog.testing.capture_logs() as lines:
        client = Client()
        client.get(reverse("join", args=[token]))
        client.get(reverse("place", args=[offer_token]))
        client.force_login(world.people["coordinator"])
        client.get(reverse("admin:sessions_app_session_change", args=[world.key("session")]))
        client.force_login(world.people["guardian"])
        worry = {"what_happened": "canary-worry", "who": "canary-worry-about", "kind": "child", "danger_now": "no"}
        client.post(reverse("portal_worried"), worry, follow=True)
        client.post(reverse("portal_help"), {"words": "canary-help-words"})
    # What the log processors let through (tests/test_logs.py holds real processes to it).
    written = " ".join(scrubbed(str(line)) for line in lines)
    assert lines != []
    assert [c for c in (*MAY_READ, token, offer_token) if c in written] == []
