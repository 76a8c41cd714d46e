"""Mail settings that cannot work, found when the portal starts."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

_SMTP = "django.core.mail.backends.smtp.EmailBackend"
# Envelope sender, recipient, the word DATA and the text itself each wait once before the final answer.
_STEPS = 4


def mail_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """EMAIL_URL must name a mail server, and a lease must outlast the slowest mail."""
    found: list[CheckMessage] = []
    if settings.EMAIL_CONFIG["EMAIL_BACKEND"] != _SMTP:
        found.append(
            Error(
                "EMAIL_URL must begin with smtp://, smtp+tls:// or smtp+ssl://.",
                hint="The outbox speaks SMTP itself. For the demo, use the demo's mailbox.",
                id="outbox.E001",
            )
        )
    slowest = _STEPS * settings.EMAIL_TIMEOUT + settings.EMAIL_ANSWER_TIMEOUT
    if settings.OUTBOX_LEASE.total_seconds() <= slowest:
        found.append(
            Error(
                f"OUTBOX_LEASE_SECONDS must be more than {slowest:g}, the time that one mail can take.",
                hint="Otherwise a mail that is still on its way could be sent by another worker too.",
                id="outbox.E002",
            )
        )
    if settings.OUTBOX_CONNECTIONS < 1:
        found.append(Error("OUTBOX_CONNECTIONS must be at least 1.", id="outbox.E003"))
    return found
