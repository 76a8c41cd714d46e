"""Whom a session reaches: the guardians of the children who hold a place, and how each is reached.

This is the one place that decides it. Mails, phone tasks, the preview before confirming and the join
link all ask here, so a guardian under a restriction gets nothing anywhere (F7, W8).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from families.models import Child, Guardian, Guardianship
from sessions_app.models import Booking, Session
from sessions_app.models.family_answers import knowing_the_last_word
from sessions_app.next_in_line import knowing_who_waits

PREFERS_PHONE = "prefers the phone"
# What is known of a child but its name, and is nobody's business where places are answered for.
OF_THE_CHILD = tuple(
    f"child__{name}"
    for name in (
        "communication_notes",
        "access_needs",
        "medical_notes",
        "what_helps",
        "what_to_avoid",
        "likes",
    )
)


@dataclass(frozen=True)
class ToReach:
    """One guardian of a session, with the children that this guardian may be told of.

    `by_mail`: mail can be sent. `why_phone`: why staff call, empty when they need not. A guardian who
    prefers the phone and has an address is both: the charity promises everybody a written invitation
    (W1), so they get the mails that carry facts they must keep, and a call instead of the pre-session mail.
    """

    guardian: Guardian
    children: tuple[Child, ...]
    by_mail: bool
    why_phone: str


def guardians_to_reach(session: Session) -> list[ToReach]:
    """The guardians that `session` reaches, by family name; two queries."""
    return reach_by_session([session.pk])[session.pk]


def reach_by_session(session_ids: Iterable[Any]) -> Mapping[Any, list[ToReach]]:
    """`guardians_to_reach` for many sessions at once; the same two queries however many they are."""
    children_of: dict[Any, set[Any]] = defaultdict(set)
    held = Booking.objects.filter(session__in=list(session_ids)).holding_a_place()
    for session_id, child_id in held.values_list("session_id", "child_id"):
        children_of[session_id].add(child_id)
    return reach_of_children(children_of)


def reach_of_children(children_of: Mapping[Any, set[Any]]) -> Mapping[Any, list[ToReach]]:
    """The guardians of these children, session by session, whether they have a place or not; one query."""
    by_child: dict[Any, list[tuple[int, Guardianship]]] = defaultdict(list)
    for place, guardianship in enumerate(_standing(set().union(*children_of.values()))):
        by_child[guardianship.child_id].append((place, guardianship))
    found: dict[Any, list[ToReach]] = defaultdict(list)
    for session_id, children in children_of.items():
        # In the order in which they were read: by the guardians' names.
        mine = sorted((placed for child in children for placed in by_child[child]), key=itemgetter(0))
        found[session_id] = _by_guardian([guardianship for _place, guardianship in mine])
    return found


def guardian_ids_by_session(session_ids: Iterable[Any]) -> Mapping[Any, set[Any]]:
    """Whom `reach_by_session` finds, as keys alone, for counting; two queries."""
    held = Booking.objects.filter(session__in=list(session_ids)).holding_a_place()
    places = list(held.order_by().values_list("session_id", "child_id"))
    guardians_of_child: dict[Any, set[Any]] = defaultdict(set)
    standing = Guardianship.objects.inviting().filter(child__in={child for _session, child in places})
    for child_id, guardian_id in standing.values_list("child_id", "guardian_id"):
        guardians_of_child[child_id].add(guardian_id)
    found: dict[Any, set[Any]] = defaultdict(set)
    for session_id, child_id in places:
        found[session_id] |= guardians_of_child[child_id]
    return found


def reached_guardian(session_id: Any, guardian_id: Any) -> ToReach | None:
    """The entry of one guardian in one session, or None when the session does not reach them (any more)."""
    held = Booking.objects.filter(session=session_id).holding_a_place()
    standing = _select(Guardianship.objects.inviting().filter(guardian=guardian_id, child__in=held.values("child")))
    found = _by_guardian(standing)
    return found[0] if found else None


def places_to_answer(session_id: Any, guardian_id: Any) -> list[Booking]:
    """The places in one session that one guardian may answer for, by the children's names; one query."""
    places = Booking.objects.answerable_by(guardian=guardian_id).filter(session=session_id)
    places = knowing_who_waits(knowing_the_last_word(places.knowing_recording(guardian_id), guardian_id))
    return list(places.select_related("child").defer(*OF_THE_CHILD).order_by("child__known_as"))


def guardians_of(child_id: Any) -> list[ToReach]:
    """The guardians who may be told of one child, whatever place it has; one query."""
    return _by_guardian(_select(Guardianship.objects.inviting().filter(child=child_id)))


def _standing(children: set[Any]) -> list[Guardianship]:
    return _select(Guardianship.objects.inviting().filter(child__in=children)) if children else []


def _select(guardianships: Any) -> list[Guardianship]:
    # Only the names: what else is known of a child is nobody's business here.
    named = guardianships.select_related("guardian__family", "child").only(
        "guardian__first_name",
        "guardian__last_name",
        "guardian__email",
        "guardian__email_problem",
        "guardian__phone",
        "guardian__prefers",
        "guardian__archived_at",
        "guardian__family__name",
        "guardian__family__reference",
        "child__known_as",
        "child__last_name",
        "child__family_id",
    )
    return list(named.order_by("guardian__last_name", "guardian__first_name", "guardian_id", "child__known_as"))


def _by_guardian(standing: list[Guardianship]) -> list[ToReach]:
    children: dict[Any, list[Child]] = defaultdict(list)
    guardians: dict[Any, Guardian] = {}
    for guardianship in standing:
        guardians[guardianship.guardian_id] = guardianship.guardian
        children[guardianship.guardian_id].append(guardianship.child)
    return [
        ToReach(guardian, tuple(children[pk]), by_mail=guardian.can_be_mailed, why_phone=why_phone(guardian))
        for pk, guardian in guardians.items()
    ]


def why_phone(guardian: Guardian) -> str:
    """Why staff must call this guardian, in words for the list of calls; empty when mail is enough."""
    if not guardian.email:
        reason = "no e-mail address"
    elif guardian.email_problem:
        reason = f"mail to {guardian.email} bounced: {guardian.email_problem}"
    else:
        # A wish to be called that cannot be met must not cost them the mail.
        return PREFERS_PHONE if guardian.prefers == Guardian.Contact.PHONE and guardian.phone else ""
    return reason if guardian.phone else f"{reason}; no phone number either"
