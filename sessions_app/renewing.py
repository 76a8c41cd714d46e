"""Giving a guardian a new way in, in place of one that was passed on or lost (F7)."""

from datetime import datetime
from typing import Any

from django.db import transaction

from sessions_app import invitations, notices
from sessions_app.models import Invitation


def renew(invitation_id: Any, *, by: Any, now: datetime) -> Invitation:
    """End the links that went out before, make a new one and tell the guardian, by mail or by phone."""
    with transaction.atomic():
        invitation = invitations.reissue(invitation_id, by=by, now=now)
        notices.invitation_reissued(invitation, now=now)
    return invitation
