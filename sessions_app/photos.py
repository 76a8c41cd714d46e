"""Photos of staff: taken from whatever a camera made, drawn anew, small, and kept in Postgres.

Drawing a picture anew is what makes it safe to give out: nothing of the file that came in is kept but what it
shows, so neither a place where it was taken nor a script in it travels on.
"""

from datetime import datetime
from io import BytesIO
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.db import transaction
from PIL import Image, ImageOps

from sessions_app.models import StaffPhoto, StaffProfile
from whippersnappers.audit.trail import record
from whippersnappers.drawing_anew import drawn_anew

# Pixels each way; a face on a phone needs no more.
SIDE = 240
LARGEST_FILE = 10 * 1024 * 1024
# A small file can claim to be a wall of pixels: that many are looked at, and no more.
MOST_PIXELS = 40_000_000
# Pixels each way from which the middle is taken: sharp enough even of a picture that is four times as wide as high.
_ENOUGH = 4 * SIDE
_KINDS = ("JPEG", "PNG", "WEBP")
NOT_A_PHOTO = "This is not a photo that we can read. Please choose a JPEG, PNG or WebP file."


def set_photo(staff: StaffProfile, file: BinaryIO, *, by: Any, now: datetime) -> StaffPhoto:
    """Keep a photo of a member of staff instead of the one before. Raises ValidationError as `small_square` does."""
    jpeg = small_square(file)
    with transaction.atomic():
        StaffProfile.objects.select_for_update().get(pk=staff.pk)
        StaffPhoto.objects.filter(staff=staff).delete()
        photo = StaffPhoto.objects.create(staff=staff, jpeg=jpeg, added_at=now)
        record("staff.photo_set", by=by, target=staff, now=now, photo=str(photo.pk))
    return photo


def remove_photo(staff: StaffProfile, *, by: Any, now: datetime) -> None:
    """Take a photo away again; without one, nothing happens."""
    with transaction.atomic():
        gone, _rows = StaffPhoto.objects.filter(staff=staff).delete()
        if gone:
            record("staff.photo_removed", by=by, target=staff, now=now)


def small_square(file: BinaryIO) -> bytes:
    """The middle of the picture as a small JPEG. What it is, its content says, not its name.

    Raises ValidationError for anything that is no picture, or too big.
    """
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise ValidationError("This file is too big. Please choose one under 10 MB.")
    try:
        with Image.open(BytesIO(content), formats=_KINDS) as found:
            if found.width * found.height > MOST_PIXELS:
                raise ValidationError("This picture is too big. Please make it smaller first.")
            found.draft("RGB", (_ENOUGH, _ENOUGH))
            upright = drawn_anew(found, _ENOUGH)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValidationError(NOT_A_PHOTO) from error
    small, kept = ImageOps.fit(upright, (SIDE, SIDE)), BytesIO()
    small.save(kept, "JPEG", quality=82, optimize=True)
    return kept.getvalue()
