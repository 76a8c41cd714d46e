"""Closing takes two people, and only when everything is done."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from safeguarding import acting, closing, handling, referring
from safeguarding.gathering.overview import overview
from safeguarding.models import Assignment, Concern, Referral
from safeguarding.vocabulary import Agency, RetentionClass, State
from tests.safeguarding.scenes import REASON, deputy_named, triaged
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db


def propose(concern, by, **said):
    facts = {"reason": REASON, "parent_told": "Told on Monday", "retention": RetentionClass.CHILD}
    return closing.propose(concern.pk, **(facts | said), by=by, now=timezone.now())


def agree(concern, by, **said):
    return closing.agree(concern.pk, **({"reason": REASON} | said), by=by, now=timezone.now())


def stands(concern):
    return Concern.objects.get(pk=concern.pk).state


def test_two_people_close_it(lead):
    concern, deputy = triaged(lead), deputy_named()
    propose(concern, lead)
    closed = agree(concern, deputy)
    assert not closed.closed_alone
    assert (closed.state, closed.retention) == (State.CLOSED, RetentionClass.CHILD)
    assert closed.closed_at is not None
    words = [entry.words for entry in concern.chronology.all()][-2:]
    assert words == [f"{REASON}\nParent told: Told on Monday", REASON]


def test_the_same_person_cannot_do_both(lead):
    concern, deputy = triaged(lead), deputy_named()
    propose(concern, lead)
    with pytest.raises(ValidationError, match="somebody else has to agree"):
        agree(concern, lead, exception="I am in a hurry")
    assert stands(concern) == State.CLOSING
    # Nor by sending it back and being proposed for: whoever proposed last may not agree.
    handling.move(concern.pk, State.OPEN, reason=REASON, by=lead, now=timezone.now())
    propose(concern, deputy)
    with pytest.raises(ValidationError):
        agree(concern, deputy, exception="So am I")


@pytest.mark.parametrize("said", [{"reason": " "}, {"parent_told": ""}, {"retention": ""}, {"retention": "x"}])
def test_reasons_the_parent_and_how_long_it_is_kept_must_be_said(lead, said):
    concern = triaged(lead)
    with pytest.raises(ValidationError):
        propose(concern, lead, **said)
    assert stands(concern) == State.TRIAGED


def test_open_actions_and_unanswered_referrals_keep_it_open(lead):
    concern, now = triaged(lead), timezone.now()
    action = acting.add_action(concern.pk, what="Call", owner=lead, due_at=now + timedelta(days=1), by=lead, now=now)
    told = Referral(agency=Agency.CHILDREN, how=Referral.How.PHONE, why="Bruises", made_at=now)
    referral = referring.refer(concern.pk, told, by=lead, now=now)
    with pytest.raises(ValidationError) as refused:
        propose(concern, lead)
    assert refused.value.messages == ["An action is not done yet.", "A referral has no outcome yet."]
    acting.finish_action(concern.pk, action.pk, outcome="Called", by=lead, now=now)
    referring.answered(concern.pk, referral.pk, answer="Nothing more", by=lead, now=now)
    assert propose(concern, lead).state == State.CLOSING


def test_what_came_up_since_the_proposal_keeps_it_open_too(lead):
    concern, deputy, now = triaged(lead), deputy_named(), timezone.now()
    propose(concern, lead)
    acting.add_action(concern.pk, what="Call", owner=lead, due_at=now + timedelta(days=1), by=lead, now=now)
    with pytest.raises(ValidationError, match="not done"):
        agree(concern, deputy)


def test_a_sole_lead_closes_alone_only_with_an_exception_that_the_trustee_sees(lead, trustee):
    concern = triaged(lead)
    propose(concern, lead)
    with pytest.raises(ValidationError) as refused:
        agree(concern, lead)
    assert "exception" in refused.value.message_dict
    assert not Assignment.objects.exists()
    closed = agree(concern, lead, exception="The deputy left last week")
    assert closed.state == State.CLOSED
    assert Concern.objects.visible_to(trustee).get() == closed
    assert any("The deputy left last week" in entry.words for entry in concern.chronology.all())
    assert [line.concern for line in overview(trustee, timezone.now()).closed_alone] == [closed]
    assert overview(trustee, timezone.now() + timedelta(days=32)).closed_alone == []
    assert OutgoingMail.objects.filter(kind="concern_waits", to=trustee.email).count() == 1


def test_without_a_trustee_nobody_closes_alone(lead):
    concern = triaged(lead)
    propose(concern, lead)
    with pytest.raises(ValidationError, match="trustee"):
        agree(concern, lead, exception="Nobody else")
    assert stands(concern) == State.CLOSING


def test_no_other_way_leads_to_closing(lead):
    concern = triaged(lead)
    for state in (State.CLOSING, State.CLOSED):
        with pytest.raises(ValidationError):
            handling.move(concern.pk, state, reason=REASON, by=lead, now=timezone.now())
