"""The records of 1:1 sessions that are over: most complete, the latest of each kind still on their way."""

from collections import Counter
from datetime import datetime, timedelta

from demo.sample.making import fixed_id
from families.models import Guardianship
from sessions_app.live import pressed_stays
from sessions_app.live.register import register
from sessions_app.models import Booking, ConsolePress, MeetingRun, Presence, Session, SessionRecord, StaffProfile
from sessions_app.records import opening, signing, writing
from whippersnappers.accounts.models import User

# How the latest sessions' records stand, by the beginning of the title; all earlier ones are complete.
LATEST = {"Music for one": "draft", "Story time": "signed", "Games and a chat": "to_write"}
# By the same: what was done, how the child responded, what matters next time; by turns.
SAID = {
    "Music for one": [
        (
            "The big drum and the rain stick, by turns.",
            "Chose the drum at once and held the beat for minutes.",
            "Bring the rain stick again.",
        ),
        (
            "We followed the tempo on two shakers.",
            "Quiet at first, then laughed at every stop.",
            "Begin softly. Sudden noise was too much.",
        ),
    ],
    "Story time": [
        (
            "Read twice, the second time with all the sounds.",
            "Pointed at the bear each time and signed “more”.",
            "Same story once more, then a new one.",
        ),
        (
            "Half of the book. We stopped when it got long.",
            "Told the end with three pictures, all in order.",
            "Shorter pages. Have the pictures ready.",
        ),
    ],
    "Games and a chat": [
        (
            "Twenty questions, and drawing what the other one describes.",
            "Asked a question without help for the first time.",
            "Start with the drawing game.",
        ),
        (
            "A chat about the swimming pool, then guessing sounds.",
            "Tired. Joined in for the sounds only.",
            "Ask first how the day at school was.",
        ),
    ],
}
ABSENT = "Nobody came. We waited for ten minutes and rang the family: a cold, all well otherwise."
LATE_DEVICE = "The tablet had to start again at the end. They were there until we said goodbye."
GIVEN_TO = "Drums and songs"


def make_records(now: datetime) -> None:
    """Records of all 1:1 sessions of the past weeks, and of one small group for which staff wanted one."""
    one_to_one = {"session__kind": Session.Kind.ONE_TO_ONE, "session__state": Session.State.DELIVERED}
    places = Booking.objects.filter(session__ends_at__lte=now, state__in=Booking.HOLDING, **one_to_one)
    seen: Counter[str] = Counter()
    for place in places.select_related("session").order_by("-session__ends_at"):
        kind = next(title for title in SAID if place.session.title.startswith(title))
        _of_place(place, kind, number=seen[kind])
        seen[kind] += 1
    _of_a_small_group(now)


def _of_place(place: Booking, kind: str, *, number: int) -> None:
    session = place.session
    lead, second = (one.staff for one in session.assignments.select_related("staff__user").order_by("role"))
    came = place.attendance != Booking.Attendance.ABSENT
    _times(session, place, (lead, second), came=came, number=number)
    record = opening.begin(session.pk, place.child_id, by=lead.user, now=session.ends_at)
    state = LATEST[kind] if number == 0 else "complete"
    _write(record, SAID[kind][number % 2], lead.user, second.user, state=state, came=came, number=number)


def _write(
    record: SessionRecord, said: tuple[str, str, str], lead: User, second: User, *, state: str, came: bool, number: int
) -> None:
    """As the two would have done it, on that day."""
    if state == "to_write":
        return
    what, response, next_time = said
    ended = record.session.ends_at
    titles = [step.title for step in record.session.steps.all()]
    steps = [(title, "partly" if number % 2 and title == titles[-1] else "done") for title in titles]
    words = {"came": "yes", "steps": steps, "what_was_done": what, "response": response, "next_time": next_time}
    if number % 4 == 3:
        words["about_times"] = LATE_DEVICE
    if not came:
        words = {"came": "no", "what_was_done": ABSENT}
    if state == "draft":
        words.pop("next_time", None)
    writing.save_draft(record.pk, words, by=lead, now=ended + timedelta(minutes=20))
    if state == "draft":
        return
    writing.sign(record.pk, by=lead, now=ended + timedelta(minutes=25))
    if state == "complete":
        signing.countersign(record.pk, by=second, now=ended + timedelta(hours=3))
        if number == 1:
            _add(record, by=lead, now=ended + timedelta(days=1))


def _add(record: SessionRecord, *, by: User, now: datetime) -> None:
    words, reason = "The family said afterwards that the tune was hummed all evening.", "They told us the next day."
    signing.amend(record.pk, words, reason, by=by, now=now)


def _of_a_small_group(now: datetime) -> None:
    """Maya wanted one for a child who was new, and has begun it."""
    attended = Booking.objects.filter(session__ends_at__lte=now, attendance=Booking.Attendance.ATTENDED)
    there = attended.filter(session__title__startswith=GIVEN_TO).select_related("session")
    place = there.order_by("-session__ends_at", "child__known_as").first()
    if place is None:
        return
    session = place.session
    lead = session.assignments.select_related("staff__user").order_by("role")[0].staff.user
    record = opening.begin(session.pk, place.child_id, by=lead, now=session.ends_at)
    words = {"came": "yes", "response": "Watched for two songs, then took the tambourine."}
    writing.save_draft(record.pk, words, by=lead, now=session.ends_at + timedelta(minutes=30))


def _times(
    session: Session, place: Booking, staff: tuple[StaffProfile, StaffProfile], *, came: bool, number: int
) -> None:
    """Who was there, as Zoom or the staff's presses told it. Now and then an end is not heard of."""
    ends = number % 4 != 3
    if not session.is_remote:
        _presses(session, place, staff, came=came, ends=ends)
        return
    MeetingRun.objects.create(
        id=fixed_id("run", session.pk),
        session=session,
        meeting=session.meetings.get(),
        meeting_uuid=f"past-{session.pk}",
        started_at=session.starts_at - timedelta(minutes=4),
        started_known=True,
        ended_at=session.ends_at + timedelta(minutes=2),
        ended_known=True,
        heard_of="webhook",
        reconciled_at=session.ends_at + timedelta(hours=1),
    )
    for position, person in enumerate(staff):
        _stay(session, -4 + 2 * position, 2, staff=person, known_by="sign_in")
    who = Guardianship.objects.inviting().filter(child=place.child_id).order_by("guardian__first_name").first()
    if came and who is not None:
        _stay(session, 1 + number % 3, -1, guardian=who.guardian, known_by="decision", until_known=ends)


def _stay(session: Session, since: int, until: int, **facts: object) -> None:
    """From so many minutes after the planned start until so many after the planned end."""
    number = Presence.objects.filter(session=session).count()
    Presence.objects.create(
        id=fixed_id("stay", session.pk, number),
        session=session,
        meeting_uuid=f"past-{session.pk}",
        participant=str(16_778_240 + number),
        where=Presence.Where.MEETING,
        since=session.starts_at + timedelta(minutes=since),
        until=session.ends_at + timedelta(minutes=until),
        source=Presence.Source.WEBHOOK,
        **facts,
    )


def _presses(
    session: Session, place: Booking, staff: tuple[StaffProfile, StaffProfile], *, came: bool, ends: bool
) -> None:
    lead, second = staff
    _press(session, lead, "signed_in", session.starts_at - timedelta(minutes=12))
    _press(session, second, "signed_in", session.starts_at - timedelta(minutes=9))
    _press(session, lead, "began", session.starts_at)
    if came:
        _press(session, second, "arrived", session.starts_at - timedelta(minutes=2), place)
        _press(session, second, "left", session.ends_at + timedelta(minutes=1), place)
    if ends:
        _press(session, lead, "ended", session.ends_at + timedelta(minutes=3))
    pressed_stays.follow(session, register(session.presses.all()), by=lead.user, now=session.ends_at)


def _press(session: Session, staff: StaffProfile, what: str, at: datetime, place: Booking | None = None) -> None:
    ConsolePress.objects.create(
        id=fixed_id("press", session.pk, staff.pk, what),
        session=session,
        staff=staff,
        what=what,
        booking=place,
        pressed_at=at,
        sent_at=at,
        received_at=at,
    )
