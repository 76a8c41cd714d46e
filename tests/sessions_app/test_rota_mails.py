"""Warnings of clearance that runs out, and how the mails of the rota read."""

from datetime import date, timedelta

import pytest

from sessions_app import swapping
from sessions_app.rota_notices import warn_of_clearance
from tests.factories import StaffProfileFactory, UserFactory, household, london
from tests.sessions_app.mail_scenes import NOW, deliver, part, planned, subjects, to
from whippersnappers.accounts.roles import Role
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.reading_age import hard_sentences, reading_age

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def maya(coordinator):
    user = UserFactory(name="Maya Lind", email="maya@whippersnappers.org")
    return StaffProfileFactory(user=user, first_name="Maya", dbs_valid_until=date(2027, 3, 1))


def new_on(day: str) -> int:
    return warn_of_clearance(london(f"{day} 09:00"))


def test_both_hear_of_it_sixty_and_thirty_days_before_once_each(maya, coordinator, sink):
    told = {day: new_on(day) + new_on(day) for day in ("2026-12-30", "2026-12-31", "2027-01-01", "2027-01-29")}
    # 60 and 30 days before 1 March 2027 are 31 December and 30 January.
    told |= {day: new_on(day) for day in ("2027-01-30", "2027-02-20", "2027-03-01", "2027-03-02")}
    assert {day: number for day, number in told.items() if number} == {"2026-12-31": 2, "2027-01-30": 2}
    deliver(london("2027-02-01 09:00"))
    assert subjects(sink, maya.user.email) == ["Your DBS runs out on 1 March 2027"] * 2
    assert subjects(sink, coordinator.email) == ["Maya Lind: DBS runs out on 1 March 2027"] * 2
    assert "That is in 28 days." in part(to(sink, maya.user.email)[0], "text/plain")


def test_a_leap_day_counts(maya):
    maya.dbs_valid_until = date(2028, 3, 1)
    maya.save()
    assert (new_on("2027-12-31"), new_on("2028-01-01")) == (0, 2)


def test_a_renewed_date_ends_it_and_begins_anew(maya, sink):
    assert new_on("2026-12-31") == 2
    maya.dbs_valid_until = date(2030, 3, 1)
    maya.save()
    deliver(london("2026-12-31 09:00"))
    assert subjects(sink, maya.user.email) == []
    assert {mail.reason for mail in OutgoingMail.objects.all()} == {"it has been renewed"}
    assert new_on("2027-01-30") == 0
    assert new_on("2029-12-31") == 2


def test_training_is_warned_of_on_its_own_and_nobody_twice(maya, coordinator):
    maya.training_valid_until = date(2027, 3, 1)
    maya.save()
    coordinator.roles = [Role.COORDINATOR, Role.PRACTITIONER]
    coordinator.save()
    StaffProfileFactory(user=coordinator, dbs_valid_until=date(2027, 3, 1))
    # Twice two for Maya, and one for the coordinator's own, who is both the person and the coordinator.
    assert new_on("2027-01-30") == 5


def test_those_who_left_are_nobodys_worry(maya):
    maya.user.is_active = False
    maya.user.save()
    assert new_on("2027-01-30") == 0


def test_the_mails_of_the_rota_are_easy_to_read(maya, coordinator, sink):
    session = planned(coordinator, children=household()[1])
    lead = session.assignments.select_related("staff__user").get(role="lead")
    swap = swapping.ask(lead.pk, maya, by=lead.staff.user, now=NOW)
    deliver(NOW)
    swapping.refuse(swap.pk, by=maya.user, now=NOW)
    new_on("2027-01-30")
    deliver(NOW)
    deliver(london("2027-01-30 10:00"))
    received = [*to(sink, maya.user.email), *to(sink, lead.staff.user.email)[-1:], *to(sink, coordinator.email)]
    kinds = {"Can you take over?", "No swap", "Your DBS runs out on 1 March 2027", "Maya Lind"}
    assert {str(m["Subject"]).split(":")[0] for m in received} == kinds
    for message in received:
        text, html = part(message, "text/plain"), part(message, "text/html")
        assert reading_age(text) <= 11, hard_sentences(text, 11)
        assert "We will never ask for your password." in text
        assert html.count('class="button"') == 1
