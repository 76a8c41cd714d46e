"""Who has read a concern, from the trail: its own page, lists in which it stood, forms and files, each by its name."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q

from safeguarding.models import Concern
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent

# What is in the trail for each way of reading, as people say it. Every event of a page or file stands here.
WAYS = {
    "the page": ("concern.read",),
    "a form or a PDF in the making": ("concern.step_read", "concern.bundle_read"),
    "a file, saved": ("concern.file_taken",),
    "a PDF that left, read": ("concern.sent_read",),
    "what left, saved": ("concern.sent_taken", "concern.sent_enclosure_taken"),
    "what they sent themselves": ("concern.own_read",),
    "a file of their own, saved": ("concern.own_file_taken",),
}
IN_A_LIST = "a list: the overview, all concerns, what left, a child’s or a person’s page"
# Their events name in their detail the concerns of which something was shown.
LISTS = (
    *("concern.overview_read", "concern.list_read", "concern.disclosures_read"),
    *("concern.child_read", "concern.person_read"),
)


@dataclass(frozen=True)
class Way:
    """One way in which somebody read it: how often, and when last."""

    words: str
    times: int
    last: datetime


@dataclass(frozen=True)
class Reader:
    """Somebody who read it."""

    who: str
    ways: list[Way]

    @property
    def last(self) -> datetime:
        return max(way.last for way in self.ways)


def readings_of(concern: Concern) -> list[Reader]:
    """Everybody who has read something of it, whoever did so last first; three queries however often that was."""
    target = Q(target_type=concern._meta.label_lower, target_id=str(concern.pk))
    opened = _counted(target & Q(event__in=[event for events in WAYS.values() for event in events]))
    # Nobody can have read of it before somebody began to write it.
    listed = Q(event__in=LISTS, at__gte=concern.started_at, detail__concerns__contains=str(concern.pk))
    ways: dict[str, list[Way]] = {}
    for words, events in WAYS.items():
        for actor, times, last in _together(row for row in opened if row[1] in events):
            ways.setdefault(actor, []).append(Way(words, times, last))
    for actor, times, last in _together(_counted(listed)):
        ways.setdefault(actor, []).append(Way(IN_A_LIST, times, last))
    names = {f"user:{user.pk}": str(user) for user in User.objects.filter(pk__in=[a.split(":")[1] for a in ways])}
    readers = [Reader(names.get(actor, actor), theirs) for actor, theirs in ways.items()]
    return sorted(readers, key=lambda reader: reader.last, reverse=True)


Row = tuple[str, str, int, datetime]


def _counted(events: Q) -> list[Row]:
    rows = AuditEvent.objects.filter(events).order_by().values_list("actor", "event")
    return list(rows.annotate(times=Count("pk"), last=Max("at")))


def _together(rows: Iterable[Row]) -> list[tuple[str, int, datetime]]:
    """Events of one way as one: who, how often, and when last."""
    found: dict[str, tuple[int, datetime]] = {}
    for actor, _, times, last in rows:
        before = found.get(actor, (0, last))
        found[actor] = (before[0] + times, max(before[1], last))
    return [(actor, times, last) for actor, (times, last) in found.items()]
