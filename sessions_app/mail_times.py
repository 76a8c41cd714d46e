"""When families' mails go: plain functions of a session's time and `now`, in real time across clock changes.

A *mark* is what a mail has done for a family on one day, such as `preparation:2026-11-24`. Any mail can
carry marks, so that two mails that would arrive together are one: an invitation sent later than the
pre-session mail is due carries the preparation, and the pre-session mail is not made.
"""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings

from sessions_app.models import Session
from whippersnappers import dates

PREPARATION = "preparation"
REMINDER = "reminder"

# A reminder at nine is no use for a session that starts about then: it goes the evening before instead.
REMINDER_LEAST_AHEAD = timedelta(hours=1)
PREPARATION_LEAST_AHEAD = timedelta(hours=1)
REMINDER_EVENING_BEFORE = time(18, 0)
# Mails that fall due within this time of each other "arrive together".
TOGETHER = timedelta(hours=1)
# So close to the start nobody waits for further edits before families hear of one.
CHANGE_AT_ONCE_BEFORE = timedelta(hours=2)
# From then on mails go with the join link alone, if Zoom still has not given a Meeting ID.
ZOOM_DEADLINE_BEFORE = timedelta(hours=2)
ZOOM_GRACE = timedelta(minutes=5)


def reminder_due_at(starts_at: datetime) -> datetime:
    """When the reminder of a session goes: at nine on the day, or at six the evening before an early one.

    Always before the start.
    """
    day = dates.local(starts_at).date()
    on_the_day = datetime.combine(day, settings.REMINDER_AT, tzinfo=dates.LONDON).astimezone(UTC)
    if starts_at - on_the_day >= REMINDER_LEAST_AHEAD:
        return on_the_day
    evening = datetime.combine(day - timedelta(days=1), REMINDER_EVENING_BEFORE, tzinfo=dates.LONDON)
    return evening.astimezone(UTC)


def mark(what: str, session: Session) -> str:
    """`what` (PREPARATION or REMINDER) for the day that the session is on, on London's clock."""
    return f"{what}:{dates.local(session.starts_at).date().isoformat()}"


def preparation_due_at(session: Session) -> datetime:
    """When the pre-session mail is due (W2): the usual time ahead, or the session's own; an hour ahead at least."""
    due: datetime = session.pre_session_due_at
    return min(due, session.starts_at.astimezone(UTC) - PREPARATION_LEAST_AHEAD)


def marks_due(session: Session, at: datetime) -> list[str]:
    """The marks that families should have by `at`, or within the hour after it, so that one mail is enough."""
    due = {PREPARATION: preparation_due_at(session), REMINDER: reminder_due_at(session.starts_at)}
    return [mark(what, session) for what, when in due.items() if when <= at + TOGETHER]


def strictly_due(session: Session, at: datetime) -> list[str]:
    """The marks whose own time has come by `at`."""
    due = {PREPARATION: preparation_due_at(session), REMINDER: reminder_due_at(session.starts_at)}
    return [mark(what, session) for what, when in due.items() if when <= at]


def change_mail_at(first_edit: datetime, starts_at: datetime) -> datetime:
    """When the mail about an edit goes: a fixed window after the first one, at once close to the start."""
    if starts_at.astimezone(UTC) - first_edit <= CHANGE_AT_ONCE_BEFORE:
        return first_edit
    return first_edit + settings.CHANGE_MAIL_DELAY


def zoom_deadline(starts_at: datetime, wanted_since: datetime) -> datetime:
    """Until when a mail waits for the Meeting ID; after that it goes with the join link alone."""
    return max(starts_at.astimezone(UTC) - ZOOM_DEADLINE_BEFORE, wanted_since + ZOOM_GRACE)
