"""Late records: who is told when, once, and what the mails say."""

from datetime import timedelta

import pytest

from sessions_app.models import PolicyAlert, SessionRecord
from sessions_app.records import signing, writing
from sessions_app.records.chasing import chase
from tests.factories import UserFactory
from tests.sessions_app.mail_scenes import deliver, part, subjects, to
from tests.sessions_app.records.scenes import ENDED, scene
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.reading_age import hard_sentences, reading_age

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DUE, OVERDUE = "A record waits for you", "A session record is overdue"


def told(hours: float) -> dict[str, int]:
    """Who is told anew so long after the end; asking twice tells nobody twice."""
    known = set(OutgoingMail.objects.values_list("pk", flat=True))
    now = ENDED + hours * HOUR
    assert chase(now) + chase(now) == OutgoingMail.objects.exclude(pk__in=known).count()
    new = OutgoingMail.objects.exclude(pk__in=known)
    return {to: new.filter(to=to).count() for to in new.values_list("to", flat=True)}


def test_the_author_then_coordinators_then_leads_are_told_once(coordinator: User, lead: User) -> None:
    here = scene()
    deputy = UserFactory(roles=[Role.DEPUTY])
    assert told(23.9) == {}
    assert told(24) == {here.lead.user.email: 1}
    assert told(47.9) == {}
    assert told(48) == {coordinator.email: 1}
    assert told(72) == {lead.email: 1, deputy.email: 1}
    assert told(200) == {}
    chased = AuditEvent.objects.filter(event="record.chased", target_id=str(here.record.pk))
    assert chased.count() == 4


def test_coordinators_have_an_alert_too_which_ends_with_the_record(coordinator: User) -> None:
    here = scene()
    told(47.9)
    assert PolicyAlert.objects.count() == 0
    told(48)
    told(49)
    alert = PolicyAlert.objects.get(session=here.session, kind="record_overdue")
    assert (alert.clause, alert.began_at, alert.ended_at) == ("W6", here.record.due_at, None)
    assert str(here.child) not in str(alert.facts)
    done = ENDED + 50 * HOUR
    here.complete(done)
    alert.refresh_from_db()
    assert alert.ended_at == done


def test_after_an_outage_all_of_them_are_told_at_once_and_who_is_two_of_them_once(coordinator: User) -> None:
    here = scene()
    coordinator.roles = [Role.COORDINATOR, Role.DEPUTY]
    coordinator.save()
    assert told(100) == {here.lead.user.email: 1, coordinator.email: 1}


def test_once_it_is_signed_the_second_person_is_told_instead(coordinator: User) -> None:
    here = scene()
    here.signed()
    assert told(24) == {here.second.user.email: 1}
    signing.give_back(here.record.pk, "Not quite", by=here.second.user, now=ENDED + 25 * HOUR)
    assert told(25) == {here.lead.user.email: 1}


def test_nobody_is_told_of_what_is_complete_nor_whoever_has_left(coordinator: User) -> None:
    scene().complete()
    here = scene(ENDED - 2 * HOUR)
    User.objects.filter(pk=here.lead.user_id).update(is_active=False)
    assert told(24) == {}


def test_a_mail_that_is_not_wanted_any_more_stays(coordinator: User, sink) -> None:
    here = scene()
    told(48)
    here.complete(ENDED + 48 * HOUR)
    deliver(ENDED + 49 * HOUR)
    assert subjects(sink, here.lead.user.email) + subjects(sink, coordinator.email) == []
    assert {mail.reason for mail in OutgoingMail.objects.all()} == {"the record is complete"}


def test_it_goes_to_whoever_has_the_next_step_when_its_turn_comes(sink) -> None:
    here = scene()
    told(24)
    writing.take_over(here.record.pk, by=here.second.user, now=ENDED + 24 * HOUR)
    told(25)
    deliver(ENDED + 26 * HOUR)
    assert subjects(sink, here.lead.user.email) == []
    assert subjects(sink, here.second.user.email) == [DUE]


@pytest.mark.parametrize("signed", [False, True])
def test_the_mails_read_easily_and_name_no_child_and_no_session(signed, coordinator: User, sink) -> None:
    here = scene(title="Drums with Zebedee")
    here.record.child.known_as = "Zebedee"
    here.record.child.save()
    here.signed() if signed else here.written()
    told(48)
    deliver(ENDED + 49 * HOUR)
    first = here.second if signed else here.lead
    for address, subject in ((first.user.email, DUE), (coordinator.email, OVERDUE)):
        assert subjects(sink, address) == [subject]
        (mail,) = to(sink, address)
        words = part(mail, "text/plain")
        assert reading_age(words) <= 11, hard_sentences(words, 11)
        for text in (words, part(mail, "text/html"), mail["Subject"]):
            assert [one for one in ("Zebedee", "Drums", "echo") if one in text] == []
        assert "Friday 20 November, 4:00pm to 4:45pm" in words
    assert SessionRecord.objects.count() == 1
