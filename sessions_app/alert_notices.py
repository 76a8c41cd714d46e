"""Who is mailed about a policy alert, in the transaction that raises it.

Coordinators hear of the operational kinds; of every kind the Safeguarding Lead, or the next on the ladder where there
is none or the Lead delivers that session. `KindFacts.by_mail` is the charity's choice of which kinds make mails.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sessions_app.models import PolicyAlert
from sessions_app.posting import about
from sessions_app.staff_notices import user_person
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.organisation import organisation
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.queue import enqueue

TO_COORDINATORS = "policy_alert"
TO_OVERSEERS = "policy_alert_lead"
USEFUL_FOR = timedelta(days=7)
_LADDER = (Role.LEAD, Role.DEPUTY, Role.TRUSTEE)


def tell(alert: PolicyAlert, *, now: datetime) -> int:
    """Put the mails about a new alert into the outbox; returns how many."""
    if not alert.of_kind.by_mail:
        return 0
    overseers = _first_who_oversee(alert, _LADDER)
    told = sum(_mail(TO_OVERSEERS, alert, user, now) for user in overseers)
    if not User.objects.with_role(Role.LEAD, Role.DEPUTY).exists():
        # Nobody holds the role here: the address that the organisation gives out is read by somebody.
        told += _mail(TO_OVERSEERS, alert, None, now)
    if alert.of_kind.operational:
        coordinators = User.objects.with_role(Role.COORDINATOR).exclude(pk__in=[user.pk for user in overseers])
        told += sum(_mail(TO_COORDINATORS, alert, user, now) for user in coordinators)
    return told


def tell_again(alert: PolicyAlert, *, now: datetime) -> int:
    """Nobody has acknowledged it: mail the deputies, or the trustees where there is none; returns how many."""
    return sum(_mail(TO_OVERSEERS, alert, user, now, again=True) for user in _first_who_oversee(alert, _LADDER[1:]))


def _first_who_oversee(alert: PolicyAlert, ladder: Iterable[Role]) -> list[User]:
    for role in ladder:
        people = [user for user in User.objects.with_role(role) if _oversees(user, alert)]
        if people:
            return people
    return []


def _oversees(user: User, alert: PolicyAlert) -> bool:
    return PolicyAlert.objects.overseen_by(user).filter(pk=alert.pk).exists()


def _mail(kind: str, alert: PolicyAlert, user: User | None, now: datetime, *, again: bool = False) -> bool:
    tail = f"{user.pk if user else 'organisation'}{':again' if again else ''}"
    return enqueue(
        kind,
        key=f"{kind}:{alert.pk}:{tail}",
        to=user.email if user else organisation().safeguarding_lead_email,
        to_name=user.get_full_name() if user else "",
        about=about(alert.session_id),
        person=user_person(user) if user else "",
        context={"policy_alert": str(alert.pk), "again": again},
        expires_at=now + USEFUL_FOR,
        priority=OutgoingMail.Priority.NOW if alert.of_kind.urgent else OutgoingMail.Priority.NORMAL,
        now=now,
    )
