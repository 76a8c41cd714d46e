"""The records of one's children's sessions, as a part of what the charity holds about them (W6, W8).

Only complete ones, of children whose details the guardian may see. What staff wrote may name the other parent, so
where the child has carers in two households, or one of them is kept out, a person reads the words before they go out.
"""

from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from families.held_data import Record, Section
from families.models import Guardian, Guardianship
from sessions_app.models import SessionRecord
from sessions_app.records.shown import TimingLine, steps_said, timing_lines, with_all, words_of
from whippersnappers import dates
from whippersnappers.accounts.models import User

TITLE = "Records of sessions"
NOTE = "What our staff wrote after a session. Ask us if something in it is wrong: we add what you say."
READ_FIRST = "A person looks at these words before you get them. Ask us for a copy."


def records_of_children(guardian: Guardian, user: User, now: datetime) -> list[Section]:
    """The section with them, newest first."""
    standing = Guardianship.objects.filter(guardian=guardian, restricted=False, may_see_details=True)
    records = SessionRecord.objects.filter(child__in=standing.values("child"), state=SessionRecord.State.COMPLETE)
    found = with_all(records).annotate(read_first=_somebody_else_has_a_say(guardian)).order_by("-scheduled_start")
    return [Section(TITLE, "copy", [_record(one) for one in found], note=NOTE)]


def _somebody_else_has_a_say(guardian: Guardian) -> Exists:
    """Whether a carer of another household, or one who is kept out, belongs to the child."""
    others = Guardianship.objects.filter(child=OuterRef("child")).exclude(guardian=guardian)
    return Exists(
        others.filter(
            Q(restricted=True) | ~Q(guardian__family=F("child__family")) | ~Q(guardian__family=guardian.family)
        )
    )


def _record(one: Any) -> Record:
    return Record(
        f"{one.child.known_as}: {one.session.title}",
        [
            ("Planned from", dates.full_moment(one.scheduled_start)),
            ("Planned until", dates.full_moment(one.scheduled_end)),
            *((f"{line.who} was there", _times(line)) for line in timing_lines(one)[1:2]),
            ("Took part", "No, it did not take place" if one.came == SessionRecord.Came.NO else "Yes"),
            *steps_said(one),
            *(_words(one) if not one.read_first else [("What staff wrote", READ_FIRST)]),
            ("Written by", one.author.first_name),
            ("Also there", one.countersigned_by.first_name),
        ],
    )


def _times(line: TimingLine) -> str:
    return f"{line.summed_up}. {line.trouble}" if line.trouble else line.summed_up


def _words(one: SessionRecord) -> list[tuple[str, str]]:
    added = [(f"Added on {dates.full_moment(more.at)}", more.words) for more in one.amendments.all()]
    return [*words_of(one), *added]
