"""Whether the promises were kept: counts of what happened in a period, in the same few queries however much that is.

Everybody who may see the page gets the same numbers: they count sessions, records and calls, never concerns.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from safeguarding.figures.periods import Period
from sessions_app.contacting import contacted_by_session
from sessions_app.live.alert_kinds import AlertKind
from sessions_app.models import (
    DeliveryCheck,
    MeetingRun,
    PolicyAlert,
    RecordingRun,
    Session,
    SessionRecord,
    StaffAssignment,
)
from whippersnappers.policy import Clause

TWO = 2
WITHIN = timedelta(hours=24)


@dataclass(frozen=True)
class Measure:
    """How often something was as promised, of how many times it could have been."""

    label: str
    kept: int
    of: int

    @property
    def is_whole(self) -> bool:
        return self.kept == self.of

    @property
    def said(self) -> str:
        """`148 of 148`."""
        return f"{self.kept} of {self.of}" if self.of else "none in this time"


def delivered(period: Period) -> QuerySet[Session]:
    """The sessions that took place."""
    return Session.objects.filter(
        state=Session.State.DELIVERED, starts_at__gte=period.begins, starts_at__lt=period.ends
    )


def measures(period: Period) -> dict[Clause, list[Measure]]:
    """By clause; a clause that cannot be counted is not there."""
    counts, records = _sessions(period), _records(period)
    contacts = contacted_by_session(delivered(period).values_list("pk", flat=True)).values()
    contacted = sum(each.reached for each in contacts), sum(each.wanted for each in contacts)
    return {
        Clause.W2: [Measure("Parents and carers contacted before their session", *contacted)],
        Clause.W4: [Measure("Sessions whose checklist everybody answered", counts["checked"], counts["all"])],
        Clause.W5: [
            Measure("Sessions delivered with two members of staff", counts["two"], counts["all"]),
            Measure("Sessions by Zoom of which the portal knows who was there", counts["heard"], counts["remote"]),
        ],
        Clause.W6: [
            Measure("1:1 sessions with a record", counts["recorded_1to1"], counts["one_to_one"]),
            Measure("Records that are complete", records["complete"], records["all"]),
            Measure("Records complete within 24 hours", records["in_time"], records["all"]),
        ],
        Clause.N3: [Measure("1:1 and small group sessions not recorded", counts["unfilmed"], counts["private"])],
        Clause.X2: [Measure("Group entertainment without a recording during hello", counts["hello"], counts["shows"])],
        Clause.F7: [Measure("Sessions by Zoom with nobody uninvited in them", counts["ours"], counts["remote"])],
        Clause.A1: [Measure("Sessions in person with two members of staff", counts["two_there"], counts["in_person"])],
    }


def _alerted(kind: AlertKind) -> Exists:
    """Whether such an alert was raised of the session, and nobody found that it did not happen."""
    raised = PolicyAlert.objects.filter(session=OuterRef("pk"), kind=kind)
    return Exists(raised.exclude(outcome=PolicyAlert.Outcome.MISTAKEN))


def _sessions(period: Period) -> dict[str, int]:
    """All counts of sessions in one query."""
    there = StaffAssignment.objects.filter(session=OuterRef("pk"), withdrawn_at=None)
    unanswered = there.exclude(
        Exists(DeliveryCheck.objects.filter(session=OuterRef("session"), staff=OuterRef("staff")))
    )
    runs = MeetingRun.objects.filter(session=OuterRef("pk"))
    remote, show = Q(delivery=Session.Delivery.REMOTE), Q(kind=Session.Kind.GROUP_ENTERTAINMENT)
    one_to_one = Q(kind=Session.Kind.ONE_TO_ONE)
    known = delivered(period).annotate(
        staff=Count("assignments", filter=Q(assignments__withdrawn_at=None)),
        short=_alerted(AlertKind.TOO_FEW_STAFF),
        stranger=_alerted(AlertKind.STRANGER_IN_MEETING),
        in_hello=_alerted(AlertKind.RECORDING_IN_HELLO),
        filmed=_alerted(AlertKind.RECORDING_NOT_ALLOWED),
        unchecked=Exists(unanswered),
        was_heard=Exists(runs),
        was_filmed=Exists(RecordingRun.objects.filter(run__session=OuterRef("pk"))),
        has_record=Exists(SessionRecord.objects.filter(session=OuterRef("pk"))),
    )
    two = Q(staff__gte=TWO, short=False)
    counted = {
        "all": Q(),
        "remote": remote,
        "in_person": ~remote,
        "one_to_one": one_to_one,
        "shows": remote & show,
        "private": remote & ~show,
        "two": two,
        "two_there": two & ~remote,
        "checked": Q(unchecked=False, staff__gte=1),
        "heard": remote & Q(was_heard=True),
        "recorded_1to1": one_to_one & Q(has_record=True),
        "unfilmed": remote & ~show & Q(was_filmed=False, filmed=False),
        "hello": remote & show & Q(in_hello=False),
        "ours": remote & Q(stranger=False),
    }
    return known.aggregate(**{name: Count("pk", filter=which) for name, which in counted.items()})


def _records(period: Period) -> dict[str, int]:
    complete = Q(state=SessionRecord.State.COMPLETE)
    in_time = complete & Q(countersigned_at__lte=F("session__ends_at") + WITHIN)
    of_ones = SessionRecord.objects.filter(
        session__in=delivered(period).filter(kind=Session.Kind.ONE_TO_ONE).values("pk")
    )
    return of_ones.aggregate(
        all=Count("pk"), complete=Count("pk", filter=complete), in_time=Count("pk", filter=in_time)
    )
