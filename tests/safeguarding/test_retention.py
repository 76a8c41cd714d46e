"""How long concerns are kept: the longest clock wins, expiry is a task and never a deletion, a hold beats all."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, InternalError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from safeguarding import handling, referring, waiting
from safeguarding.gathering.keeping import kept
from safeguarding.models import Concern, ConcernPerson, LegalHold, Referral, RetentionReview
from safeguarding.retention.reviewing import facts_of, hold, keep_longer, lift, open_reviews
from safeguarding.retention.rules import RetentionFacts, clocks, is_due, keep_until
from safeguarding.vocabulary import Agency, Kind, LadoOutcome, PersonRole, RetentionClass, State
from tests.factories import ChildFactory
from tests.safeguarding.scenes import REASON, deputy_named, judge, raised
from tests.safeguarding.test_closing import agree, propose
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent

CHILD, SEXUAL, STAFF = RetentionClass.CHILD, RetentionClass.SEXUAL, RetentionClass.STAFF
RAISED = date(2026, 11, 25)


def facts(kind: Kind = Kind.CHILD, **fields: object) -> RetentionFacts:
    return RetentionFacts(**({"kind": kind, "raised_on": RAISED} | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "ends"),
    [
        (facts(chosen=CHILD, children_born=(date(2016, 5, 3),)), {CHILD: date(2041, 5, 3)}),
        # Born on a leap day: of 2041 that is 1 March, of 2040 the day itself.
        (facts(children_born=(date(2016, 2, 29),)), {CHILD: date(2041, 3, 1)}),
        (facts(children_born=(date(2016, 2, 29), date(2015, 3, 1))), {CHILD: date(2041, 3, 1)}),
        # Two children: the younger one.
        (facts(children_born=(date(2010, 1, 1), date(2019, 12, 31))), {CHILD: date(2044, 12, 31)}),
        # A birthday that is not known: born on the day, at the youngest.
        (facts(children_born=(None,)), {CHILD: date(2051, 11, 25)}),
        (facts(children_born=(date(2010, 1, 1), None)), {CHILD: date(2051, 11, 25)}),
        (facts(chosen=CHILD), {CHILD: date(2051, 11, 25)}),
        # Related to sexual abuse: by what was chosen, by a category or by a tag.
        (facts(chosen=SEXUAL), {SEXUAL: date(2101, 11, 25)}),
        *(
            (
                facts(children_born=(date(2016, 5, 3),), words=frozenset({word})),
                {CHILD: date(2041, 5, 3), SEXUAL: date(2101, 11, 25)},
            )
            for word in ("sexual", "adult_sexual", "sexual_exploitation")
        ),
        # About staff: to pension age, or ten years if that is longer.
        (facts(Kind.STAFF, staff_born=(date(1990, 6, 1),)), {STAFF: date(2058, 6, 1)}),
        (facts(Kind.STAFF, staff_born=(date(1960, 6, 1),)), {STAFF: date(2036, 11, 25)}),
        (facts(Kind.STAFF, staff_born=(date(1960, 6, 1), date(1996, 2, 29))), {STAFF: date(2064, 2, 29)}),
        (facts(Kind.LOW_LEVEL), {STAFF: date(2076, 11, 25)}),
        # Found false or malicious: no career is followed by it.
        (facts(Kind.STAFF, staff_born=(date(1990, 6, 1),), is_cleared=True), {STAFF: date(2036, 11, 25)}),
        (facts(Kind.STAFF, children_born=(date(2020, 1, 1),), is_cleared=True), {
            CHILD: date(2045, 1, 1), STAFF: date(2036, 11, 25)
        }),
        # An organisation's failing without a child still has a clock.
        (facts(Kind.ORGANISATION), {STAFF: date(2076, 11, 25)}),
    ],
)  # fmt: skip
def test_each_clock(given: RetentionFacts, ends: dict[RetentionClass, date]) -> None:
    assert clocks(given) == ends
    assert keep_until(given) == max(ends.values())


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2041, 5, 2, 22, 59, tzinfo=UTC), False),
        # London's midnight of the birthday, in summer time.
        (datetime(2041, 5, 2, 23, 0, tzinfo=UTC), True),
        (datetime(2060, 1, 1, tzinfo=UTC), True),
    ],
)
def test_the_day_is_londons_and_a_hold_or_a_decision_beats_it(now: datetime, due: bool) -> None:
    child = {"children_born": (date(2016, 5, 3),)}
    assert is_due(facts(**child), now) == due
    assert not is_due(facts(**child, is_held=True), now)
    assert not is_due(facts(**child, kept_until=date(2099, 1, 1)), now)
    # A decision never shortens a clock.
    assert keep_until(facts(**child, kept_until=date(2027, 1, 1))) == date(2041, 5, 3)


@pytest.mark.django_db
class TestReviews:
    """From a clock that ran out to somebody who decided."""

    @pytest.fixture
    def old(self, lead: User) -> Concern:
        """Closed by two people; the child has since had the 25th birthday."""
        child = ChildFactory(date_of_birth=date(2016, 5, 3))
        concern, deputy, now = raised(children=[child]), deputy_named(), timezone.now()
        handling.acknowledge(concern.pk, by=lead, now=now)
        judge(concern, by=lead)
        propose(concern, lead)
        agree(concern, deputy)
        return Concern.objects.get(pk=concern.pk)

    LATER = datetime(2041, 6, 1, tzinfo=UTC)

    def test_expiry_makes_one_task_and_deletes_nothing(self, client: Client, lead: User, old: Concern) -> None:
        assert open_reviews(self.LATER - timedelta(days=60)) == 0
        assert [open_reviews(self.LATER) for _ in range(2)] == [1, 0]
        (review,) = waiting.reviews(lead)
        assert (review.concern, review.due_on) == (old, date(2041, 5, 3))
        assert AuditEvent.objects.filter(event="concern.retention_due").count() == 1
        client.force_login(lead)
        assert "Kept for as long as they must be" in client.get(reverse("safeguarding_home")).content.decode()
        page = client.get(reverse("safeguarding_concern", args=[old.pk])).content.decode()
        assert "Friday 3 May 2041" in page
        assert Concern.objects.get() == old

    def test_keeping_it_longer_needs_a_reason_and_a_day_to_come(self, lead: User, old: Concern) -> None:
        open_reviews(self.LATER)
        until = date(2044, 1, 1)
        for day, reason in ((until, " "), (date(2041, 6, 1), REASON), (date(2066, 6, 2), REASON)):
            with pytest.raises(ValidationError):
                keep_longer(old.pk, day, reason=reason, by=lead, now=self.LATER)
        keep_longer(old.pk, until, reason=REASON, by=lead, now=self.LATER)
        assert list(waiting.reviews(lead)) == []
        with pytest.raises(ValidationError, match="Nothing waits"):
            keep_longer(old.pk, until, reason=REASON, by=lead, now=self.LATER)
        assert open_reviews(datetime(2043, 12, 31, tzinfo=UTC)) == 0
        assert open_reviews(datetime(2044, 1, 1, tzinfo=UTC)) == 1

    def test_a_hold_beats_everything_until_it_is_lifted(self, client: Client, lead: User, old: Concern) -> None:
        now = timezone.now()
        client.force_login(lead)
        step = reverse("safeguarding_step", args=[old.pk, "hold"])
        assert "Say why" in client.post(step, {"reason": ""}).content.decode()
        page = client.post(step, {"reason": "canary: a court asks"}, follow=True).content.decode()
        assert "For as long as the legal hold stands" in page
        with pytest.raises(ValidationError, match="stands already"):
            hold(old.pk, reason=REASON, by=lead, now=now)
        assert open_reviews(self.LATER) == 0
        lift(old.pk, reason="The court has closed it", by=lead, now=now)
        with pytest.raises(ValidationError, match="No legal hold"):
            lift(old.pk, reason=REASON, by=lead, now=now)
        assert open_reviews(self.LATER) == 1
        # One that is set while the review waits takes the task away.
        hold(old.pk, reason=REASON, by=lead, now=now)
        assert list(waiting.reviews(lead)) == []
        assert {row.reason for row in LegalHold.objects.all()} == {"canary: a court asks", REASON}

    def test_postgres_holds_that_one_hold_stands_and_none_is_taken_away(self, lead: User, old: Concern) -> None:
        row = hold(old.pk, reason=REASON, by=lead, now=timezone.now())
        with pytest.raises(IntegrityError), transaction.atomic():
            LegalHold.objects.create(concern=old, reason="again", set_by=lead, set_at=timezone.now())
        with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
            row.delete()

    def test_whom_it_does_not_exist_for_has_no_task_of_it(self, client: Client, lead: User, old: Concern) -> None:
        client.force_login(lead)
        open_reviews(self.LATER)
        ConcernPerson.objects.create(concern=old, user=lead, role=PersonRole.SUBJECT)
        assert list(waiting.reviews(lead)) == []
        assert old.reference not in client.get(reverse("safeguarding_home")).content.decode()
        for act in (hold, lift):
            with pytest.raises(Concern.DoesNotExist):
                act(old.pk, reason=REASON, by=lead, now=timezone.now())
        with pytest.raises(Concern.DoesNotExist):
            keep_longer(old.pk, date(2044, 1, 1), reason=REASON, by=lead, now=self.LATER)

    def test_what_is_in_hand_has_no_end(self, lead: User) -> None:
        concern = raised()
        assert kept(concern) is None
        assert open_reviews(datetime(2150, 1, 1, tzinfo=UTC)) == 0
        handling.move(concern.pk, State.ERROR, reason=REASON, by=lead, now=timezone.now())
        assert open_reviews(datetime(2150, 1, 1, tzinfo=UTC)) == 1
        assert RetentionReview.objects.get().concern == concern

    def test_what_the_lado_found_changes_the_clock(self, lead: User, practitioner: User) -> None:
        concern, now = raised(kind=Kind.STAFF), timezone.now()
        ConcernPerson.objects.create(concern=concern, user=practitioner, role=PersonRole.SUBJECT)
        assert facts_of(concern).staff_born == (None,)
        handling.acknowledge(concern.pk, by=lead, now=now)
        judge(concern, by=lead)
        told = Referral(agency=Agency.LADO, how=Referral.How.PHONE, why="So", made_at=now)
        referral = referring.refer(concern.pk, told, by=lead, now=now)
        for outcome, cleared in ((LadoOutcome.MALICIOUS, True), (LadoOutcome.SUBSTANTIATED, False)):
            Referral.objects.filter(pk=referral.pk).update(lado_outcome=outcome)
            assert facts_of(Concern.objects.get()).is_cleared == cleared

    def test_looking_costs_as_much_for_ten_as_for_one(self, lead: User, django_assert_num_queries) -> None:
        now = timezone.now()
        for number in (1, 10):
            while Concern.objects.count() < number:
                concern = raised()
                handling.move(concern.pk, State.ERROR, reason=REASON, by=lead, now=now)
            with django_assert_num_queries(5):
                open_reviews(now)
