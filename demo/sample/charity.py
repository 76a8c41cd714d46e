"""Makes the sample charity: the people who work there, and then everything else in order."""

from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F

from demo.sample.answers import make_answers
from demo.sample.concerns import make_concerns
from demo.sample.families import make_families
from demo.sample.helping import make_requests_for_help
from demo.sample.library import make_activities
from demo.sample.making import MAKER, fixed_id
from demo.sample.people import STAFF, STAFF_PASSWORD, ZOOM_HOSTS, Member
from demo.sample.policy_alerts import make_policy_alerts
from demo.sample.programme import PLACES
from demo.sample.records import make_records
from demo.sample.rota import make_rota
from demo.sample.series import make_series
from demo.sample.sessions import make_sessions, make_tomorrows_draft
from demo.sample.waiting import make_waiting_list
from demo.sample.wishes import make_wishes
from demo.sample.year import make_year
from families.models import Family
from sessions_app.models import Place, StaffProfile, ZoomHost
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record
from whippersnappers.outbox.models import OutgoingMail

# Staff and families were there before the oldest session.
FOUNDED_BEFORE = timedelta(days=70)


def is_empty() -> bool:
    """Whether nobody has put anything into this database yet."""
    return not User.objects.exists() and not Family.objects.exists()


@transaction.atomic
def make_charity(now: datetime) -> None:
    """Fill an empty database. The same on every day, but for the dates."""
    founded = now - FOUNDED_BEFORE
    staff = make_staff(founded, today=dates.local(now).date())
    make_rooms(founded)
    children = make_families(founded)
    make_year(now)
    make_activities(founded)
    make_sessions(staff, children, now)
    make_records(now)
    make_policy_alerts(now)
    make_waiting_list(children, now)
    make_series(staff, children, now)
    make_rota(staff, now)
    make_answers(staff, now)
    make_wishes(children, now)
    make_requests_for_help(now)
    make_concerns(now)
    # The mails of sessions long past were not made today.
    OutgoingMail.objects.filter(state=OutgoingMail.State.SENT).update(created_at=F("not_before"))


@transaction.atomic
def keep_tomorrow_interesting(now: datetime) -> None:
    """On later days too, the walk through the demo begins with a draft for tomorrow."""
    if User.objects.filter(email="maya@whippersnappers.org").exists():
        make_tomorrows_draft(now)


def make_staff(now: datetime, *, today: date) -> dict[str, StaffProfile]:
    """Everybody who works there; returns those who deliver sessions, by first name."""
    profiles = {}
    # Made once: it takes long on purpose.
    password = make_password(STAFF_PASSWORD)
    for member in STAFF:
        user = _account(member, password, now)
        if not member.delivers:
            continue
        profile = StaffProfile.objects.create(
            id=fixed_id("staff", member.email),
            user=user,
            first_name=member.first_name,
            dbs_number=f"0015{fixed_id('dbs', member.email).int % 10**8:08d}",
            dbs_checked_on=today + timedelta(days=member.dbs_days - 3 * 365),
            dbs_valid_until=today + timedelta(days=member.dbs_days),
            training_valid_until=today + timedelta(days=member.training_days),
            zoom_email=member.email,
        )
        record("staff.added", by=MAKER, target=profile, now=now)
        profiles[member.first_name] = profile
    return profiles


def _account(member: Member, password: str, now: datetime) -> User:
    user = User(
        id=fixed_id("user", member.email),
        email=member.email,
        name=member.name,
        roles=sorted(str(role) for role in member.roles),
        password=password,
    )
    user.save(force_insert=True)
    record("account.added", by=MAKER, target=user, now=now)
    return user


def make_rooms(now: datetime) -> None:
    """Where sessions happen: halls, and hosts in Zoom."""
    for name, address, directions in PLACES:
        place = Place.objects.create(id=fixed_id("place", name), name=name, address=address, directions=directions)
        record("place.added", by=MAKER, target=place, now=now)
    for name, email in ZOOM_HOSTS:
        host = ZoomHost.objects.create(id=fixed_id("host", email), name=name, email=email)
        record("zoom_host.added", by=MAKER, target=host, now=now)
