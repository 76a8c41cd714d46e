"""What a guardian has ticked off of the things to have ready. It is their own note: nobody else reads it."""

from typing import Any

from django.db import transaction

from sessions_app.models import Invitation


def tick(invitation_id: Any, item: str, *, ready: bool) -> Invitation:
    """Tick a thing off, or put it back. By name, so that a thing that staff change is not ready yet.

    Twice is once; something that is not on the session's list changes nothing. There is no audit event: it decides
    nothing and tells nobody anything.
    """
    with transaction.atomic():
        invitation = Invitation.objects.select_for_update(of=("self",)).select_related("session").get(pk=invitation_id)
        listed = list(invitation.session.items.values_list("name", flat=True))
        wanted = {*invitation.ready_items, item} if ready else {*invitation.ready_items} - {item}
        kept = [name for name in dict.fromkeys(listed) if name in wanted]
        if kept != invitation.ready_items:
            invitation.ready_items = kept
            invitation.save(update_fields=["ready_items"])
    return invitation
