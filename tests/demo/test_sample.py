"""The sample charity: what DESIGN asks of it is there, the same every time, and fit for the walk."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from demo.sample.charity import is_empty, keep_tomorrow_interesting, make_charity
from demo.sample.people import PERSONAS
from demo.sample.year import terms_from
from families.models import Child, Family, Guardian, Guardianship
from sessions_app import reach
from sessions_app.capacity import places_of
from sessions_app.fair_shares import shares_of, stretch_of
from sessions_app.models import (
    Absence,
    Activity,
    Booking,
    PlaceOffer,
    RecordTiming,
    Series,
    Session,
    SessionRecord,
    Skill,
    StaffProfile,
    SwapRequest,
    Term,
    WorkingHours,
)
from sessions_app.readiness import blockers
from sessions_app.records import opening
from sessions_app.series.carrying import carry_over, to_carry
from sessions_app.text_advice import advise_on_all
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.trail import verify
from whippersnappers.outbox.models import OutgoingMail

# A Sunday evening in winter, so that tomorrow is a Monday, when the drummers meet anyway.
NOW = datetime(2026, 11, 22, 18, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def made_once(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Making it takes some seconds: once is enough for the tests that only look at it."""
    with django_db_blocker.unblock(), transaction.atomic():
        make_charity(NOW)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def charity(made_once: None, db: None) -> None:
    """The charity as it is made; what a test changes is undone after it."""


def tomorrows_draft() -> Session:
    return Session.objects.get(title__startswith="Drums and songs: rain and thunder")


def test_the_charity_has_forty_families_and_ten_staff_one_of_them_lapsed(charity):
    today = dates.local(NOW).date()
    assert Family.objects.count() == 40
    assert StaffProfile.objects.count() == 10
    assert StaffProfile.objects.cleared_on(today).count() == 9
    assert not is_empty()


def test_the_library_holds_ten_activities_that_families_can_read(charity):
    library = Activity.objects.in_use().prefetch_related("steps", "items")
    texts = [
        [a.summary, *(f"{s.title}. {s.detail}" for s in a.steps.all()), *(f"{i.name} {i.note}" for i in a.items.all())]
        for a in library
    ]
    assert len(texts) == 10
    assert [advice for text in texts if (advice := advise_on_all(text)) is None or advice.state != "easy"] == []


def test_every_persona_is_there_with_the_right_role(charity):
    roles = {key: User.objects.get(email=persona.email).roles for key, persona in PERSONAS.items()}
    assert roles == {
        "coordinator": [Role.COORDINATOR],
        "practitioner": [Role.PRACTITIONER],
        "second_practitioner": [Role.PRACTITIONER],
        "lead": [Role.LEAD],
        "deputy": [Role.DEPUTY],
        "trustee": [Role.TRUSTEE],
        "administrator": [Role.ADMINISTRATOR],
        "guardian": [Role.GUARDIAN],
        "separated_guardian": [Role.GUARDIAN],
        "other_guardian": [Role.GUARDIAN],
    }
    assert {key: User.objects.get(email=persona.email).name for key, persona in PERSONAS.items()} == {
        key: persona.name for key, persona in PERSONAS.items()
    }


def test_separated_parents_are_two_households_and_a_court_order_holds(charity):
    hannah, mark = Guardian.objects.get(first_name="Hannah"), Guardian.objects.get(first_name="Mark")
    leo, ruby = Child.objects.get(known_as="Leo"), Child.objects.get(known_as="Ruby")
    assert hannah.family_id != mark.family_id
    assert set(leo.guardianships.all().inviting().values_list("guardian", flat=True)) == {hannah.pk, mark.pk}
    assert set(ruby.guardianships.all().inviting().values_list("guardian", flat=True)) == {hannah.pk}
    patrick = Guardian.objects.get(first_name="Patrick")
    assert not Guardianship.objects.inviting().filter(guardian=patrick).exists()


def test_there_are_guardians_whom_mail_does_not_reach(charity):
    assert [g.full_name for g in Guardian.objects.filter(email="")] == ["Doreen Pike"]
    assert [g.full_name for g in Guardian.objects.exclude(email_problem="")] == ["Gemma Taylor"]
    prefers = Guardian.objects.filter(prefers=Guardian.Contact.PHONE).exclude(email="")
    assert [g.full_name for g in prefers] == ["Siân Llewellyn"]


def test_twelve_weeks_have_sessions_of_every_kind_in_the_past_and_ahead(charity):
    for kind in Session.Kind.values:
        for sessions in (Session.objects.filter(ends_at__lte=NOW), Session.objects.filter(starts_at__gt=NOW)):
            weeks = {dates.week_of(s.starts_at) for s in sessions.filter(kind=kind)}
            assert len(weeks) >= 3, kind
    assert {s.state for s in Session.objects.filter(ends_at__lte=NOW)} == {"delivered", "cancelled"}
    assert {s.state for s in Session.objects.filter(starts_at__gt=NOW)} == {"draft", "confirmed"}
    delivered = Booking.objects.filter(session__state="delivered", state=Booking.State.COMING)
    assert not delivered.filter(attendance="").exists()


def test_tomorrows_draft_lacks_a_person_and_the_props_and_nothing_else(charity):
    session = tomorrows_draft()
    assert dates.local(session.starts_at).date() == dates.local(NOW).date() + timedelta(days=1)
    assert [blocker.code for blocker in blockers(session, NOW)] == ["props_unanswered", "too_few_staff"]


def test_tomorrows_draft_reaches_all_sorts_of_families(charity):
    reached = {entry.guardian.first_name: entry for entry in reach.guardians_to_reach(tomorrows_draft())}
    assert {"Hannah", "Mark", "Fatima", "Niamh", "Declan", "ليلى", "Doreen", "Siân", "Gemma"} <= set(reached)
    assert "Patrick" not in reached
    assert {name for name, entry in reached.items() if entry.why_phone} == {"Doreen", "Siân", "Gemma"}


def test_confirmed_sessions_have_no_blocker_but_for_the_one_somebody_dropped_out_of(charity):
    confirmed = Session.objects.filter(state="confirmed").order_by("starts_at")
    assert confirmed.count() >= 5
    blocked = [session for session in confirmed if blockers(session, NOW)]
    assert [session.gate_reopened_at is not None for session in blocked] == [True]


def test_the_rota_has_skills_an_absence_and_two_swaps_on_their_way(charity):
    assert {skill.name for skill in Skill.objects.filter(staff__isnull=False)} >= {"Makaton", "Music"}
    assert WorkingHours.objects.exists()
    assert [str(away.staff) for away in Absence.objects.all()] == ["Zofia Kowalska"]
    swaps = {(str(s.assignment.staff), s.state, str(s.wanted_from)) for s in SwapRequest.objects.pending(NOW)}
    assert swaps == {("Maya Lind", "open", "Tom Brennan"), ("Lena Frost", "agreed", "Zofia Kowalska")}


def test_one_full_session_has_an_open_offer_and_children_who_wait(charity):
    offer = PlaceOffer.objects.get()
    session = offer.booking.session
    assert (offer.state, str(offer.booking.child)) == ("open", "Adam El-Sayed")
    assert places_of(session).free == 0
    assert [str(b.child) for b in session.bookings.all().waiting()] == ["Adam El-Sayed", "Ruby Whitfield", "Kay Pike"]
    shares = shares_of([b.child_id for b in session.bookings.all().waiting()], stretch_of(dates.local(NOW).date()))
    assert sorted(share.waited for share in shares.values()) == [1, 2, 4]


def test_the_mailbox_will_not_be_flooded(charity):
    waiting = OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING)
    assert 0 < waiting.count() <= 30


def test_the_audit_trail_of_the_sample_holds_together_and_tells_it_in_order(charity):
    events, _ = verify()
    assert events > 500


def test_a_second_start_changes_nothing_and_a_later_day_gets_its_own_draft(charity):
    before = set(Session.objects.values_list("pk", flat=True))
    keep_tomorrow_interesting(NOW + timedelta(hours=1))
    assert set(Session.objects.values_list("pk", flat=True)) == before
    keep_tomorrow_interesting(NOW + timedelta(days=1))
    (new,) = set(Session.objects.values_list("pk", flat=True)) - before
    day = dates.local(Session.objects.get(pk=new).starts_at).date()
    assert day == dates.local(NOW).date() + timedelta(days=2)


def test_weekly_offers_are_series_and_the_next_term_can_be_carried_over(charity):
    present, coming, _ = Term.objects.order_by("first_day")
    weekly = Session.objects.filter(starts_at__gt=NOW).exclude(pk=tomorrows_draft().pk)
    assert not weekly.filter(series=None).exclude(title__startswith="Story time: The Dog").exists()
    assert {series.term for series in Series.objects.all()} == {present}
    drums = Series.objects.get(title="Drums and songs")
    assert (drums.children.count(), drums.staff.count(), drums.steps.count(), drums.items.count()) == (10, 2, 4, 2)
    with transaction.atomic():
        outcomes = carry_over(to_carry(present), coming, by=User.objects.get(email="cora@whippersnappers.org"), now=NOW)
        assert len(outcomes) == 8
        assert [line.trouble for outcome in outcomes for line in outcome.lines if line.trouble] == []


@pytest.mark.parametrize("today", [date(2026, 11, 25), date(2026, 12, 30), date(2027, 3, 10), date(2027, 8, 3)])
def test_on_every_day_there_are_three_terms_that_do_not_overlap(today):
    terms, end = terms_from(today), today + timedelta(weeks=5)
    assert terms[0][1] <= today < end < terms[0][2]
    days = [day for term in terms for day in term[1:]]
    assert days == sorted(set(days))


def test_records_of_1_1_sessions_are_there_in_every_state(charity):
    records = SessionRecord.objects.filter(session__kind=Session.Kind.ONE_TO_ONE)
    assert {one.state for one in records} == set(SessionRecord.State.values)
    assert records.overdue(NOW).exists()
    over = Booking.objects.filter(session__kind=Session.Kind.ONE_TO_ONE, session__ends_at__lte=NOW)
    wanted = over.filter(session__state=Session.State.DELIVERED, state__in=Booking.HOLDING)
    assert records.count() == wanted.count()
    assert opening.open_due(NOW) == 0
    # Times are known, but for some that the record says are not.
    family = RecordTiming.objects.filter(whose=RecordTiming.Whose.FAMILY)
    assert {one.trouble for one in family} >= {"", "no_end"}
    assert family.filter(minutes__gt=20).count() > 5
