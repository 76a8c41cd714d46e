"""Looking into a file that somebody sends: what it is, says its content, and not its name or what a browser claims.

Pictures are drawn anew, so that neither a place, nor a script, nor a second file travels on in them. Text is written
anew in UTF-8. Only PDFs are kept byte for byte: they are never opened here, and given out as downloads alone.
"""

import re
import struct
import unicodedata
import zlib
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import PurePosixPath
from threading import Lock

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from PIL import Image

from safeguarding.vocabulary import FileKind
from whippersnappers.drawing_anew import drawn_anew
from whippersnappers.uploads import MOST_OF_ONE

# Pixels in all; a small file can claim to be a wall of them.
MOST_PIXELS = 40_000_000
# Pixels each way: a sheet of A4 stays readable down to its small print.
SIDE = 3600
LONGEST_NAME = 150
EMPTY = "This file is empty. Please choose another one."
TOO_BIG = f"This file is over {filesizeformat(MOST_OF_ONE)}. Please make it smaller, or send it in parts."
TOO_MUCH = "These files are too big together. Please send some now and the others afterwards."
TOO_MANY_PIXELS = "This picture is too large. Please make it smaller first."
BROKEN_PICTURE = "This picture is damaged. Please save or take it once more."
BROKEN_PDF = "This PDF is damaged, or is something else as well. Please save it as a PDF once more."
HEIC = "This is a HEIC picture, which not everybody can open. Please save it as JPEG first."
NOT_TAKEN = "We cannot take this kind of file. Please send a picture (JPEG, PNG or WebP), a PDF or plain text."
OFFICE = "We cannot take office files and archives. Please save it as a PDF, and send that."
_PICTURES = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"RIFF": "WEBP"}
_BRANDS_OF_HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_OFFICE = (b"PK", b"\xd0\xcf\x11\xe0", b"{\\rtf")
# What could pass as text, and is a picture or a program to others.
_NOT_TEXT = (b"GIF8", b"%!", b"#!", b"MZ")
_UNREADABLE = (
    *(OSError, SyntaxError, ValueError, EOFError, TypeError, LookupError, OverflowError, struct.error, zlib.error),
    *(Image.DecompressionBombError, Image.DecompressionBombWarning),
)
# A picture of forty million pixels takes some 200 MB while it is drawn.
_ONE_AT_A_TIME = Lock()
_PAGE = re.compile(r"<\s*(?:!doctype|\?xml|\?php|html|head|body|script|svg|iframe|object|embed|img)\b", re.IGNORECASE)
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Opened:
    """A file that may be kept: what it is, what of it is kept, and the SHA-256 of what was sent."""

    name: str
    kind: FileKind
    content: bytes
    sent_sha256: str

    @property
    def is_picture(self) -> bool:
        return self.kind in (FileKind.JPEG, FileKind.PNG)


def open_upload(file: UploadedFile) -> Opened:
    """Look into a file. Raises ValidationError, in a sentence that names it, for what is not taken."""
    name = plain_name(file.name or "")
    try:
        size, content = file.size or 0, file.read(MOST_OF_ONE + 1)
        if max(size, len(content)) > MOST_OF_ONE:
            raise ValidationError(TOO_BIG)
        if len(content) < size:
            raise ValidationError(TOO_MUCH)
        kind, kept = opened(content)
    except ValidationError as refused:
        raise ValidationError([f"“{name}”: {sentence}" for sentence in refused.messages]) from refused
    return Opened(name, kind, kept, sha256(content).hexdigest())


def opened(content: bytes) -> tuple[FileKind, bytes]:
    """What a file is and what of it is kept. Raises ValidationError for what is not taken."""
    if not content:
        raise ValidationError(EMPTY)
    if any(content.startswith(sign) for sign in _PICTURES):
        return _drawn_anew(content)
    if content.startswith(b"%PDF-"):
        return _whole_pdf(content)
    if content[4:8] == b"ftyp" and content[8:12] in _BRANDS_OF_HEIC:
        raise ValidationError(HEIC)
    if content.startswith(_OFFICE):
        raise ValidationError(OFFICE)
    return FileKind.TEXT, _written_anew(content)


def plain_name(name: str) -> str:
    """The name alone, without folders, line breaks and signs that turn it round; never empty, and not too long."""
    last = re.split(r"[/\\]", name)[-1]
    seen = "".join(char if char.isprintable() else " " for char in unicodedata.normalize("NFC", last))
    words = " ".join(seen.split()).strip(" .")
    if len(words) > LONGEST_NAME:
        ending = PurePosixPath(words).suffix[:10]
        words = words[: LONGEST_NAME - len(ending) - 1].rstrip() + "…" + ending
    return words or "file"


def _drawn_anew(content: bytes) -> tuple[FileKind, bytes]:
    try:
        with Image.open(BytesIO(content), formats=tuple(_PICTURES.values())) as found:
            if found.width * found.height > MOST_PIXELS:
                raise ValidationError(TOO_MANY_PIXELS)
            is_png = found.format == "PNG"
            found.draft("RGB", (SIDE, SIDE))
            with _ONE_AT_A_TIME:
                picture = drawn_anew(found, SIDE)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise ValidationError(TOO_MANY_PIXELS) from bomb
    except _UNREADABLE as error:
        raise ValidationError(BROKEN_PICTURE) from error
    # What was sent as PNG is mostly a screen with letters on it, which JPEG would blur.
    if is_png and len(drawn := _saved(picture, "PNG")) <= MOST_OF_ONE:
        return FileKind.PNG, drawn
    return FileKind.JPEG, _saved(picture, "JPEG", quality=88, optimize=True)


def _saved(picture: Image.Image, kind: str, **how: object) -> bytes:
    kept = BytesIO()
    picture.save(kept, kind, **how)
    return kept.getvalue()


def _whole_pdf(content: bytes) -> tuple[FileKind, bytes]:
    """A PDF from its first byte to its last: a second file behind it would be something else to another program."""
    ending = content.rstrip(b"\x00\t\n\x0c\r ")
    if not ending.endswith(b"%%EOF") or b"startxref" not in ending[-1024:]:
        raise ValidationError(BROKEN_PDF)
    return FileKind.PDF, content


def _written_anew(content: bytes) -> bytes:
    if content.startswith(_NOT_TEXT):
        raise ValidationError(NOT_TAKEN)
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationError(NOT_TAKEN) from error
    if _NO_TEXT.search(text) or _PAGE.search(text):
        raise ValidationError(NOT_TAKEN)
    if not text.strip():
        raise ValidationError(EMPTY)
    return text.encode()
