"""Photos of staff: whatever comes in, a small JPEG without secrets is what is kept; and who may see it."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from sessions_app import photos
from sessions_app.models import StaffAssignment, StaffPhoto
from tests.factories import StaffProfileFactory, household
from tests.sessions_app.family_scenes import invited

pytestmark = pytest.mark.django_db

PLACE_TAKEN = "canary-where-it-was-taken"


def picture(kind: str = "JPEG", size: tuple[int, int] = (900, 600), **more) -> BytesIO:
    file = BytesIO()
    Image.new("RGB", size, "teal").save(file, kind, **more)
    file.seek(0)
    return file


def with_a_place() -> BytesIO:
    exif = Image.Exif()
    exif[0x010E] = PLACE_TAKEN
    return picture(exif=exif, comment=PLACE_TAKEN.encode())


@pytest.mark.parametrize("file", [picture(), picture("PNG"), picture("WEBP"), with_a_place(), picture(size=(20, 3000))])
def test_what_is_kept_is_small_square_and_says_nothing_else(file, coordinator):
    file.seek(0)
    photo = photos.set_photo(StaffProfileFactory(), file, by=coordinator, now=timezone.now())
    kept = Image.open(BytesIO(photo.jpeg))
    assert (kept.format, kept.size, len(kept.getexif())) == ("JPEG", (240, 240), 0)
    assert PLACE_TAKEN.encode() not in photo.jpeg
    assert len(photo.jpeg) < 30_000


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"GIF89a" + b"\0" * 40,
        picture().getvalue()[:300],
    ],
)
def test_what_is_no_photo_is_refused_plainly(content, coordinator):
    staff = StaffProfileFactory()
    with pytest.raises(ValidationError) as refused:
        photos.set_photo(staff, BytesIO(content), by=coordinator, now=timezone.now())
    assert refused.value.messages == [photos.NOT_A_PHOTO]
    assert not StaffPhoto.objects.exists()


def test_a_wall_of_pixels_and_a_heavy_file_are_refused(coordinator):
    for file in (picture("PNG", size=(9000, 5000)), BytesIO(b"\0" * (photos.LARGEST_FILE + 1))):
        with pytest.raises(ValidationError, match="too big"):
            photos.set_photo(StaffProfileFactory(), file, by=coordinator, now=timezone.now())


def test_another_photo_has_another_address_and_can_be_taken_away(coordinator):
    staff = StaffProfileFactory()
    first = photos.set_photo(staff, picture(), by=coordinator, now=timezone.now())
    second = photos.set_photo(staff, picture(), by=coordinator, now=timezone.now())
    assert first.pk != second.pk
    assert StaffPhoto.objects.get() == second
    for _ in range(2):
        photos.remove_photo(staff, by=coordinator, now=timezone.now())
    assert not StaffPhoto.objects.exists()


@pytest.fixture
def seen(coordinator):
    """A guardian, their session, and the photo of somebody who delivers it."""
    guardian = household()[0][0]
    invitation = invited(guardian)
    staff = invitation.session.assignments.first().staff
    photo = photos.set_photo(staff, picture(), by=coordinator, now=timezone.now())
    return guardian, invitation, photo, reverse("portal_staff_photo", args=[photo.pk])


def test_a_family_sees_who_comes_and_no_browser_keeps_it(client, seen):
    guardian, _, photo, address = seen
    client.force_login(guardian.user)
    assert address in client.get("/portal/").content.decode()
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "image/jpeg", bytes(photo.jpeg))
    assert answer["Cache-Control"] == "no-store, private"


def off_the_session(guardian, invitation):
    StaffAssignment.objects.update(withdrawn_at=timezone.now())


def over(guardian, invitation):
    session = invitation.session
    session.starts_at, session.ends_at = timezone.now() - timedelta(hours=2), timezone.now() - timedelta(hours=1)
    session.save()


def restricted(guardian, invitation):
    guardian.guardianships.update(restricted=True, restriction_review_on=timezone.localdate())


@pytest.mark.parametrize("event", [off_the_session, over, restricted])
def test_from_the_next_request_on_nobody_else_sees_it(client, seen, event):
    guardian, invitation, _, address = seen
    client.force_login(guardian.user)
    assert client.get(address).status_code == 200
    event(guardian, invitation)
    assert client.get(address).status_code == 404


def test_another_family_does_not_see_it_and_staff_do(client, seen, coordinator):
    address = seen[3]
    client.force_login(household()[0][0].user)
    assert client.get(address).status_code == 404
    client.force_login(coordinator)
    assert client.get(address).status_code == 200
