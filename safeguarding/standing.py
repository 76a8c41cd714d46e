"""What whoever looks after safeguarding must see on every page: what waits, and whether clocks and mail are well."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from safeguarding import waiting
from safeguarding.escalating import HEARTBEAT
from safeguarding.heads import LEFT, MISSED_AFTER
from whippersnappers.accounts.models import User
from whippersnappers.outbox.models import Heartbeat
from whippersnappers.outbox.trouble import part, trouble

CLOCKS_STOPPED_AFTER = timedelta(minutes=10)
# What is late, and what else somebody has to see to: how the overview says how many of each there are.
_LATE = {
    "overdue": ("action overdue", "actions overdue"),
    "lado": ("allegation of which the LADO was not told in time", "allegations of which the LADO was not told in time"),
    "decisions": ("answer of children’s services late", "answers of children’s services late"),
}
_TO_SEE_TO = {
    "to_judge": ("to be judged", "to be judged"),
    "to_agree": ("needs your agreement to close", "need your agreement to close"),
    "reviews": ("kept for as long as it must be", "kept for as long as they must be"),
    "alerts": ("alert to staff ends soon", "alerts to staff end soon"),
    "policy_alerts": ("policy alert to settle", "policy alerts to settle"),
}


@dataclass(frozen=True)
class Standing:
    """Counts of what this person may know of, and what is wrong with the machinery."""

    unread: int
    oldest_unread: datetime | None
    numbers: dict[str, int]
    clocks_ran_at: datetime | None
    clocks_stopped: bool
    head_left_at: datetime | None
    head_missed: bool
    mail_trouble: list[str]

    @property
    def late(self) -> int:
        """How many things are late, besides what nobody has acknowledged."""
        return sum(self.numbers[name] for name in _LATE)

    @property
    def to_see_to(self) -> int:
        """How many things wait for a decision and are not late."""
        return sum(self.numbers[name] for name in _TO_SEE_TO)

    @property
    def late_in_words(self) -> str:
        """`2 actions overdue, 1 answer of children’s services late`."""
        return self._in_words(_LATE)

    @property
    def to_see_to_in_words(self) -> str:
        """`1 to be judged, 2 need your agreement to close`."""
        return self._in_words(_TO_SEE_TO)

    def _in_words(self, names: dict[str, tuple[str, str]]) -> str:
        counted = ((self.numbers[name], words) for name, words in names.items())
        return ", ".join(f"{number} {one if number == 1 else many}" for number, (one, many) in counted if number)

    @property
    def facts(self) -> tuple[object, ...]:
        """What a page that waits would show of it."""
        counts = tuple(self.numbers.values())
        return (self.unread, self.oldest_unread, counts, self.clocks_stopped, self.head_missed, self.mail_trouble)


def standing(user: User, now: datetime) -> Standing:
    """How things stand for this person, in one query and those about the mail."""
    parts = [
        part("unread", waiting.unread(user), "submitted_at"),
        part("overdue", waiting.overdue(user, now), "due_at"),
        part("lado", waiting.lado_late(user, now), "submitted_at"),
        part("decisions", waiting.decisions_late(user, now), "made_at"),
        part("to_judge", waiting.to_judge(user), "acknowledged_at"),
        part("to_agree", waiting.to_agree(user), "submitted_at"),
        part("reviews", waiting.reviews_to_decide(user), "opened_at"),
        part("alerts", waiting.alerts_ending(user, now), "ends_at"),
        part("policy_alerts", waiting.policy_alerts(user), "began_at"),
        part("clocks", Heartbeat.objects.filter(name=HEARTBEAT), "at"),
        part("head", Heartbeat.objects.filter(name=LEFT), "at"),
    ]
    facts = {name: (since, number) for name, since, number in parts[0].union(*parts[1:], all=True)}
    ran, left = facts["clocks"][0], facts["head"][0]
    return Standing(
        unread=facts["unread"][1],
        oldest_unread=facts["unread"][0],
        numbers={name: facts[name][1] for name in (*_LATE, *_TO_SEE_TO)},
        clocks_ran_at=ran,
        clocks_stopped=ran is None or now - ran >= CLOCKS_STOPPED_AFTER,
        head_left_at=left,
        head_missed=left is None or now - left > MISSED_AFTER,
        mail_trouble=trouble(now),
    )
