"""The head of the audit trail leaves the machine: each day once, and the pages say when it does not."""

from datetime import datetime, timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from structlog.testing import capture_logs

from safeguarding.heads import send_head
from tests.audit.test_trail import tamper
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent
from whippersnappers.audit.trail import record
from whippersnappers.outbox import catalogue
from whippersnappers.outbox.models import Heartbeat, OutgoingMail

NOW = datetime(2026, 10, 24, 23, 50, tzinfo=ZoneInfo("Europe/London"))


@pytest.mark.django_db
def test_lead_and_trustee_get_the_head_once_a_day(
    lead: User, trustee: User, administrator: User, django_capture_on_commit_callbacks
) -> None:
    record("test.before", by=administrator)
    with capture_logs() as lines, django_capture_on_commit_callbacks(execute=True):
        assert send_head(NOW)
        # Over midnight a day of 25 hours begins.
        again = [send_head(NOW + timedelta(minutes=minutes)) for minutes in (5, 20, 24 * 60, 25 * 60)]
    assert again == [False, True, False, True]
    mails = OutgoingMail.objects.filter(kind="audit_head").order_by("not_before")
    assert sorted(mails.values_list("to", flat=True)) == sorted(3 * [lead.email, trustee.email])
    head = AuditEvent.objects.get(sequence=2)
    assert (head.event, head.detail) == ("audit.head_sent", {"day": "2026-10-24"})
    logged = [line for line in lines if line["event"] == "head of the audit trail"]
    assert [line["sequence"] for line in logged] == [2, 3, 4]
    assert logged[0]["hash"] == head.hash
    said = catalogue.kind_of("audit_head").render(mails[0], NOW)
    assert said.subject == "Keep this: the head of the audit trail, Saturday 24 October"
    for text in (said.text, said.html):
        assert f"manage.py audit_verify --head 2:{head.hash}" in text


@pytest.mark.django_db
def test_the_head_that_was_mailed_finds_a_trail_that_was_cut_off(
    lead: User, administrator: User, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(4):
        record("test.before", by=administrator, number=number)
    send_head(NOW)
    mailed = OutgoingMail.objects.get(kind="audit_head").context
    head = f"{mailed['sequence']}:{mailed['hash']}"
    call_command("audit_verify", head=head)
    assert "5 events" in capsys.readouterr().out
    tamper("DELETE FROM audit_auditevent WHERE sequence > 3")
    call_command("audit_verify")
    with pytest.raises(CommandError, match="broken at event 4: the trail ends before"):
        call_command("audit_verify", head=head)


@pytest.mark.django_db
def test_without_lead_and_trustee_the_organisations_address_gets_it(db: None) -> None:
    send_head(NOW)
    assert OutgoingMail.objects.get(kind="audit_head").to == "safeguarding@whippersnappers.org"


@pytest.mark.django_db
@pytest.mark.parametrize("hours", [None, 24.9, 25.1])
def test_the_pages_say_when_it_has_not_gone(client: Client, lead: User, hours: float | None) -> None:
    send_head(NOW)
    mail = OutgoingMail.objects.get(kind="audit_head")
    if hours is not None:
        catalogue.kind_of("audit_head").on_sent(mail, timezone.now() - timedelta(hours=hours))
    client.force_login(lead)
    page = client.get(reverse("safeguarding_home")).content.decode()
    assert ("The proof of the audit trail has not gone out" in page) == (hours is None or hours > 25)
    assert ("No mail with it has ever gone" in page) == (hours is None)
    assert Heartbeat.objects.filter(name="audit head left").count() == (hours is not None)


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_sends_it(lead: User) -> None:
    start, sent = Barrier(4), []

    def work() -> None:
        start.wait()
        sent.append(send_head(NOW))
        connection.close()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sent) == [False, False, False, True]
    assert AuditEvent.objects.filter(event="audit.head_sent").count() == 1
    assert OutgoingMail.objects.filter(kind="audit_head").count() == 1
