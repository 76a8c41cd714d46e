"""What we hold about a child in a parent's words: on the families' pages, and in what they take home."""

from dataclasses import dataclass

from families.models import Child
from families.plain_text import tidy


@dataclass(frozen=True)
class Asked:
    """One thing that we hold about a child: how parents call it, what we would like to know, its pictogram."""

    field: str
    label: str
    help_text: str
    pictogram: str


ASKED = (
    Asked("known_as", "What we call your child", "The name that your child likes to hear.", "child"),
    Asked("communication", "How your child talks with us", "Choose what your child uses most.", "people"),
    Asked("communication_notes", "More about talking", "Signs, sounds or looks that we should know.", "hello"),
    Asked("medical_notes", "Allergies and health", "What we must know to keep your child safe.", "warning"),
    Asked("access_needs", "What your child needs to take part", "A wheelchair, a quiet room, large pictures.", "key"),
    Asked("what_helps", "What helps", "What makes your child feel well and calm.", "heart"),
    Asked("what_to_avoid", "What to stay away from", "Sounds, foods or things that upset your child.", "cancelled"),
    Asked("likes", "What your child likes", "Songs, games, animals, colours.", "star"),
    Asked("local_authority", "Your council", "The council that helps you.", "place"),
)
LABELS = {asked.field: asked.label for asked in ASKED} | {"email": "Your e-mail address"}


def held_by(child: Child, field: str) -> str:
    """A value of the child as it is compared and proposed: trimmed, with plain line ends."""
    return tidy(str(getattr(child, field)))


def shown(child: Child, field: str) -> str:
    """A value as parents read it."""
    return child.get_communication_display() if field == "communication" else held_by(child, field)
