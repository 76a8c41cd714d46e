"""The calls in the order in which they are made, one person after the other."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sessions_app.models import PhoneTask
from sessions_app.models.bookings import MOST_URGENT


@dataclass(frozen=True)
class Queue:
    """The calls still to make in their order, and where one of them stands among them."""

    keys: list[tuple[Any, ...]]
    key: tuple[Any, ...] | None

    @property
    def place(self) -> int:
        """Counted from 1; 0 for a call that is not to be made."""
        return self.keys.index(self.key) + 1 if self.key in self.keys else 0

    @property
    def after(self) -> Any:
        """The key of the call that comes next, or None after the last. Holds for a call that is done too."""
        return next((key[-1] for key in self.keys if self.key is None or key > self.key), None)

    def without(self, tasks: Iterable[str]) -> "Queue":
        """The same without calls that were made meanwhile."""
        made = set(tasks)
        return Queue([key for key in self.keys if str(key[-1]) not in made], self.key)


def queue_from(task: PhoneTask | None, now: datetime) -> Queue:
    """The calls as they stand now, each person once, seen from one of them; from the start without one."""
    keys = PhoneTask.objects.to_make(now).each_person_once().values_list(*MOST_URGENT)
    return Queue(list(keys), (task.session.starts_at, task.created_at, task.pk) if task else None)
