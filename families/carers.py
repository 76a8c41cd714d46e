"""Who else cares for a child, as far as one guardian may know it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from families.models import Child, Guardian, Guardianship


@dataclass(frozen=True)
class Carer:
    """Somebody who cares for the child. Without a name for people of another household."""

    name: str
    relationship: str

    @property
    def said(self) -> str:
        """`Sam Green (father)`, or `A father, in another home`."""
        if self.name:
            return f"{self.name} ({self.relationship.lower()})"
        return f"{self.relationship}, in another home"


def others_caring_for(children: Iterable[Child], guardian: Guardian) -> dict[UUID, list[Carer]]:
    """By child: everybody else who stands for it. One query.

    Whoever is restricted is left out and is not told; whoever lives elsewhere has no name here, for separated
    parents learn nothing of each other. The caller has made sure that the guardian may see these children.
    """
    standings = Guardianship.objects.filter(child__in=list(children), restricted=False, guardian__archived_at=None)
    found: dict[UUID, list[Carer]] = defaultdict(list)
    for standing in standings.exclude(guardian=guardian).select_related("guardian").order_by("guardian__first_name"):
        is_near = standing.guardian.family_id == guardian.family_id
        name = standing.guardian.full_name if is_near else ""
        found[standing.child_id].append(Carer(name, standing.get_relationship_display()))
    return found
