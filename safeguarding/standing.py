"""What whoever looks after safeguarding must see on every page: what waits, and whether clocks and mail are well."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from safeguarding.escalating import HEARTBEAT
from safeguarding.heads import LEFT, MISSED_AFTER
from safeguarding.models import Action, Concern
from whippersnappers.accounts.models import User
from whippersnappers.outbox.models import Heartbeat
from whippersnappers.outbox.trouble import part, trouble

CLOCKS_STOPPED_AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class Standing:
    """Counts of what this person may know of, and what is wrong with the machinery."""

    unread: int
    oldest_unread: datetime | None
    overdue: int
    clocks_ran_at: datetime | None
    clocks_stopped: bool
    head_left_at: datetime | None
    head_missed: bool
    mail_trouble: list[str]

    @property
    def facts(self) -> tuple[object, ...]:
        """What a page that waits would show of it."""
        return (self.unread, self.oldest_unread, self.overdue, self.clocks_stopped, self.head_missed, self.mail_trouble)


def standing(user: User, now: datetime) -> Standing:
    """How things stand for this person, in one query and those about the mail."""
    seen = Concern.objects.visible_to(user).in_hand()
    late = Action.objects.filter(concern__in=seen.values("pk"), done_at=None, due_at__lte=now)
    parts = [
        part("unread", seen.filter(acknowledged_at=None), "submitted_at"),
        part("overdue", late, "due_at"),
        part("clocks", Heartbeat.objects.filter(name=HEARTBEAT), "at"),
        part("head", Heartbeat.objects.filter(name=LEFT), "at"),
    ]
    facts = {name: (since, number) for name, since, number in parts[0].union(*parts[1:], all=True)}
    ran, left = facts["clocks"][0], facts["head"][0]
    return Standing(
        unread=facts["unread"][1],
        oldest_unread=facts["unread"][0],
        overdue=facts["overdue"][1],
        clocks_ran_at=ran,
        clocks_stopped=ran is None or now - ran >= CLOCKS_STOPPED_AFTER,
        head_left_at=left,
        head_missed=left is None or now - left > MISSED_AFTER,
        mail_trouble=trouble(now),
    )
