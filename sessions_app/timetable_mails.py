"""The visual timetable as it travels with the mail that prepares families (W2), drawn by the worker."""

import traceback
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from sessions_app.models import Session
from sessions_app.timetable_pdf import draw_pdf
from sessions_app.timetables import Timetable, timetable_of
from whippersnappers.outbox.catalogue import Attachment
from whippersnappers.outbox.memory import shared

# On everybody's phone and in everybody's downloads: it names neither the child nor the session.
FILE_NAME = "session-in-pictures.pdf"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Sheet:
    """The file, or none: for a session without steps, or because of a `trouble` that staff are told."""

    files: tuple[Attachment, ...] = ()
    trouble: str = ""


NO_SHEET = Sheet()


def sheet_of(session: Session, now: datetime) -> Sheet:
    """The session's timetable to put into a mail; drawn once for all who get it in one round of delivery.

    A timetable that cannot be drawn keeps no mail back.
    """
    if not session.steps.all():
        return NO_SHEET
    return shared(("timetable", session.pk), lambda: _draw(timetable_of(session, now), session))


def numbered(sheets: Iterable[Sheet]) -> list[Attachment]:
    """The files of several sheets for one mail: where there are more than one, each has its number in its name."""
    files = [file for sheet in sheets for file in sheet.files]
    if len(files) < 2:
        return files
    stem = FILE_NAME.removesuffix(".pdf")
    return [replace(file, name=f"{stem}-{number}.pdf") for number, file in enumerate(files, start=1)]


def _draw(timetable: Timetable, session: Session) -> Sheet:
    try:
        content = draw_pdf(timetable)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a picture, the family still gets its mail
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{place.filename}:{place.lineno}"
        log.error("timetable_not_drawn", session=str(session.pk), error=type(error).__name__, place=where)
        return Sheet(trouble=f"It went without the pictures: they could not be drawn ({type(error).__name__}).")
    return Sheet((Attachment(FILE_NAME, content, "application/pdf"),))
