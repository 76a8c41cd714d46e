"""What staff are told of swaps and of clearance that runs out; each in the transaction of its occasion."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from sessions_app.models import StaffProfile, SwapRequest
from sessions_app.posting import about
from sessions_app.staff_notices import alert, user_person
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.queue import enqueue

SWAP_ASKED = "staff_swap_asked"
SWAP_REFUSED = "staff_swap_refused"
CLEARANCE = "clearance_warning"
# Days before a clearance lapses on which a mail says so; a renewed date begins anew.
WARNED_AT = (60, 30)
# What lapses: the profile's field, and how people call it.
CLEARANCES = {"dbs_valid_until": "DBS", "training_valid_until": "safeguarding training"}


def swap_asked(swap: SwapRequest, colleague: StaffProfile, *, now: datetime) -> None:
    """A colleague is asked whether they would take over."""
    _post_swap(SWAP_ASKED, swap, colleague, now=now)


def swap_refused(swap: SwapRequest, *, now: datetime) -> None:
    """Whoever asked hears that nothing comes of it, and so does whoever had agreed, unless they said so."""
    told = [swap.assignment.staff, *([swap.agreed_by] if swap.agreed_by else [])]
    for staff in told:
        if staff.user_id != swap.ended_by_id:
            _post_swap(SWAP_REFUSED, swap, staff, now=now)


def _post_swap(kind: str, swap: SwapRequest, staff: StaffProfile, *, now: datetime) -> None:
    session = swap.assignment.session
    enqueue(
        kind,
        key=f"{kind}:{swap.pk}:{staff.pk}",
        to=staff.user.email,
        to_name=staff.user.get_full_name(),
        about=about(session.pk),
        person=user_person(staff.user),
        context={"swap": str(swap.pk), "staff": str(staff.pk)},
        expires_at=session.starts_at,
        now=now,
    )


def swap_agreed(swap: SwapRequest, *, now: datetime) -> None:
    """A swap waits for the coordinators."""
    line = f"{swap.agreed_by} would take over from {swap.assignment.staff}."
    alert(swap.assignment.session, "swap_agreed", str(swap.pk), lines=[line], now=now)


def warn_of_clearance(now: datetime) -> int:
    """Tell people and coordinators of clearance that lapses within 60 days, and again within 30; returns how many.

    May run as often as anybody likes: each date is told once to each of them at each stage (W5).
    """
    today = dates.local(now).date()
    soon = Q()
    for name in CLEARANCES:
        soon |= Q(**{f"{name}__range": (today, today + timedelta(days=max(WARNED_AT)))})
    lapsing = list(StaffProfile.objects.filter(soon, user__is_active=True).select_related("user"))
    coordinators = list(User.objects.with_role(Role.COORDINATOR)) if lapsing else []
    due: dict[str, tuple[StaffProfile, str, date, User]] = {}
    for profile in lapsing:
        for name in CLEARANCES:
            until = getattr(profile, name)
            stage = _stage(until, today)
            for user in {profile.user, *coordinators} if stage else set():
                due[f"{CLEARANCE}:{profile.pk}:{name}:{until}:{stage}:{user.pk}"] = (profile, name, until, user)
    told = set(OutgoingMail.objects.filter(key__in=due).values_list("key", flat=True))
    with transaction.atomic():
        return sum(_warn(key, *due[key], now=now) for key in due.keys() - told)


def _stage(until: date | None, today: date) -> int:
    """The narrowest warning that is due, in days; 0 for none, or when it has lapsed already."""
    if until is None or until < today:
        return 0
    return min((days for days in WARNED_AT if until - today <= timedelta(days=days)), default=0)


def _warn(key: str, profile: StaffProfile, name: str, until: date, user: User, *, now: datetime) -> bool:
    return enqueue(
        CLEARANCE,
        key=key,
        to=user.email,
        to_name=user.get_full_name(),
        about=f"staff:{profile.pk}",
        person=user_person(user),
        context={"staff": str(profile.pk), "clearance": name, "until": until.isoformat(), "user": str(user.pk)},
        now=now,
    )


def mail_for(mail: OutgoingMail) -> Any:
    """The member of staff whom a mail about a swap is for, when they may still sign in."""
    return StaffProfile.objects.filter(pk=mail.context["staff"], user__is_active=True).select_related("user").first()
