"""What a file is says its content; what of it is kept carries nothing along that nobody sees."""

from io import BytesIO

import pytest
from PIL import Image

from safeguarding.files.opening import LONGEST_NAME, SIDE, opened, plain_name
from safeguarding.vocabulary import FileKind
from tests.safeguarding.file_samples import CANARY, PDF, picture, with_secrets


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (picture(), FileKind.JPEG),
        (picture("PNG"), FileKind.PNG),
        (picture("PNG", mode="P"), FileKind.PNG),
        (picture("PNG", mode="RGBA"), FileKind.PNG),
        (picture("PNG", mode="I;16"), FileKind.PNG),
        (picture("JPEG", mode="CMYK"), FileKind.JPEG),
        (picture("WEBP"), FileKind.JPEG),
        (PDF, FileKind.PDF),
        ("Sie sagte: „Nein“ ☂\r\n".encode(), FileKind.TEXT),
    ],
)
def test_what_it_is_says_its_content(sent: bytes, kind: FileKind) -> None:
    found, kept = opened(sent)
    assert found == kind
    assert opened(kept)[0] == kind


def test_a_picture_is_drawn_anew_and_says_nothing_besides() -> None:
    sent = with_secrets()
    assert CANARY.encode() in sent
    kept = opened(sent)[1]
    assert CANARY.encode() not in kept
    assert b"script" not in kept
    with Image.open(BytesIO(kept)) as drawn:
        assert (drawn.size, dict(drawn.getexif()), set(drawn.info) & {"comment", "icc_profile", "exif"}) == (
            (60, 40),
            {},
            set(),
        )


def test_a_picture_that_lies_on_its_side_is_kept_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(BytesIO(opened(picture(exif=exif))[1])) as drawn:
        assert drawn.size == (40, 60)


def test_a_large_picture_is_made_smaller() -> None:
    with Image.open(BytesIO(opened(picture(size=(SIDE + 400, 100)))[1])) as drawn:
        assert drawn.width == SIDE


def test_what_shines_through_is_drawn_on_white() -> None:
    hidden = Image.new("RGBA", (2, 2), (200, 0, 0, 0))
    file = BytesIO()
    hidden.save(file, "PNG")
    with Image.open(BytesIO(opened(file.getvalue())[1])) as drawn:
        assert drawn.getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_written_anew(encoding: str) -> None:
    assert opened("Sie sagte „Nein“ ☂".encode(encoding)) == (FileKind.TEXT, "Sie sagte „Nein“ ☂".encode())


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("note.txt", "note.txt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\lead\\note.txt", "note.txt"),
        ("a\x00b\r\nSet-Cookie: x.pdf", "a b Set-Cookie: x.pdf"),
        ("photo\u202egnp.exe", "photo gnp.exe"),
        ("..", "file"),
        ("", "file"),
        (" . ", "file"),
        ("☂" * 1000 + ".jpeg", "☂" * (LONGEST_NAME - 6) + "….jpeg"),
        ("Zoe\u0308.txt", "Zoë.txt"),
    ],
)
def test_a_name_is_only_a_name(sent: str, kept: str) -> None:
    assert plain_name(sent) == kept
    assert len(plain_name(sent)) <= LONGEST_NAME
