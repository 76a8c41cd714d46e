"""One concern as a line of a list: what it is, how urgent, and which clock runs."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Exists, IntegerField, OuterRef, Prefetch, Value, When

from safeguarding.clocks import acknowledge_by, lado_by
from safeguarding.models import Concern, ConcernVersion, Referral
from safeguarding.models.concerns import ConcernQuerySet
from safeguarding.vocabulary import CATEGORIES, Agency, Kind, Severity, Tag

# How much of a submission stands in a list.
SUMMARY = 160
# `Serious: somebody was hurt …`, `I cannot tell. …`
_FIRST_WORDS = re.compile(r"[:.]")
_SOONEST_FIRST = [
    When(acknowledged_at=None, danger_now=Concern.Danger.YES, then=Value(0)),
    When(severity=Severity.IMMEDIATE, then=Value(1)),
    # Nobody has judged these: they run on the shortest clock.
    When(acknowledged_at=None, then=Value(2)),
    When(severity=Severity.HIGH, then=Value(2)),
    When(severity=Severity.MEDIUM, then=Value(3)),
]


@dataclass(frozen=True)
class Line:
    """A concern in a list, at a moment."""

    concern: Concern
    now: datetime

    @property
    def urgency(self) -> str:
        """The word for how soon somebody must act: what was judged, before that what the reporter answered."""
        if self.concern.severity:
            return Severity(self.concern.severity).label.split(":")[0]
        return {"yes": "In danger now", "not_sure": "Danger not sure"}.get(self.concern.danger_now, "")

    @property
    def is_urgent(self) -> bool:
        if self.concern.severity:
            return self.concern.severity in (Severity.IMMEDIATE, Severity.HIGH)
        return self.concern.danger_now == Concern.Danger.YES

    @property
    def acknowledge_by(self) -> datetime | None:
        """Until when somebody must acknowledge it; None when somebody has."""
        if self.concern.acknowledged_at is not None or self.concern.submitted_at is None:
            return None
        return acknowledge_by(self.concern.submitted_at, None)

    @property
    def is_late(self) -> bool:
        by = self.acknowledge_by
        return by is not None and by <= self.now

    @property
    def lado_by(self) -> datetime | None:
        """Until when the LADO must be told; None when it is no allegation about staff, or they were."""
        # `told_lado` is what `for_lines` adds to the row.
        told = getattr(self.concern, "told_lado", False)
        if self.concern.kind != Kind.STAFF or told or self.concern.submitted_at is None:
            return None
        return lado_by(self.concern.submitted_at)

    @property
    def lado_is_late(self) -> bool:
        by = self.lado_by
        return by is not None and by <= self.now

    @property
    def categories(self) -> list[str]:
        return [word for value, word in CATEGORIES if value in self.concern.categories]

    @property
    def tags(self) -> list[str]:
        return [str(tag.label) for tag in Tag if tag in self.concern.tags]

    @property
    def seems(self) -> str:
        """How serious it seemed to whoever told us, in a word or two, while nobody has judged it."""
        return _FIRST_WORDS.split(self._first.how_serious)[0] if self._first and not self.concern.severity else ""

    @property
    def _first(self) -> ConcernVersion | None:
        return next(iter(self.concern.versions.all()), None)

    @property
    def summary(self) -> str:
        """The beginning of what was seen or heard, as it was first told."""
        first = self._first
        words = " ".join(first.what_happened.split()) if first else ""
        return words if len(words) <= SUMMARY else f"{words[:SUMMARY].rsplit(' ', 1)[0]} …"

    @property
    def facts(self) -> tuple[object, ...]:
        concern = self.concern
        return (concern.pk, concern.state, concern.severity, self.is_late, self.lado_is_late)


def for_lines(concerns: ConcernQuerySet) -> ConcernQuerySet:
    """The rows of a list, with what `Line` asks of them; two queries however many there are."""
    lado = Referral.objects.filter(concern=OuterRef("pk"), agency=Agency.LADO)
    first = ConcernVersion.objects.filter(number=1).only("concern_id", "number", "what_happened", "how_serious")
    return concerns.annotate(told_lado=Exists(lado)).prefetch_related(Prefetch("versions", first))


def soonest_first(concerns: ConcernQuerySet) -> ConcernQuerySet:
    """Immediate and high first, then the oldest."""
    rank = Case(*_SOONEST_FIRST, default=Value(4), output_field=IntegerField())
    return concerns.order_by(rank, "submitted_at", "pk")


def lines(concerns: Iterable[Concern], now: datetime) -> list[Line]:
    """The lines of a list."""
    return [Line(concern, now) for concern in concerns]
