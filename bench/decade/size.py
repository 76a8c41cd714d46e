"""How much ten years are."""

from dataclasses import dataclass

# Sessions of one weekday: two at a time, from nine to half past three.
A_DAY = 12


@dataclass(frozen=True)
class Size:
    """How much: ten children have a place in each session, and two members of staff."""

    children: int
    sessions: int
    mails: int

    @property
    def families(self) -> int:
        return max(1, self.children * 4 // 5)

    @property
    def guardians(self) -> int:
        """Half of the families have a second one."""
        return self.families * 3 // 2


DECADE = Size(children=5_000, sessions=30_000, mails=1_000_000)
HANDFUL = Size(children=10, sessions=10, mails=100)
