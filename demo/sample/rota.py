"""What the sample charity's staff are good at, when they can work, one absence, and two swaps on their way."""

from datetime import datetime, time, timedelta

from demo.sample.making import MAKER, fixed_id
from sessions_app import absences, clearing, suggesting, swapping
from sessions_app.absences import DayHours, whole_days
from sessions_app.models import Absence, Series, Session, Skill, StaffAssignment, StaffProfile, SwapRequest
from whippersnappers import dates

SKILLS = {
    "Makaton": ("Dev", "Aisha", "Priya"),
    "Music": ("Maya", "Tom", "Lena", "Rhys"),
    "Puppets": ("Tom", "Jonah"),
    "Sensory play": ("Aisha", "Zofia"),
}
# By the beginning of a session's title: the skills that help there.
WANTED = {"Sign and sing": "Makaton", "Drums and songs": "Music", "Sensory play": "Sensory play"}
HOURS = {
    "Aisha": [DayHours(day, time(9), time(18)) for day in (1, 2, 3)],
    "Jonah": [DayHours(day, time(12), time(20)) for day in range(6)],
}


def make_rota(staff: dict[str, StaffProfile], now: datetime) -> None:
    """All of it, through the services that staff use."""
    for name, holders in SKILLS.items():
        skill = clearing.save_skill(Skill(id=fixed_id("skill", name), name=name), by=MAKER, now=now)
        skill.staff.set(staff[holder] for holder in holders)
    for title, name in WANTED.items():
        skill = Skill.objects.get(name=name)
        skill.sessions.set(Session.objects.filter(title__startswith=title, starts_at__gt=now))
        skill.series.set(Series.objects.filter(title__startswith=title))
    for name, hours in HOURS.items():
        absences.set_working_hours(staff[name], hours, by=MAKER, now=now)
    # In three weeks only drafts lie, so no family waits for somebody who is away.
    monday = dates.week_of(now).date() + timedelta(weeks=3)
    week = whole_days(monday, monday + timedelta(days=4))
    absences.enter_absence(staff["Zofia"], Absence.Kind.HOLIDAY, *week, by=MAKER, now=now)
    _swap(staff["Maya"], staff["Tom"], now)
    if (agreed := _swap(staff["Lena"], staff["Zofia"], now)) is not None:
        swapping.agree(agreed.pk, staff["Zofia"], by=staff["Zofia"].user, now=now)


def _swap(asks: StaffProfile, asked: StaffProfile, now: datetime) -> SwapRequest | None:
    """The first confirmed session that the one could not come to and the other could."""
    held = StaffAssignment.objects.filter(
        staff=asks, holds=True, session__state=Session.State.CONFIRMED, session__starts_at__gt=now + timedelta(days=1)
    )
    for assignment in held.select_related("session").order_by("period"):
        if asked.pk in {one.staff.pk for one in suggesting.suitable(assignment.session)}:
            return swapping.ask(assignment.pk, asked, by=asks.user, now=now)
    return None
