"""How much ten years are."""

from dataclasses import dataclass

# Sessions of one weekday at most: two at a time, from nine to half past three.
MOST_A_DAY = 12


@dataclass(frozen=True)
class Size:
    """How much: ten children have a place in each session, and two members of staff."""

    children: int
    sessions: int
    mails: int
    a_day: int
    # The last session is on a Friday: so many weeks after this one's.
    weeks_ahead: int

    @property
    def weekday(self) -> str:
        """SQL: on which weekday session `n` is, counted backwards from the last."""
        return f"(n / {self.a_day})"

    @property
    def slot(self) -> str:
        """SQL: which of its day's sessions session `n` is."""
        return f"mod(n, {self.a_day})"

    @property
    def families(self) -> int:
        return max(1, self.children * 4 // 5)

    @property
    def guardians(self) -> int:
        """Half of the families have a second one."""
        return self.families * 3 // 2


DECADE = Size(children=5_000, sessions=30_000, mails=1_000_000, a_day=MOST_A_DAY, weeks_ahead=4)
# One a day, this week and the next, so that no page is empty.
HANDFUL = Size(children=10, sessions=10, mails=100, a_day=1, weeks_ahead=1)
