"""A policy alert becomes a concern, in one press: with what the portal knows of the session, and nothing to type.

The alert keeps no trace of it, for coordinators read alerts too; who may see the concern finds it on the alert's page.
"""

import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import transaction

from families.models import Child
from safeguarding.models import Concern, ConcernFromAlert, ConcernPerson
from safeguarding.raising import Report, raise_concern
from safeguarding.reporting import session_facts
from safeguarding.vocabulary import Kind, PersonRole
from sessions_app import policy_alerts
from sessions_app.live.alert_words import facts_said
from sessions_app.models import Booking, PolicyAlert, Session
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.trail import record


@transaction.atomic
def make_concern(alert_id: Any, *, by: User, now: datetime) -> Concern:
    """Raise a concern about what the alert says, and acknowledge the alert (W7).

    Pressed again, or after somebody else whose concern this person may see, it gives that concern. Where the Lead or
    deputy deliver the session it is one about them: it goes to the trustees, whoever presses. Raises
    `PolicyAlert.DoesNotExist` for an alert that is not theirs to see to.
    """
    alerts = PolicyAlert.objects.overseen_by(by).select_related("session__place")
    alert = alerts.select_for_update(of=("self",)).get(pk=alert_id)
    if (made := concern_made(alert, by)) is not None:
        return made
    looks_after = delivering_leads(alert)
    report = Report(
        kind=Kind.LEAD if looks_after else Kind.ORGANISATION,
        source=Concern.Source.ALERT,
        # Of this alert and this person: a second press finds the concern of the first, seen by them or not.
        form_key=uuid.uuid5(alert.pk, str(by.pk)),
        danger_now=Concern.Danger.NOT_SURE,
        words=_words(alert, now),
    )
    concern = raise_concern(report, by=by, now=now)
    made_now = ConcernFromAlert.objects.get_or_create(alert=alert, by=by, defaults={"concern": concern, "at": now})[1]
    if made_now:
        for user in looks_after:
            ConcernPerson.objects.create(concern=concern, user=user, role=PersonRole.SUBJECT)
        record("concern.from_alert", by=by, target=concern, now=now, alert=str(alert.pk), subjects=len(looks_after))
        policy_alerts.acknowledge(alert, by=by, now=now)
    return concern


def concern_made(alert: PolicyAlert, user: User) -> Concern | None:
    """The concern that was made of it, the first if there are several, as far as this person may know of one."""
    made = ConcernFromAlert.objects.filter(alert=alert)
    return Concern.objects.visible_to(user).filter(pk__in=made.values("concern")).order_by("submitted_at").first()


def alert_behind(concern: Concern, user: User) -> PolicyAlert | None:
    """The alert that a concern was made of, where this person sees to it."""
    if concern.source != Concern.Source.ALERT:
        return None
    behind = ConcernFromAlert.objects.filter(concern=concern)
    return PolicyAlert.objects.overseen_by(user).filter(pk__in=behind.values("alert")).first()


def delivering_leads(alert: PolicyAlert) -> list[User]:
    """The Lead and deputies among those who deliver the session."""
    staff = alert.delivering().filter(staff__user__roles__overlap=[Role.LEAD, Role.DEPUTY])
    return list({each.staff.user for each in staff})


def _words(alert: PolicyAlert, now: datetime) -> dict[str, str]:
    session = alert.session
    return {
        "what_happened": "\n".join(_what_happened(alert, now)),
        "when_and_where": session_facts.when_and_where(session, now),
        "who_was_there": session_facts.adults_present(session),
        "around_session": "\n".join(_around(session, now)),
    }


def _what_happened(alert: PolicyAlert, now: datetime) -> Iterator[str]:
    yield f"The portal raised this itself. {alert.of_kind.what}"
    yield f"What we promise ({alert.clause}): {alert.get_clause_display()}."
    for fact in facts_said(alert, now=now):
        yield f"{fact.label}: {fact.said}"


def _around(session: Session, now: datetime) -> Iterable[str]:
    places = session.bookings.exclude(state=Booking.State.WAITING)
    children = Child.objects.filter(pk__in=places.values("child")).order_by("known_as")
    return session_facts.lines(session, children, now)
