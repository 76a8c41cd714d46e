"""A record as people read it, the same on the page, on paper and where a family asks what we hold."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from sessions_app.models import RecordTiming, SessionRecord, StaffProfile
from sessions_app.records.hearing import timings_heard
from sessions_app.records.timings import Timing
from whippersnappers import dates

HOW = {"done": "Done", "partly": "Partly", "not": "Not done", "": "Not said"}
UNKNOWN = "not known"
BY_NAME = "Known by the name that was typed in Zoom."


@dataclass(frozen=True)
class TimingLine:
    """When one of those concerned was there, in words; `trouble` says what is wrong with it."""

    who: str
    began: str
    ended: str
    minutes: str
    source: str
    trouble: str = ""
    note: str = ""

    @property
    def there(self) -> str:
        """`4:00pm to 4:45pm`, or as much of it as is known."""
        if UNKNOWN not in (self.began, self.ended):
            return f"{self.began} to {self.ended}"
        if self.began == self.ended:
            return UNKNOWN
        return f"until {self.ended}" if self.began == UNKNOWN else f"from {self.began}"

    @property
    def summed_up(self) -> str:
        """When and how long in one line."""
        return self.there if self.minutes == UNKNOWN else f"{self.there}, {self.minutes}"


def timing_lines(record: SessionRecord) -> list[TimingLine]:
    """The times as they were taken down at the signature; before that, as they are heard of now."""
    if record.is_signed:
        return [_line(one, str(one.staff) if one.staff else "", record) for one in record.timings.all()]
    found = timings_heard(record).all
    people = StaffProfile.objects.filter(pk__in=[one.staff_id for one in found if one.staff_id])
    names = {person.pk: str(person) for person in people.select_related("user")}
    return [_line(one, names.get(one.staff_id, "") if one.staff_id else "", record) for one in found]


def _line(one: RecordTiming | Timing, name: str, record: SessionRecord) -> TimingLine:
    who = name or (record.child.known_as if one.whose == RecordTiming.Whose.FAMILY else "The session")
    source = RecordTiming.Source(one.source)
    trouble = RecordTiming.Trouble(one.trouble).label if one.trouble else ""
    return TimingLine(
        who=who,
        began=_clock(one.began_at),
        ended=_clock(one.ended_at),
        minutes=UNKNOWN if one.minutes is None else dates.counted(one.minutes, "minute"),
        source="" if source == RecordTiming.Source.NOTHING else source.label,
        trouble=trouble,
        note=BY_NAME if one.by_name else "",
    )


def _clock(at: datetime | None) -> str:
    return UNKNOWN if at is None else dates.clock(at)


def has_trouble(lines: Iterable[TimingLine]) -> bool:
    """Whether something about the times is missing or does not fit together."""
    return any(line.trouble for line in lines)


def steps_said(record: SessionRecord) -> list[tuple[str, str]]:
    """Each step of the session with how far it was done, in words."""
    return [(title, HOW[how]) for title, how in record.steps]


def words_of(record: SessionRecord) -> list[tuple[str, str]]:
    """What was written, label after label; what was left empty is left out."""
    took_place = record.came != SessionRecord.Came.NO
    said = [
        ("What we did" if took_place else "What happened instead", record.what_was_done),
        (f"How {record.child.known_as} responded", record.response if took_place else ""),
        ("Next time", record.next_time if took_place else ""),
        ("About the times", record.about_times),
    ]
    return [(label, words) for label, words in said if words]


def signatures_of(record: SessionRecord, now: datetime | None) -> list[tuple[str, str]]:
    """Who wrote and signed it, and when; without `now` for something that is kept for years."""
    signed = [("Written and signed by", record.author, record.signed_at)]
    signed += [("Countersigned by", record.countersigned_by, record.countersigned_at)]
    return [(label, f"{who}, {moment(at, now)}") for label, who, at in signed if at is not None]


def moment(at: datetime, now: datetime | None) -> str:
    """`Tuesday 24 November, 4:50pm`; without `now` the year always stands there."""
    return dates.full_moment(at) if now is None else dates.moment(at, now=now)


def planned(record: SessionRecord, now: datetime | None) -> str:
    """When the session was planned to be; without `now` the year always stands there."""
    if now is None:
        return f"{dates.full_moment(record.scheduled_start)} to {dates.clock(record.scheduled_end)}"
    return dates.when(record.scheduled_start, record.scheduled_end, now=now)


def with_all(records: Any) -> Any:
    """For a queryset of records that will be shown whole: what each needs comes along."""
    people = ("author__user", "countersigned_by__user", "given_back_by__user")
    timings = Prefetch("timings", RecordTiming.objects.select_related("staff__user"))
    return records.select_related("session__place", "child", *people).prefetch_related(timings, "amendments__by")
