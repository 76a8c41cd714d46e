"""Finding concerns by what is not secret: reference, kind, state, severity, days, child, who looks after it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q

from families.models import Child
from safeguarding.gathering.lines import for_lines
from safeguarding.models import Concern, ConcernPerson
from safeguarding.models.concerns import ConcernQuerySet
from safeguarding.references import spelled
from whippersnappers.accounts.models import User
from whippersnappers.dates import LONDON


@dataclass(frozen=True)
class Sought:
    """What somebody looks for; empty fields do not narrow it. Days are London's."""

    words: str = ""
    kind: str = ""
    state: str = ""
    severity: str = ""
    since: date | None = None
    until: date | None = None


def search(user: User, sought: Sought) -> ConcernQuerySet:
    """The concerns that fit, the newest first, as far as this person may know of them."""
    seen = Concern.objects.visible_to(user)
    for name in ("kind", "state", "severity"):
        value = getattr(sought, name)
        seen = seen.filter(**{name: value}) if value else seen
    if sought.since:
        seen = seen.filter(submitted_at__gte=_midnight(sought.since))
    if sought.until:
        seen = seen.filter(submitted_at__lt=_midnight(sought.until + timedelta(days=1)))
    return for_lines(_named(seen, sought.words.strip()) if sought.words.strip() else seen)


def _named(seen: ConcernQuerySet, words: str) -> ConcernQuerySet:
    """By reference, or by the name of a child or person in it that the portal knows."""
    children = Child.objects.filter(
        Q(known_as__icontains=words) | Q(first_name__icontains=words) | Q(last_name__icontains=words)
    )
    people = ConcernPerson.objects.filter(
        Q(child__in=children.values("pk")) | Q(user__name__icontains=words), concern=OuterRef("pk")
    )
    fits = Q(Exists(people))
    if reference := spelled(words):
        fits |= Q(reference=reference)
    return seen.filter(fits)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=LONDON)
