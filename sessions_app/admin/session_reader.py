"""What a session's page says to the one who reads it, and to nobody else."""

from datetime import datetime
from typing import Any

from sessions_app.family_words import words_of
from sessions_app.models import PolicyAlert, Session
from sessions_app.records.of_session import left_for, records_of
from sessions_app.to_read import to_read
from whippersnappers.accounts.models import User


def for_reader(session: Session, user: User, now: datetime) -> dict[str, Any]:
    """What families said, what went against the policy and the records, as far as this person may see them; what to
    read before the session.
    """
    return {
        "words": words_of(session, user),
        "to_read": to_read(user, now, session),
        "records": records_of(session, user, now),
        "left_for_next_time": left_for(session, user, now),
        "policy_alerts": PolicyAlert.objects.visible_to(user).filter(session=session).most_pressing_first(),
    }
