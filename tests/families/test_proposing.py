"""What families propose and staff decide: nothing overwritten silently, nothing decided twice."""

import threading
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from families import proposing, registering
from families.models import Child, Guardian, Guardianship, Proposal
from tests.factories import GuardianFactory, household
from tests.families.portal_scenes import NOW, parents, proposed
from whippersnappers.audit.models import AuditEvent

State = Proposal.State


@pytest.fixture
def family(db):
    (guardian,), (child,) = household()
    child.likes = "Trains"
    child.save()
    return guardian, child


def states(**where):
    return sorted(Proposal.objects.filter(**where).values_list("field", "state"))


def test_a_proposal_changes_nothing_until_it_is_accepted(family, coordinator):
    guardian, child = family
    made = proposed(guardian, child, likes="Boats")
    child.refresh_from_db()
    assert (child.likes, made.old, made.new, made.state) == ("Trains", "Trains", "Boats", State.PROPOSED)
    proposing.accept(made, seen="Trains", by=coordinator, now=NOW)
    child.refresh_from_db()
    made.refresh_from_db()
    assert (child.likes, made.state, made.decided_by, made.ended_at) == ("Boats", State.ACCEPTED, coordinator, NOW)
    assert list(AuditEvent.objects.order_by("sequence").values_list("event", flat=True)) == [
        "proposal.made",
        "child.changed",
        "proposal.accepted",
    ]
    assert "Boats" not in str(list(AuditEvent.objects.values_list("detail", flat=True)))


def test_the_same_twice_is_one_another_value_takes_the_first_ones_place_the_held_one_takes_it_back(family):
    guardian, child = family
    proposed(guardian, child, likes="Boats")
    assert proposing.propose(child, guardian, {"likes": "Boats\r\n"}, by=guardian.user, now=NOW) == []
    proposed(guardian, child, likes="Planes")
    assert states() == [("likes", "proposed"), ("likes", "withdrawn")]
    assert proposing.propose(child, guardian, {"likes": " Trains "}, by=guardian.user, now=NOW) == []
    assert states() == [("likes", "withdrawn"), ("likes", "withdrawn")]


def test_what_staff_changed_meanwhile_is_shown_and_not_overwritten_unseen(family, coordinator):
    guardian, child = family
    made = proposed(guardian, child, likes="Boats")
    child.likes = "Horses"
    registering.save_child(child, by=coordinator, now=NOW)
    made = Proposal.objects.get(pk=made.pk)
    assert (made.changed_meanwhile, made.held) == (True, "Horses")
    with pytest.raises(ValidationError, match="Look again"):
        proposing.accept(made, seen="Trains", by=coordinator, now=NOW)
    child.refresh_from_db()
    assert child.likes == "Horses"
    proposing.accept(made, seen="Horses", by=coordinator, now=NOW)
    child.refresh_from_db()
    assert child.likes == "Boats"


def test_declining_needs_a_reason_and_nothing_is_decided_twice(family, coordinator):
    guardian, child = family
    made = proposed(guardian, child, likes="Boats")
    with pytest.raises(ValidationError, match="Say why"):
        proposing.decline(made, "  ", by=coordinator, now=NOW)
    proposing.decline(made, "We cannot have boats", by=coordinator, now=NOW)
    for act in (
        lambda: proposing.decline(made, "Again", by=coordinator, now=NOW),
        lambda: proposing.accept(made, seen="Trains", by=coordinator, now=NOW),
    ):
        with pytest.raises(ValidationError, match="already"):
            act()
    proposing.withdraw(made, by=guardian.user, now=NOW)
    made.refresh_from_db()
    assert (made.state, made.reason) == (State.DECLINED, "We cannot have boats")


@pytest.mark.parametrize("wall", ["restricted", "no_details", "former", "left", "stranger"])
def test_only_who_sees_the_childs_details_now_may_propose(family, wall):
    guardian, child = family
    standing = Guardianship.objects.filter(guardian=guardian)
    match wall:
        case "restricted":
            standing.update(restricted=True, restriction_review_on=date(2027, 1, 1))
        case "no_details":
            standing.update(may_see_details=False)
        case "former":
            Guardian.objects.filter(pk=guardian.pk).update(archived_at=NOW)
        case "left":
            Child.objects.filter(pk=child.pk).update(archived_at=NOW)
        case "stranger":
            guardian = GuardianFactory()
    with pytest.raises(PermissionDenied):
        proposing.propose(child, guardian, {"likes": "Boats"}, by=guardian.user, now=NOW)
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"), [("known_as", ""), ("communication", "telepathy"), ("date_of_birth", "2020-01-01")]
)
def test_what_a_child_cannot_have_is_refused(family, field, value):
    guardian, child = family
    with pytest.raises(ValidationError):
        proposing.propose(child, guardian, {field: value}, by=guardian.user, now=NOW)


def test_another_address_waits_for_staff_and_moves_the_sign_in(family, coordinator):
    guardian, _ = family
    made = proposing.propose_address(guardian, " New@Example.org ", by=guardian.user, now=NOW)
    guardian.refresh_from_db()
    assert guardian.email != "new@example.org"
    proposing.accept(made, seen=guardian.email, by=coordinator, now=NOW)
    guardian.refresh_from_db()
    assert (guardian.email, guardian.user.email) == ("new@example.org", "new@example.org")


def test_somebody_elses_address_cannot_be_taken_over(family, coordinator):
    guardian, _ = family
    taken = GuardianFactory().email
    made = proposing.propose_address(guardian, taken, by=guardian.user, now=NOW)
    with pytest.raises(ValidationError, match="another parent"):
        proposing.accept(made, seen=guardian.email, by=coordinator, now=NOW)
    assert Proposal.objects.get().state == State.PROPOSED


def test_each_parent_sees_only_the_own_proposals(db, coordinator):
    family = parents()
    seen = {
        name: sorted(p.new for p in Proposal.objects.visible_to(getattr(family, name).user))
        for name in ("ann", "ben", "ron", "other")
    }
    assert seen == {"ann": ["canary-ann-words"], "ben": ["canary-ben-words"], "ron": [], "other": []}
    assert Proposal.objects.visible_to(coordinator).count() == 2


def test_two_parents_about_the_same_the_second_meets_the_first_ones_words(db, coordinator):
    parents()
    first, second = Proposal.objects.order_by("pk")
    proposing.accept(first, seen="", by=coordinator, now=NOW)
    with pytest.raises(ValidationError, match="Look again"):
        proposing.accept(second, seen="", by=coordinator, now=NOW)
    assert Proposal.objects.get(pk=second.pk).changed_meanwhile


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "accepted"},
        {"state": "declined", "ended_at": NOW},
        {"field": "email"},
        {"ended_at": NOW},
    ],
)
def test_postgres_refuses_what_cannot_be(family, wrong):
    made = proposed(*family, likes="Boats")
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=made.pk).update(**wrong)


def test_postgres_refuses_a_refusal_without_a_reason_and_a_second_waiting_one(family, coordinator):
    guardian, child = family
    made = proposed(guardian, child, likes="Boats")
    with pytest.raises(IntegrityError, match="declined_with_reason"), transaction.atomic():
        Proposal.objects.filter(pk=made.pk).update(state="declined", ended_at=NOW, decided_by=coordinator)
    again = Proposal(child=child, field="likes", new="Planes", proposed_by=guardian, proposed_at=NOW)
    with pytest.raises(IntegrityError, match="one_waiting"), transaction.atomic():
        again.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_at_once_decide_once(coordinator):
    (guardian,), (child,) = household()
    made = proposed(guardian, child, likes="Boats")
    outcomes, start = [], threading.Barrier(2)

    def decide(act):
        start.wait()
        try:
            act()
            outcomes.append("done")
        except ValidationError:
            outcomes.append("refused")
        finally:
            connection.close()

    acts = [
        lambda: proposing.accept(made, seen="", by=coordinator, now=NOW),
        lambda: proposing.decline(made, "No", by=coordinator, now=NOW),
    ]
    threads = [threading.Thread(target=decide, args=(act,)) for act in acts]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(outcomes) == ["done", "refused"]
