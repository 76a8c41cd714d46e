"""A small charity in which everybody's own things, and other people's, exist: what could leak is there."""

import json
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.test import Client
from django.test.client import ClientHandler
from django.utils import timezone

from families import agreeing, asking_about_data, consenting, proposing
from families.helping import ask_for_help
from families.models import Agreement, Child, Consent, FamilyImport, Guardian, Guardianship
from safeguarding.acting import add_action
from safeguarding.alerting import write_alert
from safeguarding.drafting import Typing, keep
from safeguarding.files.attaching import add_own, attach
from safeguarding.files.opening import open_upload
from safeguarding.linking import link
from safeguarding.models import Concern, ConcernDraft, ConcernPerson, Referral, SentFile
from safeguarding.raising import Report, raise_concern
from safeguarding.vocabulary import Agency, Kind, PersonRole
from sessions_app import confirming, family_feed, invitations, link_tokens, offer_links, rota_feed
from sessions_app.bulk import choosing
from sessions_app.live.alert_kinds import AlertKind
from sessions_app.models import (
    Activity,
    Booking,
    FamilyCalendar,
    Holiday,
    Invitation,
    Meeting,
    PhoneTask,
    PlaceOffer,
    PolicyAlert,
    Series,
    SeriesWork,
    Session,
    Skill,
    StaffAssignment,
    StaffPhoto,
    StaffProfile,
    SwapRequest,
    Term,
)
from sessions_app.policy_alerts import raise_alert
from sessions_app.records import opening
from sessions_app.series import rules
from tests.factories import (
    BookingFactory,
    ChildFactory,
    FamilyFactory,
    GroupFactory,
    GuardianFactory,
    GuardianshipFactory,
    PlaceFactory,
    SessionFactory,
    StaffAssignmentFactory,
    StaffProfileFactory,
    UserFactory,
    ready_session,
    tomorrow_at,
)
from tests.live_factories import PresenceFactory, RecordingFileFactory
from tests.safeguarding.scenes import shared
from tests.sessions_app.series.scenes import started
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.staff_lists.saving import save_filter

# The columns of the access table, in this order.
PEOPLE = (
    "anonymous",
    "guardian",
    "separated_guardian",
    "other_guardian",
    "practitioner",
    "coordinator",
    "lead",
    "trustee",
    "administrator",
    "subject_lead",
)
# The form of the concern that the practitioner raised.
REPORTED = UUID(int=2)


@dataclass
class World:
    """The people by column name (None is anonymous), and the things that addresses can name."""

    people: dict[str, User | None]
    things: dict[str, Any]
    _cookies: dict[str, str] = field(default_factory=dict)
    # One server for all browsers, as in real life: each of its own would load the middleware anew.
    _server: ClientHandler = field(default_factory=lambda: ClientHandler(enforce_csrf_checks=False))

    def client(self, person: str) -> Client:
        """A browser in which the person is signed in; signing in itself happens once a person."""
        client = Client(raise_request_exception=False)
        client.handler = self._server
        user = self.people[person]
        if user is None:
            return client
        if person not in self._cookies:
            client.force_login(user)
            self._cookies[person] = client.cookies[settings.SESSION_COOKIE_NAME].value
        client.cookies[settings.SESSION_COOKIE_NAME] = self._cookies[person]
        return client

    def key(self, thing: str) -> Any:
        """What stands in the address for a thing: its primary key, or the text itself; a list stands for itself."""
        if "." in thing:
            return thing
        found = self.things[thing]
        return found.pk if isinstance(found, Model) else found


def build() -> World:
    """Make the charity: one confirmed session with a family of separated parents, and strangers beside it."""
    staff = {
        role.value: UserFactory(roles=[role], name=f"Staff {role.label}", email=f"{role.value}@whippersnappers.org")
        for role in (Role.PRACTITIONER, Role.COORDINATOR, Role.LEAD, Role.TRUSTEE, Role.ADMINISTRATOR)
    }
    subject = UserFactory(roles=[Role.LEAD], name="Subject Lead", email="subject@whippersnappers.org")
    guardian, separated, child = _separated_parents()
    stranger = GuardianFactory(family=FamilyFactory(), first_name="Otto", last_name="Other")
    other_child = ChildFactory(family=stranger.family, known_as="Olive")
    GuardianshipFactory(guardian=stranger, child=other_child)
    session, theirs = _sessions(staff, child, other_child)
    people = {"anonymous": None, "guardian": guardian.user, "separated_guardian": separated.user}
    people |= {"other_guardian": stranger.user, **staff, "subject_lead": subject}
    things = _things(session, theirs, child, guardian, staff["coordinator"])
    things |= _concern(staff["practitioner"], child, subject, staff["lead"])
    things["draft"] = _draft(staff["practitioner"]).concern
    things["policy_alert"] = _policy_alert(subject)
    things["recording"] = RecordingFileFactory(meeting=things["meeting"])
    return World(people, {**things, "other_child": other_child, "missing": UUID(int=0)})


def _concern(by: User, child: Child, subject: User, lead: User) -> dict[str, Any]:
    """Something about one of the Leads, for whom it does not exist."""
    report = Report(
        kind=Kind.STAFF,
        source=Concern.Source.STAFF,
        form_key=REPORTED,
        danger_now=Concern.Danger.NO,
        words={"what_happened": "Something about the Lead"},
        children=[child],
    )
    concern = raise_concern(report, by=by, now=timezone.now())
    ConcernPerson.objects.create(concern=concern, user=subject, role=PersonRole.SUBJECT)
    now = timezone.now()
    action = add_action(concern.pk, what="Call", owner=lead, due_at=now + timedelta(days=1), by=lead, now=now)
    told = {"agency": Agency.LADO, "how": Referral.How.PHONE, "why": "It must be", "made_by": lead, "made_at": now}
    referral = Referral.objects.create(concern=concern, **told)
    note = open_upload(SimpleUploadedFile("canary-concern-file-name.txt", b"canary-concern-file-content"))
    (file,) = attach(concern.pk, [note], about="canary-concern-file-about", by=lead, now=now)
    theirs = open_upload(SimpleUploadedFile("canary-reported-file-name.txt", b"canary-reported-file-content"))
    add_own(concern.pk, {}, [theirs], about="canary-reported-file-about", by=by, now=now)
    steps = {"concern_step": "note", "concern_action": action, "concern_referral": referral}
    sent = shared(concern, by=lead)
    text = json.dumps({"cover": [], "sections": [], "enclosed": [str(file.pk)]})
    SentFile.objects.create(disclosure=sent, pages=1, content=b"%PDF-1.3", text=text)
    files = {"concern_file": file, "concern_own_file": concern.files.get(author=by)}
    soon = {"last_day": timezone.localdate() + timedelta(days=9), "for_deliverers": True, "named": []}
    steps["concern_alert"] = write_alert(concern.pk, child=child, words="Stay with Pip", **soon, by=lead, now=now)
    words = {"what_happened": "Something like it"}
    linked = raise_concern(replace(report, form_key=UUID(int=3), words=words, children=[]), by=by, now=now)
    ConcernPerson.objects.create(concern=linked, user=subject, role=PersonRole.SUBJECT)
    link(concern.pk, linked.reference, reason="It is like it", by=lead, now=now)
    return {"concern": concern, "linked_concern": linked, "concern_sent": sent, **files, **steps}


def _policy_alert(subject: User) -> PolicyAlert:
    """Of a session that one of the Leads delivers, to whom it does not exist as somebody who safeguards."""
    session = SessionFactory(title="Shadow songs", starts_at=tomorrow_at(11))
    StaffAssignmentFactory(session=session, staff=StaffProfileFactory(user=subject))
    return raise_alert(
        AlertKind.TOO_FEW_STAFF, session, cause="1", facts={"staff_present": ["canary-alert-staff"]},
        began_at=session.starts_at, now=timezone.now(),
    )  # fmt: skip


def _draft(by: User) -> ConcernDraft:
    """What the practitioner has begun to write and not sent."""
    fields = {"what_happened": ["canary-draft-words"], "childs_words": ["canary-draft-said"]}
    return keep(Typing(UUID(int=5), UUID(int=6), 0, fields), by=by, now=timezone.now())


def _separated_parents() -> tuple[Guardian, Guardian, Child]:
    guardian = GuardianFactory(
        family=FamilyFactory(name="Canary household"), first_name="Gita", last_name="Green", signed=False
    )
    evidence = agreeing.Evidence("canary-device-gita", "code", timezone.now())
    current = agreeing.current_agreement()
    assert current is not None
    agreeing.sign(
        guardian, current, typed_name="canary-signed-gita", evidence=evidence, by=guardian.user, now=timezone.now()
    )
    separated = GuardianFactory(family=FamilyFactory(), first_name="Sami", last_name="Stone")
    child = ChildFactory(family=guardian.family, known_as="Pip")
    GuardianshipFactory(guardian=guardian, child=child)
    GuardianshipFactory(guardian=separated, child=child, relationship=Guardianship.Relationship.FATHER)
    return guardian, separated, child


def _sessions(staff: dict[str, User], child: Child, other_child: Child) -> tuple[Session, Session]:
    """One confirmed session that the practitioner delivers, and a draft that others deliver."""
    session = ready_session(children=[child], title="Drums and songs")
    profile = StaffProfileFactory(user=staff["practitioner"])
    StaffAssignmentFactory(session=session, staff=profile)
    confirming.confirm(session.pk, by=staff["coordinator"], now=timezone.now())
    session.refresh_from_db()
    meeting = Meeting.objects.get(session=session)
    meeting.state, meeting.zoom_id, meeting.applied_version = Meeting.State.READY, "98765432101", 1
    meeting.join_url = "https://zoom.us/j/98765432101"
    meeting.save()
    theirs = SessionFactory(title="Story time", starts_at=tomorrow_at(10))
    StaffAssignmentFactory(session=theirs)
    BookingFactory(session=theirs, child=other_child)
    return session, theirs


def _series(by: User) -> Series:
    """A weekly one that begins next week, in drafts."""
    first = timezone.localdate() + timedelta(days=7)
    facts = {"rule": rules.weekly([first.weekday()]), "first_day": first, "last_day": first + timedelta(days=30)}
    return started(by, timezone.now(), children=(), **facts).series


def _things(session: Session, theirs: Session, child: Child, guardian: Guardian, by: User) -> dict[str, Any]:
    invitation = Invitation.objects.get(session=session, guardian=guardian)
    consenting.record_consent(
        child, Consent.Purpose.RECORDED_GROUP, given=True, recorded_note="By phone", by=by, now=timezone.now()
    )
    offer = _offer(child)
    call = PhoneTask.objects.create(
        key="call:canary", session=session, guardian=guardian, purpose=PhoneTask.Purpose.INVITE, reason="No address"
    )
    return {
        "session": session,
        "stay": PresenceFactory(session=session, name="canary-typed-name"),
        "other_session": theirs,
        "child": child,
        "guardian": guardian,
        "family": guardian.family,
        "guardianship": Guardianship.objects.get(child=child, guardian=guardian),
        "invitation": invitation,
        "token": invitations.join_token(invitation),
        "full": offer.booking.session,
        "waiting": offer.booking,
        "offer_token": offer_links.place_token(offer.pk, guardian.pk),
        "place": PlaceFactory(),
        "term": (term := Term.objects.create(name="Spring", first_day=date(2027, 1, 4), last_day=date(2027, 3, 26))),
        "term_work": SeriesWork.objects.create(term=term, made_by=by, page="carry_over", asked_at=timezone.now()),
        "holiday": Holiday.objects.create(name="Half term", first_day=date(2027, 2, 15), last_day=date(2027, 2, 19)),
        "series": (series := _series(by)),
        "series_work": SeriesWork.objects.create(series=series, made_by=by, page="change", asked_at=timezone.now()),
        "activity": Activity.objects.create(name="Kitchen band"),
        "group": GroupFactory(),
        "consent": Consent.objects.get(child=child),
        "agreement": Agreement.objects.get(version=1),
        "phone_task": call,
        "booking": Booking.objects.get(session=session, child=child),
        "assignment": StaffAssignment.objects.filter(session=session).first(),
        "staff": StaffProfile.objects.first(),
        "host": Meeting.objects.get(session=session).host,
        "meeting": Meeting.objects.get(session=session),
        "mail": OutgoingMail.objects.filter(kind="invitation").first(),
        "event": AuditEvent.objects.first(),
        "user": by,
        "family_import": _import_by(by),
        "bulk_run": choosing.choose("confirm", [theirs.pk], by=by, now=timezone.now()),
        "saved_filter": save_filter("families.child", "Left", "archived=only", by=by, now=timezone.now()),
        "one": 1,
        "pdf": "pdf",
        "csv": "csv",
        "device": "tablet",
        "help_request": ask_for_help(guardian, device="phone", by=guardian.user, now=timezone.now()),
        "proposal": proposing.propose(child, guardian, {"likes": "Drums"}, by=guardian.user, now=timezone.now())[0],
        "data_request": asking_about_data.ask(
            guardian, "copy", "", press=UUID(int=1), by=guardian.user, now=timezone.now()
        ),
        **_rota(session, theirs),
        **_of_the_family(session, child, guardian),
        **_records(child, theirs.bookings.get().child),
    }


def _records(child: Child, other_child: Child) -> dict[str, Any]:
    """A 1:1 that is over, which the practitioner led, with its record to write; and a record of others."""
    found = {}
    practitioner = StaffProfile.objects.get(user__name="Staff Practitioner")
    for name, lead in (("record", practitioner), ("other_record", None)):
        ended = timezone.now() - timedelta(days=3)
        over = SessionFactory(
            title="One to one",
            kind=Session.Kind.ONE_TO_ONE,
            starts_at=ended - timedelta(hours=1),
            ends_at=ended,
            state=Session.State.DELIVERED,
            confirmed_at=ended - timedelta(days=5),
        )
        StaffAssignmentFactory(session=over)
        role = {"role": StaffAssignment.Role.LEAD}
        led = StaffAssignmentFactory(session=over, staff=lead, **role) if lead else over.assignments.get()
        whose = child if lead else other_child
        BookingFactory(session=over, child=whose, state=Booking.State.COMING)
        found[name] = opening.begin(over.pk, whose.pk, by=led.staff.user, now=ended)
    return found | {"record_session": found["record"].session}


def _of_the_family(session: Session, child: Child, guardian: Guardian) -> dict[str, Any]:
    """A session that is over, the photo of somebody who delivers the one to come, and a calendar to subscribe to."""
    ended = timezone.now() - timedelta(days=2)
    over = SessionFactory(
        title="Slow songs",
        starts_at=ended - timedelta(hours=1),
        ends_at=ended,
        state=Session.State.DELIVERED,
        confirmed_at=ended - timedelta(days=5),
    )
    calendar = FamilyCalendar.objects.create(guardian=guardian)
    return {
        "past_booking": BookingFactory(session=over, child=child, state=Booking.State.COMING),
        "past_invitation": Invitation.objects.create(session=over, guardian=guardian),
        "photo": StaffPhoto.objects.create(
            staff=StaffProfile.objects.get(user__name="Staff Practitioner"), jpeg=b"jpeg", added_at=ended
        ),
        "calendar_token": link_tokens.make(family_feed.SALT, calendar.pk, calendar.version),
    }


def _rota(session: Session, theirs: Session) -> dict[str, Any]:
    """The practitioner asks for a swap, is asked for one, and has nothing to do with a third."""
    own = StaffAssignment.objects.get(session=session, staff__user__name="Staff Practitioner")
    lead, support = session.assignments.exclude(pk=own.pk).order_by("role")
    now = timezone.now()
    asked = {"asked_at": now}
    return {
        "own_assignment": own,
        "swap": SwapRequest.objects.create(assignment=lead, wanted_from=own.staff, **asked),
        "own_swap": SwapRequest.objects.create(assignment=own, **asked),
        "other_swap": SwapRequest.objects.create(
            assignment=theirs.assignments.get(), wanted_from=support.staff, **asked
        ),
        "skill": Skill.objects.create(name="Makaton"),
        "feed_token": link_tokens.make(rota_feed.SALT, own.staff_id, own.staff.feed_version),
    }


def _offer(child: Child) -> PlaceOffer:
    """A place in another session that is offered to the child of the separated parents."""
    now = timezone.now()
    # Far enough off for offers by mail, in the evening too.
    starts_at = tomorrow_at(9) + timedelta(days=2)
    full = SessionFactory(
        title="Sing along", starts_at=starts_at, state=Session.State.CONFIRMED, confirmed_at=now, capacity=1
    )
    waiting = BookingFactory(session=full, child=child, state=Booking.State.WAITING)
    return PlaceOffer.objects.create(booking=waiting, offered_at=now, answer_by=now + timedelta(hours=3))


def _import_by(coordinator: User) -> FamilyImport:
    """A spreadsheet that waits to be confirmed."""
    now = timezone.now()
    return FamilyImport.objects.create(
        uploaded_by=coordinator,
        filename="families.xlsx",
        state=FamilyImport.State.CHECKED,
        counts={"add": 1},
        created_at=now,
        asked_at=now,
        expires_at=now + timedelta(hours=1),
    )
