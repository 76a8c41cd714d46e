"""What is missing before a session can begin: two cleared members of staff, and their checklists (W4, W5)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sessions_app.live.checklist import without_checklist
from sessions_app.models import DeliveryCheck
from sessions_app.staff_standing import STAFF_NEEDED, Standing


def missing_to_begin(
    staff: Sequence[Standing], there: Collection[UUID], checks: Iterable[DeliveryCheck], at: datetime
) -> list[str]:
    """In sentences, none when it can begin; `there` are the keys of the staff who are. A plain function."""
    able = {one.assignment.staff_id: one.assignment.staff.first_name for one in staff if one.can_deliver}
    present = [name for key, name in able.items() if key in there]
    said = []
    if len(present) < STAFF_NEEDED:
        said.append(f"Two cleared members of staff must be here; so far: {' and '.join(present) or 'nobody'}.")
    unchecked = without_checklist(able, checks, at)
    return [*said, *(f"{able[key]} has not completed the checklist." for key in unchecked)]
