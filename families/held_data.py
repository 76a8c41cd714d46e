"""What the charity holds about one guardian and about the children whose details they may see, as plain facts.

Third people stay out of it: another parent's name, address, answers and proposals, and who restricted whom and why.
Notes that staff keep for themselves are read by a person before a copy goes out, so they stay out too.
"""

from dataclasses import dataclass, field
from datetime import datetime

from families.child_words import ASKED, LABELS, shown
from families.models import Child, DataRequest, DetailsConfirmed, Guardian, Guardianship, Proposal, Signature
from whippersnappers import dates
from whippersnappers.accounts.models import User


@dataclass(frozen=True)
class Record:
    """One thing: what it is called, and label after label what is known of it."""

    title: str
    facts: list[tuple[str, str]]

    @property
    def filled(self) -> list[tuple[str, str]]:
        """The facts that say something."""
        return [(label, value) for label, value in self.facts if value]


@dataclass(frozen=True)
class Section:
    """Things of one kind, under one heading."""

    title: str
    pictogram: str
    records: list[Record] = field(default_factory=list)
    note: str = ""


def held_about(guardian: Guardian, user: User, now: datetime) -> list[Section]:
    """The sections about the family itself."""
    return [
        Section("You", "people", [_you(guardian)]),
        Section("Your children", "child", _children(guardian, user), note="Children whose details you may see."),
        Section("What you agreed to", "tick", _signed(guardian, now)),
        Section("Changes you sent us", "copy", _proposed(user, now)),
        Section("What you asked us about your data", "lock", [asked(one, now) for one in _requests(user)]),
    ]


def _you(guardian: Guardian) -> Record:
    facts = [
        ("First name", guardian.first_name),
        ("Last name", guardian.last_name),
        ("E-mail address", guardian.email),
        ("Trouble with that address", guardian.email_problem),
        ("Phone number", guardian.phone),
        ("The number before that, which our staff know", guardian.known_phone),
        ("How you like to hear from us", guardian.get_prefers_display()),
        ("Language", guardian.get_language_display()),
        ("Easy read", "Yes" if guardian.easy_read else "No"),
        ("Household", guardian.family.name),
        ("Our number for it", guardian.family.reference),
        ("Address", guardian.family.address),
        ("With us since", dates.full_day(guardian.family.created_at)),
    ]
    return Record("", facts)


def _children(guardian: Guardian, user: User) -> list[Record]:
    children = Child.objects.visible_to(user).prefetch_related("consents")
    standing = {s.child_id: s for s in Guardianship.objects.filter(guardian=guardian, child__in=children)}
    said: dict[object, DetailsConfirmed] = {}
    for one in DetailsConfirmed.objects.filter(guardian=guardian, child__in=children).order_by("on"):
        said[one.child_id] = one
    return [_child(child, standing[child.pk], said.get(child.pk)) for child in children]


def _child(child: Child, standing: Guardianship, said: DetailsConfirmed | None) -> Record:
    facts = [
        ("First name", child.first_name),
        ("Last name", child.last_name),
        ("Our number for your child", child.reference),
        ("Born on", dates.full_day(child.date_of_birth)),
        *((asked.label, shown(child, asked.field)) for asked in ASKED),
        ("Short-break hours a year", str(child.entitlement_hours or "")),
        ("You are", standing.get_relationship_display()),
        ("You have parental responsibility", "Yes" if standing.parental_responsibility else "No"),
        ("You said that nothing changed", dates.full_day(said.on) if said else ""),
        *(
            (consent.get_purpose_display(), "Yes" if consent.given else "No")
            for consent in child.consents.all()
            if consent.superseded_at is None
        ),
    ]
    return Record(child.known_as, facts)


def _signed(guardian: Guardian, now: datetime) -> list[Record]:
    signatures = Signature.objects.filter(guardian=guardian).select_related("agreement").order_by("signed_at")
    return [
        Record(
            f"What parents and carers agree to, version {one.agreement.version}",
            [("Signed as", one.typed_name), ("Signed on", dates.full_moment(one.signed_at))],
        )
        for one in signatures
    ]


def _proposed(user: User, now: datetime) -> list[Record]:
    own = Proposal.objects.visible_to(user).select_related("child").order_by("-proposed_at")
    return [
        Record(
            f"{LABELS[one.field]}{f', {one.child.known_as}' if one.child else ''}",
            [
                ("Before", one.said(one.old)),
                ("You wrote", one.said(one.new)),
                ("Sent on", dates.full_moment(one.proposed_at)),
                ("State", one.get_state_display()),
                ("Our answer", one.reason),
            ],
        )
        for one in own
    ]


def _requests(user: User) -> list[DataRequest]:
    return list(DataRequest.objects.visible_to(user).order_by("-received_at"))


def asked(request: DataRequest, now: datetime) -> Record:
    """A request, as the family reads it."""
    open_facts = [("We answer by", dates.full_day(request.due_on)), ("Why it takes longer", request.extension_reason)]
    answered = [("Our answer", request.get_outcome_display()), ("Why", request.reason)]
    facts = [("Asked on", dates.full_moment(request.received_at)), ("You wrote", request.words)]
    return Record(request.get_kind_display(), [*facts, *(answered if request.answered_at else open_facts)])
