"""A day and a time on London's clock, made one moment; what the change of the clocks makes impossible is said."""

from datetime import UTC, date, datetime, time

from django.core.exceptions import ValidationError

from whippersnappers.dates import LONDON, clock


def london_time(day: date, at: time) -> datetime:
    """That time on London's clock. Raises ValidationError for one that is skipped or happens twice."""
    first = datetime.combine(day, at, tzinfo=LONDON)
    second = first.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    said = clock(first)
    if first.astimezone(UTC).astimezone(LONDON).time() != at:
        raise ValidationError(f"The clocks go forward that night: {said} is skipped. Choose another time.")
    raise ValidationError(f"The clocks go back that night: {said} happens twice. Choose another time.")
