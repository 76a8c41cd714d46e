"""Who looks after a concern, who steps back, and that somebody always can."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from safeguarding import looking_after
from safeguarding.models import Concern
from safeguarding.vocabulary import PersonRole
from tests.factories import ChildFactory, UserFactory
from tests.safeguarding.scenes import REASON, deputy_named, raised
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db


def sees(user, concern):
    return Concern.objects.visible_to(user).filter(pk=concern.pk).exists()


def recuse(concern, by):
    return looking_after.recuse(concern.pk, reason=REASON, by=by, now=timezone.now())


def test_what_is_given_to_a_trustee_exists_for_them(lead, trustee):
    concern = raised()
    assert not sees(trustee, concern)
    looking_after.assign(concern.pk, trustee, reason=REASON, by=lead, now=timezone.now())
    assert sees(trustee, concern)
    assert OutgoingMail.objects.filter(kind="concern_waits", to=trustee.email).count() == 1


def test_nothing_is_given_to_whoever_is_kept_from_it_or_is_no_keeper(lead):
    concern, deputy = raised(), deputy_named()
    recuse(concern, deputy)
    for person in (deputy, UserFactory(), lead):
        if person is lead:
            looking_after.assign(concern.pk, lead, reason=REASON, by=lead, now=timezone.now())
        with pytest.raises(ValidationError):
            looking_after.assign(concern.pk, person, reason=REASON, by=lead, now=timezone.now())


def test_stepping_back_leaves_it_to_the_deputy(lead, trustee):
    concern, deputy = raised(), deputy_named()
    recuse(concern, lead)
    assert [sees(user, concern) for user in (lead, deputy, trustee)] == [False, True, False]


def test_when_the_last_steps_back_the_trustees_are_given_it(lead, trustee):
    concern = raised()
    recuse(concern, lead)
    assert [sees(user, concern) for user in (lead, trustee)] == [False, True]


def test_nobody_steps_back_from_what_nobody_else_could_look_after(lead):
    concern = raised()
    with pytest.raises(ValidationError, match="Nobody would be left"):
        recuse(concern, lead)
    assert sees(lead, concern)


def test_for_whoever_is_named_as_its_subject_it_is_gone(lead, trustee):
    concern, deputy = raised(), deputy_named()
    looking_after.add_person(concern.pk, role=PersonRole.SUBJECT, user=deputy, by=lead, now=timezone.now())
    assert [sees(user, concern) for user in (lead, deputy)] == [True, False]
    looking_after.add_person(concern.pk, role=PersonRole.SUBJECT, user=lead, by=lead, now=timezone.now())
    assert [sees(user, concern) for user in (lead, deputy, trustee)] == [False, False, True]


def test_a_person_is_named_in_one_way_and_once(lead):
    concern, child, now = raised(), ChildFactory(), timezone.now()
    for wrong in ({}, {"child": child, "words": "Her uncle"}):
        with pytest.raises(ValidationError):
            looking_after.add_person(concern.pk, role=PersonRole.OTHER, **wrong, by=lead, now=now)
    looking_after.add_person(concern.pk, role=PersonRole.AFFECTED, child=child, by=lead, now=now)
    with pytest.raises(ValidationError):
        looking_after.add_person(concern.pk, role=PersonRole.SIBLING, child=child, by=lead, now=now)
    assert concern.people.count() == 1
