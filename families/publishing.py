"""Making a version of the agreement the one to sign: frozen from then on, and everybody is asked (F1-F6)."""

from datetime import datetime
from typing import Any

from django.db import transaction

from families import agreement_mails
from families.agreeing import check_draft
from families.models import Agreement
from whippersnappers.audit.trail import record


@transaction.atomic
def publish(agreement: Agreement, *, by: Any, now: datetime) -> int:
    """Make a version the one to sign; Postgres refuses any change to it, and parents and carers are asked by mail.

    Returns how many mails that makes. Raises ValidationError for a version that is published, or whose text
    asks for a password (N1).
    """
    # Two who press at once take turns: the second finds it published.
    Agreement.objects.select_for_update().get(pk=agreement.pk)
    check_draft(agreement)
    agreement.full_clean()
    agreement.published_at = now
    agreement.save(update_fields=["published_at"])
    asked = agreement_mails.ask_everybody(agreement, now=now)
    record(
        "agreement.published",
        by=by,
        target=agreement,
        now=now,
        version=agreement.version,
        sha256=agreement.sha256,
        asked=asked,
    )
    return asked
