"""What staff read of what families said, and who of the staff may."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from sessions_app import answering, feedback
from sessions_app.family_words import words_of
from sessions_app.models import StaffPhoto
from tests.factories import GuardianshipFactory, StaffProfileFactory, UserFactory, household
from tests.sessions_app.family_scenes import invited
from whippersnappers.accounts.roles import Role

pytestmark = pytest.mark.django_db


def page_of(session) -> str:
    return reverse("admin:sessions_app_session_change", args=[session.pk])


@pytest.fixture
def said_no():
    """A session to which a child does not come, and the mother said why."""
    guardian = household()[0][0]
    invitation = invited(guardian, starts_in=timedelta(days=2))
    booking = invitation.session.bookings.get()
    for coming, reason in ((False, "canary-old"), (True, None), (False, "canary-reason")):
        now = timezone.now()
        answering.say(booking.pk, coming=coming, reason=reason, guardian=guardian, by=guardian.user, now=now)
    return invitation.session, booking


def test_a_coordinator_reads_who_does_not_come_and_the_last_reason(client, coordinator, said_no):
    session, booking = said_no
    client.force_login(coordinator)
    page = client.get(page_of(session)).content.decode()
    assert ("canary-reason" in page, "canary-old" in page, str(booking.child) in page) == (True, False, True)
    contacted = client.get(reverse("admin:contacted") + f"?day={session.starts_at:%Y-%m-%d}").content.decode()
    assert ("No child is coming any more" in page, booking.child.known_as in contacted) == (True, True)


def test_a_reason_of_the_first_parent_stays_when_the_second_says_no_too(coordinator, said_no):
    session, booking = said_no
    father = GuardianshipFactory(child=booking.child).guardian
    answering.say(booking.pk, coming=False, guardian=father, by=father.user, now=timezone.now())
    assert [one.reason for one in words_of(session, coordinator).not_coming] == ["canary-reason"]


@pytest.fixture
def told(coordinator):
    """A session that is over, with the words of a mother and the face of her child."""
    guardian = household()[0][0]
    session = invited(guardian, starts_in=-timedelta(days=2)).session
    said = {"guardian": guardian, "by": guardian.user, "now": timezone.now()}
    booking = session.bookings.get()
    feedback.give(booking.pk, face=2, words="canary-words", **said)
    feedback.give(booking.pk, face=5, by_child=True, **said)
    return session, booking


def test_who_delivered_it_and_coordinators_read_how_it_was(client, coordinator, told):
    session, booking = told
    delivered = session.assignments.first().staff.user
    for user in (coordinator, delivered):
        client.force_login(user)
        page = client.get(page_of(session)).content.decode()
        assert "“<bdi>canary-words</bdi>”" in page
        assert f"said by <bdi>{booking.child}</bdi>" in page
        given_by = booking.child.guardianships.get().guardian
        assert f"for <bdi>{booking.child}</bdi>, from <bdi>{given_by}</bdi>" in page
        assert "<p>Great: 1 · Not so good: 1</p>" in page


def test_other_staff_read_nothing_of_it(client, told):
    session, _ = told
    for role in (Role.PRACTITIONER, Role.LEAD, Role.TRUSTEE, Role.ADMINISTRATOR):
        user = UserFactory(roles=[role])
        client.force_login(user)
        answer = client.get(page_of(session))
        assert answer.status_code in (302, 403, 404)
        assert words_of(session, user).feedback == []


def photo_of(kind: str = "PNG") -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", (300, 300), "teal").save(file, kind)
    return SimpleUploadedFile("../../me.exe", file.getvalue(), content_type="text/html")


def save(client, profile, **fields):
    page = reverse("admin:sessions_app_staffprofile_change", args=[profile.pk])
    data = {"first_name": profile.first_name, "dbs_number": "", "zoom_email": "", **fields}
    data |= {"dbs_valid_until": "2099-01-01", "training_valid_until": "2099-01-01"}
    return client.post(page, data, follow=True)


def test_a_coordinator_gives_changes_and_takes_away_a_photo(client, coordinator):
    profile = StaffProfileFactory()
    client.force_login(coordinator)
    page = save(client, profile, new_photo=photo_of())
    first = StaffPhoto.objects.get()
    assert page.status_code == 200
    shown = client.get(reverse("admin:sessions_app_staffprofile_change", args=[profile.pk])).content.decode()
    assert reverse("portal_staff_photo", args=[first.pk]) in shown
    save(client, profile, first_name="Zo")
    assert StaffPhoto.objects.get() == first
    save(client, profile, new_photo=photo_of("JPEG"))
    assert StaffPhoto.objects.get() != first
    save(client, profile, remove_photo="on")
    assert not StaffPhoto.objects.exists()


def test_what_is_no_photo_is_said_at_the_field_and_nothing_is_saved(client, coordinator):
    profile = StaffProfileFactory(first_name="Before")
    client.force_login(coordinator)
    page = save(client, profile, first_name="After", new_photo=SimpleUploadedFile("me.jpg", b"<script>"))
    assert "This is not a photo that we can read." in page.content.decode()
    profile.refresh_from_db()
    assert (profile.first_name, StaffPhoto.objects.count()) == ("Before", 0)


BEFORE = "The family can change this until the start, while a place is free."
DURING = "The session has begun: a family that comes after all has to call us."


@pytest.mark.parametrize(
    ("starts_in", "state", "said"),
    [
        (timedelta(minutes=5), "confirmed", BEFORE),
        (-timedelta(minutes=5), "confirmed", DURING),
        (-timedelta(minutes=5), "live", DURING),
        (-timedelta(hours=2), "confirmed", None),
        (-timedelta(hours=2), "delivered", None),
        (timedelta(days=1), "cancelled", None),
    ],
)
def test_until_when_a_family_can_change_it_is_said_as_it_is(client, coordinator, said_no, starts_in, state, said):
    session, _booking = said_no
    client.force_login(coordinator)
    session.starts_at = timezone.now() + starts_in
    session.ends_at = session.starts_at + timedelta(hours=1)
    session.state, session.cancelled_at = state, timezone.now() if state == "cancelled" else None
    session.save()
    page = client.get(page_of(session)).content.decode()
    assert "What they write is for us only" in page
    assert [words for words in (BEFORE, DURING) if words in page] == ([said] if said else [])
