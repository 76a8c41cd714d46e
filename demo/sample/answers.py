"""What families have said: who comes, what they have ready, how it was. And staff, in little drawings."""

import random
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from demo.sample.making import MAKER, fixed_id
from families.models import Guardian
from sessions_app import answering, feedback, photos, ready_list
from sessions_app.models import Booking, Feedback, Invitation, Session, StaffProfile

# Of ten families so many have answered, and of those so many said that they come.
ANSWERED, COMING = 0.7, 0.85
REASONS = ["We are at Grandma’s that day.", "A cold.", "", "School trip."]
WORDS = [
    (5, "Leo would not stop drumming all evening!"),
    (5, "Thank you. It was just right."),
    (4, "The end came a bit fast for us."),
    (3, "The sound was low at the start."),
    (2, "It was too loud today. She held her ears."),
    (5, ""),
]
# The mum of the demo is left with a question or two of her own.
_ASKED = "hannah.whitfield@example.com"
_SKINS = ["#f2cfa8", "#d9a066", "#8d5a34", "#5f3b22"]
_HAIRS = ["#2b1d14", "#6b4226", "#a86b2d", "#3c3c46"]
_GROUNDS = ["#cfe8e3", "#ffe3a8", "#f6cfc6", "#d4e4f5"]


def make_answers(staff: dict[str, StaffProfile], now: datetime) -> None:
    """Answers and ticks for what is ahead, feedback for the last two weeks, pictures of most of the staff."""
    _photos(list(staff.values()), now)
    _answers(now)
    _ticks(now)
    _feedback(now)


def _answers(now: datetime) -> None:
    ahead = Booking.objects.filter(
        session__state=Session.State.CONFIRMED, session__starts_at__gt=now, state=Booking.State.INVITED
    )
    # The session whose waiting list is part of the tour stays as it is.
    full = Booking.objects.waiting().values("session")
    ahead = ahead.exclude(session__in=full).select_related("session", "child")
    for booking in ahead.order_by("session__starts_at", "child__reference"):
        dice = _dice(booking)
        guardian = _guardian_of(booking)
        if guardian is None or dice.random() > ANSWERED or guardian.email == _ASKED:
            continue
        comes = dice.random() < COMING or booking.session.kind == Session.Kind.ONE_TO_ONE
        reason = None if comes else dice.choice(REASONS)
        by = guardian.user or answering.BY_LINK
        answering.say(booking.pk, coming=comes, reason=reason, sure=True, guardian=guardian, by=by, now=now)


def _dice(booking: Booking) -> random.Random:
    """The same luck for the same child and session in every demo."""
    return random.Random(f"{booking.session_id} {booking.child.reference}")


def _guardian_of(booking: Booking) -> Guardian | None:
    invited = Guardian.objects.filter(
        invitations__session=booking.session_id,
        guardianships__in=booking.child.guardianships.all().inviting(),
    )
    return invited.order_by("email").first()


def _ticks(now: datetime) -> None:
    ahead = Invitation.objects.filter(session__state=Session.State.CONFIRMED, session__starts_at__gt=now)
    for invitation in ahead.select_related("session").order_by("pk"):
        names = list(invitation.session.items.values_list("name", flat=True))
        if names:
            ready_list.tick(invitation.pk, names[0], ready=True)


def _feedback(now: datetime) -> None:
    """All but the last session of the mum of the demo: her home page asks about that one."""
    recent = Booking.objects.filter(
        attendance=Booking.Attendance.ATTENDED,
        session__state=Session.State.DELIVERED,
        session__ends_at__gt=now - feedback.OPEN_FOR,
        session__ends_at__lte=now - timedelta(hours=1),
    )
    bookings = list(recent.select_related("session", "child").order_by("-session__ends_at", "child__reference"))
    hers = [b for b in bookings if (guardian := _guardian_of(b)) is not None and guardian.email == _ASKED]
    left_open = hers[0].session_id if hers else None
    for booking in bookings:
        dice, guardian = _dice(booking), _guardian_of(booking)
        if guardian is None or booking.session_id == left_open or dice.random() > ANSWERED:
            continue
        face, words = dice.choice(WORDS)
        said: dict[str, Any] = {"guardian": guardian, "by": guardian.user or answering.BY_LINK, "now": now}
        feedback.give(booking.pk, face=face, words=words, **said)
        if dice.random() < 0.4:
            feedback.give(booking.pk, face=Feedback.Face.GREAT, by_child=True, **said)


def _photos(staff: list[StaffProfile], now: datetime) -> None:
    """Most have given one; the last has not."""
    for profile in sorted(staff, key=lambda one: one.first_name)[:-1]:
        photos.set_photo(profile, _drawn_face(profile), by=MAKER, now=now)


def _drawn_face(profile: StaffProfile) -> BytesIO:
    """A drawing, for these people do not exist."""
    dice = random.Random(fixed_id("face", profile.first_name).int)
    skin, hair, ground = dice.choice(_SKINS), dice.choice(_HAIRS), dice.choice(_GROUNDS)
    picture = Image.new("RGB", (480, 480), ground)
    draw = ImageDraw.Draw(picture)
    long_hair = dice.random() < 0.5
    draw.rounded_rectangle((110, 380, 370, 560), 90, fill="#0b6865")
    draw.ellipse((120, 80, 360, 480 if long_hair else 330), fill=hair)
    draw.rectangle((210, 340, 270, 410), fill=skin)
    draw.ellipse((145, 120, 335, 370), fill=skin)
    draw.pieslice((140, 95, 340, 290), 180, 360, fill=hair)
    for x in (200, 268):
        draw.ellipse((x, 232, x + 14, 250), fill="#1f2a2a")
    draw.arc((195, 250, 285, 325), 25, 155, fill="#7a2b22", width=7)
    file = BytesIO()
    picture.save(file, "PNG")
    file.seek(0)
    return file
