"""Two at the same moment: two tabs that sign, two that answer, and a mail that is written while somebody signs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from families import agreeing, consenting
from families.agreeing import Evidence
from families.models import Consent
from sessions_app import signing
from sessions_app.invitations import join_token
from sessions_app.models import Invitation, LetIn, Session
from tests.factories import household, tomorrow_at
from tests.families.test_races import both
from tests.sessions_app.mail_scenes import NOW, deliver, family, mails, planned, to, words
from whippersnappers.audit.models import AuditEvent
from whippersnappers.audit.trail import verify

pytestmark = pytest.mark.django_db(transaction=True)

LATER = NOW + timedelta(hours=1)


def sign(guardian, number=0):
    current = agreeing.current_agreement()
    assert current is not None
    signing.sign(guardian, current, typed_name=f"Ada {number}", evidence=Evidence(), by=guardian.user, now=LATER)


def test_ten_presses_at_once_are_one_signature_and_one_mail(coordinator, sink):
    guardian, kid = family(signed=False)
    session = planned(coordinator, children=[kid])
    deliver(NOW)
    assert both(lambda number: sign(guardian, number), 10) == [None] * 10
    assert guardian.signatures.count() == 1
    assert AuditEvent.objects.filter(event="agreement.signed").count() == 1
    assert len(mails(session, "invitation")) == 2
    verify()


def test_whether_the_mail_or_the_signature_is_first_the_way_in_arrives(coordinator, sink):
    guardian, kid = family(signed=False)
    session = planned(coordinator, children=[kid])
    both(lambda number: deliver(NOW) and None if number else sign(guardian))
    deliver(LATER + timedelta(hours=1))
    token = join_token(Invitation.objects.get(session=session))
    assert token in words(to(sink, "ada@example.com")[-1])


def test_letting_in_and_signing_at_once_send_it_once(coordinator, sink):
    guardian, kid = family(signed=False)
    session = planned(coordinator, children=[kid])
    deliver(NOW)

    def let_in_or_sign(number):
        if number:
            return sign(guardian)
        signing.let_in(session.pk, guardian.pk, reason="Lost phone", by=coordinator, now=LATER)
        return None

    assert set(map(str, both(let_in_or_sign))) <= {"None", "ValidationError"}
    assert guardian.signatures.count() == 1
    assert LetIn.objects.count() <= 1
    assert len(mails(session, "invitation")) == 2


def test_answers_about_a_recorded_session_from_two_tabs_leave_one_that_holds_and_the_gate_as_it_says(coordinator):
    (guardian,), (kid,) = household()
    consenting.answer(kid, Consent.Purpose.RECORDED_GROUP, given=True, guardian=guardian, by=guardian.user, now=NOW)
    session = planned(
        coordinator, children=[kid], now=timezone.now(), start=tomorrow_at(16), kind=Session.Kind.GROUP_ENTERTAINMENT
    )

    def answer(number):
        given, now = bool(number % 2), timezone.now()
        consenting.answer(
            kid, Consent.Purpose.RECORDED_GROUP, given=given, guardian=guardian, by=guardian.user, now=now
        )

    assert both(answer, 8) == [None] * 8
    held = kid.consents.get(superseded_at=None)
    session.refresh_from_db()
    assert (session.gate_reopened_at is None) == held.given
    verify()
