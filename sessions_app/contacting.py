"""Who has been contacted about a session and who has not, guardian by guardian and family by family (W2).

Read from what really went out: mails that a server took, calls that staff ticked off, links that were opened.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, Value

from families.models import Family
from sessions_app import posting
from sessions_app.invitations import WayInState, kept_back_by, knowing_what_keeps_back
from sessions_app.models import Booking, Invitation, JoinUse, PhoneTask
from sessions_app.reach import ToReach, guardian_ids_by_session, reach_by_session
from sessions_app.undertakings import Agreed, agreed_by_pair
from whippersnappers.outbox.models import OutgoingMail


@dataclass
class Contact:
    """One guardian of a session: the mails and calls about it, newest first, and the way in.

    `invitation` and `coming`, the guardian’s children who said that they come, are there where the reader asked
    for replies too (`contacts_of`, `families_by_session`); how they stand to the agreement, in `contacts_of` alone.
    """

    reach: ToReach
    mails: list[OutgoingMail] = field(default_factory=list)
    calls: list[PhoneTask] = field(default_factory=list)
    invitation: Invitation | None = None
    coming: set[Any] = field(default_factory=set)
    agreed: Agreed = Agreed.SIGNED

    @property
    def kept_back(self) -> WayInState | None:
        """What keeps their way in from them."""
        return kept_back_by(self.invitation) if self.invitation else None

    @property
    def is_contacted(self) -> bool:
        """Whether a preparing mail has gone, or staff spoke to them. A message left is not yet contact."""
        return self.prepared_by is not None

    @property
    def prepared_by(self) -> OutgoingMail | PhoneTask | None:
        """The mail or the conversation by which they know what to prepare."""
        by_mail = next((mail for mail in self.mails if _has_prepared(mail)), None)
        return by_mail or next((call for call in self.calls if _has_told(call)), None)

    @property
    def has_heard(self) -> bool:
        """Whether they know of the session, or may: a mail that was tried may have arrived, a message been heard."""
        gone = (OutgoingMail.State.SENT, OutgoingMail.State.SENDING)
        mailed = any(m.state in gone or (m.state == OutgoingMail.State.WAITING and m.attempts) for m in self.mails)
        heard = (PhoneTask.Outcome.REACHED, PhoneTask.Outcome.MESSAGE_LEFT)
        return mailed or any(call.outcome in heard for call in self.calls)

    @property
    def open_calls(self) -> list[PhoneTask]:
        return [call for call in self.calls if call.done_at is None]

    @property
    def has_opened(self) -> bool:
        """Whether the join page was opened with their link, early or late."""
        return bool(self._uses)

    @property
    def has_joined(self) -> bool:
        return JoinUse.Outcome.JOINED in self._uses

    @property
    def _uses(self) -> list[str]:
        return self.invitation.outcomes if self.invitation else []  # type: ignore[attr-defined]


def _has_prepared(mail: OutgoingMail) -> bool:
    return mail.state == OutgoingMail.State.SENT and posting.prepares(mail)


def _has_told(call: PhoneTask) -> bool:
    # Who was only offered a place, or told that there is none, does not know what to prepare.
    other = (PhoneTask.Purpose.CANCELLED, PhoneTask.Purpose.OFFER, PhoneTask.Purpose.ANSWERED)
    return call.outcome == PhoneTask.Outcome.REACHED and call.purpose not in other


@dataclass(frozen=True)
class FamilyContact:
    """One household of a session. Separated parents of one child are two of them, each with its own contact."""

    family: Family
    contacts: list[Contact]

    @property
    def is_contacted(self) -> bool:
        """Whether every parent and carer of the household who is invited has been contacted."""
        return all(contact.is_contacted for contact in self.contacts)

    @property
    def children(self) -> dict[Any, str]:
        """The children with a place whom somebody of the household is told of: what they are known as."""
        return {child.pk: child.known_as for contact in self.contacts for child in contact.reach.children}

    @property
    def coming(self) -> set[Any]:
        return set().union(*(contact.coming for contact in self.contacts))

    @property
    def open_calls(self) -> list[PhoneTask]:
        return [call for contact in self.contacts for call in contact.open_calls]


@dataclass(frozen=True)
class SessionContacts:
    """One session's households, and the children whose families said no: they need no contact any more."""

    families: list[FamilyContact]
    not_coming: list[str]


@dataclass(frozen=True)
class Contacted:
    """How many of a session's guardians have been contacted."""

    reached: int
    wanted: int


def contacts_by_session(session_ids: Iterable[Any]) -> Mapping[Any, list[Contact]]:
    """Every guardian of each session, by family name; four queries however many sessions there are."""
    ids = list(session_ids)
    reached = reach_by_session(ids)
    found = {sid: {r.guardian.pk: Contact(r) for r in reached.get(sid, [])} for sid in ids}
    _add_mails(found)
    for call in PhoneTask.objects.filter(session__in=ids).select_related("done_by").order_by("-created_at"):
        if call.guardian_id in found[call.session_id]:
            found[call.session_id][call.guardian_id].calls.append(call)
    return defaultdict(list, {sid: list(contacts.values()) for sid, contacts in found.items()})


def _add_mails(found: Mapping[Any, dict[Any, Contact]]) -> None:
    by_about = {posting.about(sid): sid for sid in found}
    people = {posting.person(pk): pk for contacts in found.values() for pk in contacts}
    mails = OutgoingMail.objects.filter(about__in=by_about, kind__in=posting.FAMILY_KINDS)
    shown = ("kind", "about", "person", "context", "state", "reason", "sent_at", "created_at")
    for mail in mails.only(*shown).order_by("-created_at"):
        guardian, contacts = people.get(mail.person), found[by_about[mail.about]]
        if guardian is not None and guardian in contacts:
            contacts[guardian].mails.append(mail)


def _add_ways_in(found: Mapping[Any, list[Contact]]) -> None:
    contacts = {(sid, contact.reach.guardian.pk): contact for sid, each in found.items() for contact in each}
    outcomes = ArrayAgg("uses__outcome", distinct=True, filter=Q(uses__isnull=False), default=Value([]))
    ways_in = knowing_what_keeps_back(Invitation.objects.filter(session__in=list(found)))
    for invitation in ways_in.annotate(outcomes=outcomes):
        contact = contacts.get((invitation.session_id, invitation.guardian_id))
        if contact is not None:
            contact.invitation = invitation


def _answers(session_ids: Iterable[Any]) -> Mapping[Any, list[Booking]]:
    """The bookings of each session that were answered, with yes or no; one query."""
    answered = Booking.objects.filter(
        session__in=list(session_ids), state__in=[Booking.State.COMING, Booking.State.NOT_COMING]
    )
    found = defaultdict(list)
    names = ("state", "session_id", "child__known_as")
    for booking in answered.select_related("child").only(*names).order_by("child__known_as"):
        found[booking.session_id].append(booking)
    return found


def _note_who_is_coming(contacts: list[Contact], answers: list[Booking]) -> None:
    coming = {booking.child_id for booking in answers if booking.state == Booking.State.COMING}
    for contact in contacts:
        contact.coming = {child.pk for child in contact.reach.children} & coming


def contacts_of(session_id: Any) -> list[Contact]:
    """The guardians of one session, with what they answered."""
    contacts = contacts_by_session([session_id])
    _add_ways_in(contacts)
    _note_who_is_coming(contacts[session_id], _answers([session_id])[session_id])
    agreed = agreed_by_pair((session_id, contact.reach.guardian.pk) for contact in contacts[session_id])
    for contact in contacts[session_id]:
        contact.agreed = agreed[session_id, contact.reach.guardian.pk]
    return contacts[session_id]


def unsigned_said(contacts: Iterable[Contact]) -> str:
    """Who of them has no way in without a signature, as a sentence for staff; empty when all may come in."""
    names = [str(contact.reach.guardian) for contact in contacts if contact.agreed == Agreed.UNSIGNED]
    if not names:
        return ""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    have = "has" if len(names) == 1 else "have"
    return f"{', '.join(names[:3])}{more} {have} not signed our agreement, and cannot join until they do."


def families_by_session(session_ids: Iterable[Any]) -> dict[Any, SessionContacts]:
    """Every household of each session, by name; six queries however many sessions there are."""
    contacts, answers = contacts_by_session(session_ids), _answers(session_ids)
    _add_ways_in(contacts)
    for session_id, each in contacts.items():
        _note_who_is_coming(each, answers[session_id])
    return {
        session_id: SessionContacts(
            _by_family(each), [b.child.known_as for b in answers[session_id] if b.state == Booking.State.NOT_COMING]
        )
        for session_id, each in contacts.items()
    }


def _by_family(contacts: list[Contact]) -> list[FamilyContact]:
    together: dict[Any, list[Contact]] = defaultdict(list)
    for contact in contacts:
        together[contact.reach.guardian.family_id].append(contact)
    households = [FamilyContact(each[0].reach.guardian.family, each) for each in together.values()]
    return sorted(households, key=lambda household: (household.family.name.casefold(), household.family.reference))


def contacted_by_session(session_ids: Iterable[Any]) -> dict[Any, Contacted]:
    """How many are contacted by the rule of `Contact.prepared_by`; four queries that read what counting needs."""
    ids = list(session_ids)
    reached, told = guardian_ids_by_session(ids), _told(ids)
    return {
        sid: Contacted(sum((str(sid), str(guardian)) in told for guardian in reached[sid]), len(reached[sid]))
        for sid in ids
    }


def _told(session_ids: list[Any]) -> set[tuple[str, str]]:
    """Session and guardian, for everybody who has been contacted."""
    by_about = {posting.about(sid): str(sid) for sid in session_ids}
    mails = OutgoingMail.objects.filter(
        about__in=by_about, kind__in=posting.FAMILY_KINDS, state=OutgoingMail.State.SENT
    ).only("kind", "about", "person", "context", "state")
    told = {(by_about[mail.about], posting.guardian_id_of(mail)) for mail in mails if _has_prepared(mail)}
    calls = PhoneTask.objects.filter(session__in=session_ids).order_by()
    return told | {
        (str(call.session_id), str(call.guardian_id))
        for call in calls.only("session_id", "guardian_id", "outcome", "purpose")
        if _has_told(call)
    }
