"""The plain sentences about the mail: each appears when it is true, and only then."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.checks import run_checks

from tests.mail_kinds import put
from whippersnappers.outbox import claiming
from whippersnappers.outbox.checks import mail_settings
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.sweeping import beat, sweep
from whippersnappers.outbox.trouble import last_seen, oldest_due_since, trouble

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


@pytest.fixture
def swept() -> None:
    beat("sweep", NOW)


def test_all_is_well(swept: None) -> None:
    put(1, now=NOW)
    put(2, now=NOW, not_before=NOW + timedelta(days=1))
    assert trouble(NOW) == []


def test_a_worker_that_never_ran_or_stopped() -> None:
    assert trouble(NOW) == ["The mail worker has never run, so mails do not go out."]
    beat("sweep", NOW - timedelta(minutes=12))
    assert trouble(NOW) == ["The mail worker has not run for 12 minutes, so mails may not go out."]


def test_a_mail_that_waits_too_long(swept: None) -> None:
    put(1, now=NOW - timedelta(minutes=12))
    assert oldest_due_since(NOW) == NOW - timedelta(minutes=12)
    assert trouble(NOW) == ["The oldest mail has been waiting for 12 minutes."]


def test_mails_that_keep_failing_and_mails_given_up(swept: None) -> None:
    put(1, now=NOW), put(2, now=NOW)
    claiming.note_dead(claiming.claim(NOW)[0], "no", NOW)
    OutgoingMail.objects.filter(state="waiting").update(attempts=3, not_before=NOW + timedelta(hours=1))
    assert trouble(NOW) == ["One mail could not be sent yet. The portal keeps trying.", "One mail could not be sent."]


def test_a_paused_queue_is_the_whole_story(swept: None) -> None:
    put(1, now=NOW - timedelta(hours=1))
    claiming.pause("The mail server refused our sign-in: 535 no", NOW - timedelta(minutes=30))
    assert trouble(NOW) == [
        "No mail has gone out since 3:30pm on Tuesday 24 November. The mail server refused our sign-in: 535 no. "
        "The portal tries again every few minutes."
    ]


def test_a_sweep_leaves_both_heartbeats() -> None:
    assert (last_seen("beat"), last_seen("sweep")) == (None, None)
    sweep(clock=lambda: NOW)
    assert (last_seen("beat"), last_seen("sweep")) == (NOW, NOW)


def test_settings_that_cannot_work_are_refused(settings: object) -> None:
    assert mail_settings(None) == []
    settings.EMAIL_CONFIG = {**settings.EMAIL_CONFIG, "EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}  # type: ignore[attr-defined]
    settings.OUTBOX_LEASE = timedelta(seconds=100)  # type: ignore[attr-defined]
    settings.OUTBOX_CONNECTIONS = 0  # type: ignore[attr-defined]
    found = {error.id for error in run_checks() if (error.id or "").startswith("outbox.")}
    assert found == {"outbox.E001", "outbox.E002", "outbox.E003"}
