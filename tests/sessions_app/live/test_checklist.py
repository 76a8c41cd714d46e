"""The delivery checklist: own answers only, kept as they were given, and who had not completed it when."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from sessions_app.live import checklist
from sessions_app.live.checklist import Answers
from sessions_app.models import DeliveryCheck, Session
from tests.sessions_app.console.scenes import Scene, scene
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
ALL_WELL = {"dressed": True, "surroundings": True, "language": True, "room": "alone"}


@pytest.fixture
def soon() -> Scene:
    return scene()


def answers(**changed: Any) -> Answers:
    return Answers(**{**ALL_WELL, **changed})


def test_answers_are_kept_and_the_latest_counts(soon: Scene) -> None:
    now = timezone.now()
    checklist.answer(soon.session.pk, answers(surroundings=False), by=soon.maya, now=now)
    checklist.answer(soon.session.pk, answers(room="others", room_note="A helper"), by=soon.maya, now=now + MINUTE)
    checks = list(DeliveryCheck.objects.all())
    assert [check.is_complete for check in checks] == [False, True]
    assert checks[1].room_note == "A helper"
    maya, tom = (profile.pk for profile in soon.profiles)
    assert checklist.without_checklist([maya, tom], checks, now) == [maya, tom]
    assert checklist.without_checklist([maya, tom], reversed(checks), now + MINUTE) == [tom]
    assert checklist.left_open(checks[0]) == ["surroundings"]
    assert checklist.left_open(None) == ["dress", "surroundings", "language"]
    events = AuditEvent.objects.filter(event="session.checklist_answered")
    assert [event.detail for event in events.order_by("sequence")] == [{"complete": False}, {"complete": True}]


def test_nobody_else_answers_and_nobody_changes_an_answer(soon: Scene, coordinator: User) -> None:
    now = timezone.now()
    with pytest.raises(ValidationError, match="You are not on this session’s staff"):
        checklist.answer(soon.session.pk, answers(), by=coordinator, now=now)
    check = checklist.answer(soon.session.pk, answers(), by=soon.tom, now=now)
    for change in (lambda: DeliveryCheck.objects.update(dressed=False), lambda: check.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    soon.session.assignments.filter(staff=soon.tom.staff_profile).update(withdrawn_at=now)
    with pytest.raises(ValidationError, match="not on this session’s staff"):
        checklist.answer(soon.session.pk, answers(), by=soon.tom, now=now)


def test_only_shortly_before_and_with_a_word_on_who_else_is_there(soon: Scene) -> None:
    opens = checklist.opens_at(soon.session)
    with pytest.raises(ValidationError, match="The checklist opens at"):
        checklist.answer(soon.session.pk, answers(), by=soon.maya, now=opens - MINUTE)
    with pytest.raises(ValidationError) as refused:
        checklist.answer(soon.session.pk, answers(room="others", room_note=" "), by=soon.maya, now=opens)
    assert list(refused.value.message_dict) == ["room_note"]
    Session.objects.filter(pk=soon.session.pk).update(state=Session.State.DELIVERED)
    with pytest.raises(ValidationError, match="This session is delivered"):
        checklist.answer(soon.session.pk, answers(), by=soon.maya, now=opens)
    assert not DeliveryCheck.objects.exists()
