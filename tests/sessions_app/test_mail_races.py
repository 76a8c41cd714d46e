"""Two of everything at once, on real connections: one mail each all the same."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction

from sessions_app import confirming
from sessions_app.models import Invitation, Session
from sessions_app.notices import enqueue_due
from tests.factories import household
from tests.sessions_app.mail_scenes import NOW, START, edit, mails, planned
from whippersnappers.outbox import claiming
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)


def at_once(*jobs: Callable[[], object]) -> None:
    """Run the jobs in threads of their own, started together; raises what any of them raised."""
    start, troubles = threading.Barrier(len(jobs)), []

    def run(job: Callable[[], object]) -> None:
        try:
            start.wait(timeout=20)
            job()
        except Exception as trouble:  # noqa: BLE001 - handed to the test below
            troubles.append(trouble)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert troubles == []


@pytest.fixture
def session(coordinator):
    session = planned(coordinator, children=[household()[1][0] for _ in range(8)])
    OutgoingMail.objects.update(state="sent", sent_at=NOW)
    return session


def test_two_beats_make_one_mail_each(session):
    due = START - timedelta(hours=48)
    at_once(*[lambda: enqueue_due(due)] * 4)
    assert len(mails(session, "presession")) == 8


def test_confirming_twice_at_once_invites_once(coordinator):
    draft = planned(coordinator, children=household()[1])
    Session.objects.filter(pk=draft.pk).update(state="draft", confirmed_at=None)
    OutgoingMail.objects.all().delete()
    draft.revisions.all().delete()
    draft.meetings.all().delete()
    at_once(*[lambda: confirming.confirm(draft.pk, by=coordinator, now=NOW)] * 3)
    assert len(mails(draft, "invitation")) == 1
    assert Invitation.objects.count() == 1


def test_an_edit_while_the_mail_about_another_is_being_sent_is_told_by_a_second(coordinator, session):
    edit(session, now=NOW, by=coordinator, title="Drums and dance")
    claimed = claiming.claim(NOW + 5 * MINUTE, 3)
    assert {mail.kind for mail in claimed} <= {"changed", "staff_changed"}
    edit(session, now=NOW + 5 * MINUTE, by=coordinator, title="Dance")
    told = {mail.person: [] for mail in mails(session, "changed")}
    for mail in mails(session, "changed"):
        told[mail.person].append((mail.context["since"], mail.context["until"]))
    sending = {mail.person for mail in claimed}
    assert len(told) == 8
    for person, revisions in told.items():
        assert revisions == ([(1, 2), (2, 3)] if person in sending else [(1, 3)])


def wait_until_somebody_waits() -> None:
    """Until another connection waits for a lock that this one holds."""
    for _ in range(400):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("nobody came to wait for the lock")


def test_an_edit_and_beat_at_once_lose_neither_the_change_nor_the_preparation(coordinator, session):
    due = START - timedelta(hours=48)
    edit(session, now=due - MINUTE, by=coordinator, title="Drums and dance")
    OutgoingMail.objects.filter(kind="changed").update(context={"carries": [], "since": 1, "until": 2, "sequence": 1})
    beat = threading.Thread(target=lambda: (enqueue_due(due), connection.close()))
    with transaction.atomic():
        edit(session, now=due - MINUTE, by=coordinator, title="Dance")
        # As if the edit had been made before the preparation came near: beat is to add it.
        for mail in mails(session, "changed"):
            mail.context["carries"] = []
            mail.save()
        beat.start()
        wait_until_somebody_waits()
    beat.join(timeout=60)
    assert {mail.context["until"] for mail in mails(session, "changed")} == {3}
    assert {tuple(mail.context["carries"]) for mail in mails(session, "changed")} == {("preparation:2026-11-24",)}
    assert mails(session, "presession") == []
