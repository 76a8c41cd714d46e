"""What of a concern can go into a bundle, piece by piece, each in the words in which it would leave."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.template.defaultfilters import filesizeformat

from safeguarding.body_map import Mark
from safeguarding.gathering import record
from safeguarding.models import AdultAssessment, ChronologyEntry, Concern, ConcernFile, ConcernPerson, ConcernVersion
from safeguarding.models.versions import NARRATIVE
from safeguarding.vocabulary import CATEGORIES, Severity, Tag
from whippersnappers import dates

GROUPS = {
    "concern": "The concern",
    "told": "What was told",
    "people": "Who is in it",
    "adult": "Adult at risk",
    "happened": "What happened",
    "actions": "What was done",
    "referrals": "Who was told",
    "files": "Files that go along, as they are",
}
# What an agency does not need as a rule: it is there to be ticked.
_SELDOM = {"opinion", "how_serious", "reach_reporter"}
_WORTH_TELLING = {ChronologyEntry.Kind.NOTE, ChronologyEntry.Kind.ADDED}
_NOT_SAID = {"id", "concern", "author", "at"}
_SAID_OF_ADULTS = [field for field in AdultAssessment._meta.local_fields if field.name not in _NOT_SAID]


@dataclass(frozen=True)
class Part:
    """One piece. `wanted` is whether it is ticked at first."""

    key: str
    group: str
    title: str
    text: str
    wanted: bool = False
    # Of a body map, beside its words.
    marks: tuple[Mark, ...] = ()


def parts_of(concern: Concern) -> list[Part]:
    """All pieces, in the order in which they stand in the file."""
    return [part for group in _GATHERED for part in group(concern)]


def moment(at: datetime) -> str:
    """A day, always with its year, and a time."""
    return f"{day_of(dates.local(at).date())}, {dates.clock(at)}"


def day_of(on: date) -> str:
    """A day, always with its year: the file is read long after."""
    return f"{on:%A} {on.day} {on:%B} {on.year}"


def _concern(concern: Concern) -> Iterator[Part]:
    words = [f"{concern.get_kind_display()}. Reported by: {concern.get_source_display().lower()}."]
    if concern.submitted_at:
        words.append(f"Sent to us on {moment(concern.submitted_at)}.")
    if concern.danger_now:
        words.append(f"In danger now? {concern.get_danger_now_display()}.")
    if concern.severity:
        words.append(f"How soon somebody must act: {Severity(concern.severity).label}.")
    kinds = [word for value, word in CATEGORIES if value in concern.categories]
    kinds += [str(tag.label) for tag in Tag if tag in concern.tags]
    words += [f"What it touches: {', '.join(kinds)}."] if kinds else []
    yield Part("concern", "concern", "In short", " ".join(words), wanted=True)
    if concern.told_by:
        yield Part("reporter", "concern", "Who told us", concern.told_by)


def _told(concern: Concern) -> Iterator[Part]:
    for version in concern.versions.all():
        for name in NARRATIVE:
            words = version.in_words(name)
            if words:
                marks = tuple(version.marks) if name == "body_map" else ()
                key, wanted = f"version:{version.pk}:{name}", name not in _SELDOM
                yield Part(key, "told", _heading(version, name), words, wanted, marks)


def _heading(version: ConcernVersion, name: str) -> str:
    label = record.label_of(name)
    return label if version.number == 1 else f"{label}, added on {moment(version.at)}"


def _people(concern: Concern) -> Iterator[Part]:
    for person in concern.people.all():
        role = person.get_role_display()
        yield Part(f"person:{person.pk}", "people", role, _who(person), person.child_id is not None)
        if person.child and person.child.family.address:
            yield Part(
                f"address:{person.pk}", "people", f"Where {person.child.known_as} lives", person.child.family.address
            )


def _who(person: ConcernPerson) -> str:
    child = person.child
    if child is None:
        return str(person.user) if person.user else person.words
    words = [
        f"{child.first_name} {child.last_name}, known as {child.known_as}.",
        f"Born {day_of(child.date_of_birth)}.",
    ]
    if child.communication:
        words.append(f"Communicates by: {child.get_communication_display()}.")
    words += [f"Council: {child.local_authority}."] if child.local_authority else []
    return " ".join(words)


def _adult(concern: Concern) -> Iterator[Part]:
    last = concern.adult_assessments.last()
    if last is not None:
        title = f"As judged on {moment(last.at)}"
        yield Part(f"adult:{last.pk}", "adult", title, "\n".join([last.section_42, *_said_of(last)]), wanted=True)


def _said_of(adult: AdultAssessment) -> Iterable[str]:
    for field in _SAID_OF_ADULTS:
        name = field.name
        said = getattr(adult, f"get_{name}_display")() if field.choices else getattr(adult, name)
        if said:
            yield f"{str(field.verbose_name).capitalize()}: {said}"


def _happened(concern: Concern) -> Iterator[Part]:
    for entry in concern.chronology.all():
        title = f"{moment(entry.at)}: {entry.get_kind_display().lower()}"
        state = entry.get_state_display() if entry.state else ""
        text = "\n".join(filter(None, [state, entry.words])) or entry.get_kind_display()
        yield Part(f"entry:{entry.pk}", "happened", title, text, entry.kind in _WORTH_TELLING)


def _actions(concern: Concern) -> Iterator[Part]:
    for action in concern.actions.all():
        done = f"Done on {moment(action.done_at)}" if action.done_at else f"To be done by {moment(action.due_at)}"
        text = "\n".join(filter(None, [action.what, action.outcome]))
        yield Part(f"action:{action.pk}", "actions", f"{done}, by {action.owner}", text)


def _referrals(concern: Concern) -> Iterator[Part]:
    for referral in concern.referrals.all():
        title = f"{referral.get_agency_display()}, {referral.get_how_display().lower()}, {moment(referral.made_at)}"
        lines = [referral.why, f"Told by: {referral.told_by}" if referral.told_by else ""]
        lines += [f"Answered: {referral.answer}"] if referral.answer else []
        yield Part(f"referral:{referral.pk}", "referrals", title, "\n".join(filter(None, lines)))


def key_of(file: ConcernFile) -> str:
    """By which a file that goes along is chosen."""
    return f"file:{file.pk}"


def _files(concern: Concern) -> Iterator[Part]:
    for file in concern.files.all():
        title = f"{file.neutral_name}: {file.get_kind_display()}, {filesizeformat(file.size)}"
        # By its SHA-256 whoever receives it can tell that it is this one.
        yield Part(key_of(file), "files", title, "\n".join(filter(None, [file.name, file.about, in_short_of(file)])))


def in_short_of(file: ConcernFile) -> str:
    """What a file that goes along is known by."""
    return f"SHA-256 {file.sha256}"


_GATHERED = (_concern, _told, _people, _adult, _happened, _actions, _referrals, _files)
