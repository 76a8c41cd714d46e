"""The mails about requests for data: short, easy, without content, and only to whom is still with us."""

import re
import uuid

import pytest
from django.utils import timezone

from families import asking_about_data
from families.archiving import archive_guardian
from families.data_request_mails import ANSWERED, EXTENDED, RECEIVED, SUBJECTS
from tests.factories import household
from whippersnappers.outbox import catalogue
from whippersnappers.outbox.catalogue import NotWanted, Wanted
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.reading_age import hard_sentences, reading_age

pytestmark = pytest.mark.django_db
OLDEST = 11
# Days are read like numbers, whatever their names weigh.
_DAY = re.compile(r"[A-Z][a-z]+day \d+ [A-Z][a-z]+(?: \d{4})?")


@pytest.fixture
def asked(coordinator):
    (guardian,), _ = household(first_name="Siobhán", last_name="O’Neill")
    now = timezone.now()
    made = asking_about_data.ask(guardian, "correction", "canary-words", press=uuid.uuid4(), by=guardian.user, now=now)
    asking_about_data.extend(made, "canary-longer", by=coordinator, now=now)
    asking_about_data.answer(made, "refused", "canary-answer", by=coordinator, now=now)
    return made


def test_each_says_until_when_or_where_and_never_what(asked):
    for mail in OutgoingMail.objects.filter(kind__in=SUBJECTS):
        rendered = catalogue.kind_of(mail.kind).render(mail, timezone.now())
        words = f"{rendered.subject} {rendered.text} {rendered.html}"
        assert "canary" not in words
        assert rendered.subject == SUBJECTS[mail.kind]
        assert "/portal/my-data/" in rendered.text
        assert ("We answer by" in rendered.text) == (mail.kind != ANSWERED)
        said = _DAY.sub("then", rendered.text.split("\n--\n")[0])
        assert (reading_age(said) <= OLDEST, hard_sentences(said, 14)) == (True, [])
        assert rendered.html.count('class="button"') == 1


def verdicts() -> dict[str, type]:
    mails = OutgoingMail.objects.filter(kind__in=SUBJECTS)
    return {mail.kind: type(catalogue.kind_of(mail.kind).check(mail, timezone.now())) for mail in mails}


def test_more_time_is_not_told_after_the_answer(asked):
    assert verdicts() == {RECEIVED: Wanted, EXTENDED: NotWanted, ANSWERED: Wanted}


def test_who_has_left_gets_none(asked, coordinator):
    archive_guardian(asked.guardian, by=coordinator, now=timezone.now())
    assert set(verdicts().values()) == {NotWanted}
