"""The mails about policy alerts: whether each is still wanted, and what it says. No child, no family, no title."""

from datetime import datetime

from django.urls import reverse

from sessions_app.alert_notices import TO_COORDINATORS, TO_OVERSEERS
from sessions_app.family_emails import render_pair
from sessions_app.models import PolicyAlert
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.organisation import organisation
from whippersnappers.outbox.catalogue import MailKind, NotWanted, Rendered, Verdict, Wanted, register
from whippersnappers.outbox.models import OutgoingMail

SUBJECT = "Please look: a policy alert"
SUBJECT_AGAIN = "Nobody has looked yet: a policy alert"
# Where those who safeguard have their pages (a fixed address of the house).
_OVERSEERS_PAGE = "/safeguarding/"


def _alert(mail: OutgoingMail) -> PolicyAlert:
    return PolicyAlert.objects.select_related("session").get(pk=mail.context["policy_alert"])


def _wanted(mail: OutgoingMail, now: datetime) -> Verdict:
    """Only to whoever may know of it now; not once it is settled, nor a second time once it is acknowledged."""
    alert = PolicyAlert.objects.filter(pk=mail.context["policy_alert"]).first()
    if alert is None or alert.settled_at:
        return NotWanted("it is settled already")
    if mail.context["again"] and alert.acknowledged_at:
        return NotWanted("somebody has acknowledged it")
    if not mail.person:
        return Wanted()
    user = User.objects.filter(pk=mail.person.removeprefix("user:"), is_active=True).first()
    if user is None or not _is_theirs(mail, user):
        return NotWanted("this person does not see to it any more")
    return Wanted(to=user.email)


def _is_theirs(mail: OutgoingMail, user: User) -> bool:
    alerts = PolicyAlert.objects.filter(pk=mail.context["policy_alert"])
    return (alerts.visible_to(user) if mail.kind == TO_COORDINATORS else alerts.overseen_by(user)).exists()


def _to_coordinator(mail: OutgoingMail, now: datetime) -> Rendered:
    alert = _alert(mail)
    return _words(alert, mail, reverse("admin:sessions_app_policyalert_change", args=[alert.pk]), now)


def _to_overseer(mail: OutgoingMail, now: datetime) -> Rendered:
    return _words(_alert(mail), mail, _OVERSEERS_PAGE, now)


def _words(alert: PolicyAlert, mail: OutgoingMail, path: str, now: datetime) -> Rendered:
    context = {
        "alert": alert,
        "what": alert.of_kind.what,
        "what_to_do": alert.of_kind.what_to_do,
        "again": mail.context["again"],
        "when": dates.when(alert.session.starts_at, alert.session.ends_at, now=now),
        "name": mail.to_name,
        "staff_url": f"{organisation().site_url}{path}",
    }
    return render_pair("sessions/policy_alert", SUBJECT_AGAIN if mail.context["again"] else SUBJECT, context)


register(MailKind(TO_COORDINATORS, "Policy alert", _to_coordinator, check=_wanted))
# Nobody who reads the mail log holds this: it says what only those who safeguard may know.
register(
    MailKind(
        TO_OVERSEERS, "Policy alert, to those who safeguard", _to_overseer, check=_wanted,
        seen_with="sessions_app.oversee_policyalert",
    )
)  # fmt: skip
