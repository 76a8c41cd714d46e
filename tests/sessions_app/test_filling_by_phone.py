"""A free place close to the start, and a child who waits: staff see whom to ring, and give the place with one press."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from sessions_app import answering, booking
from sessions_app.admin.home import Waiting, home_for
from sessions_app.models import Booking, Session
from sessions_app.offer_times import first_start_offered
from tests.factories import BookingFactory, GuardianFactory, GuardianshipFactory, household
from tests.sessions_app.mail_scenes import NOW, START
from tests.sessions_app.offer_scenes import a_place, asked, booking_of, full_session
from tests.sessions_app.staff_forms import text_of
from whippersnappers.accounts.models import User
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
LATE = START - timedelta(hours=2)


@pytest.fixture
def late(coordinator: User) -> Session:
    """A session with a place given up two hours before its start, and two children who wait for it."""
    session, waiters = full_session(coordinator)
    for number, child in enumerate(waiters):
        guardian = child.guardianships.get().guardian
        guardian.phone = f"020 7946 010{number}"
        guardian.save()
    gone = a_place(session)
    who = gone.child.guardianships.get().guardian
    answering.say(gone.pk, coming=False, sure=True, guardian=who, by=who.user, now=LATE)
    return session


def first_child(session: Session) -> Booking:
    return session.bookings.all().waiting().select_related("child")[0]


def to_fill(user: User, now=LATE) -> Waiting:
    found = home_for(user, now).places
    assert found is not None
    return found


def test_home_names_the_session_who_is_next_and_whom_to_ring(late: Session, client: Client, coordinator: User) -> None:
    full_session(coordinator, starts_at=START + timedelta(minutes=10))
    waits = first_child(late)
    # One of the child's people has no number, one may not be told: neither is who is rung.
    for fields in ({"phone": ""}, {"phone": "020 7946 0666"}):
        GuardianshipFactory(
            guardian=GuardianFactory(first_name="Aa", last_name="Aa", **fields),
            child=waits.child,
            parental_responsibility=True,
            may_be_invited=not fields["phone"],
        )
    found = to_fill(coordinator)
    (row,) = found.rows
    guardian = waits.child.guardianships.get(guardian__phone="020 7946 0100").guardian
    assert (found.count, row.pk, row.what, row.at) == (1, late.pk, late.title, late.starts_at)
    assert (str(row.child), str(row.guardian), row.number) == (str(waits.child), str(guardian), "020 7946 0100")
    with time_machine.travel(LATE, tick=False):
        client.force_login(coordinator)
        page = client.get(reverse("admin:index"))
    assert f"{waits.child} is next. Ring {guardian}: <a class=" in text_of(page)
    assert 'href="tel:02079460100">020 7946 0100</a>' in text_of(page)


def test_each_session_is_one_row_however_many_wait_and_however_many_are_rung(late: Session, coordinator: User) -> None:
    for _ in range(6):
        other, (waits,) = full_session(coordinator, starts_at=START + timedelta(minutes=5), waiters=1)
        GuardianshipFactory(guardian=GuardianFactory(phone="020 7946 0200"), child=waits)
        booking.withdraw(a_place(other).pk, by=coordinator, now=LATE + timedelta(minutes=5))
    found = to_fill(coordinator, LATE + timedelta(minutes=5))
    assert found.count == 7
    assert found.rows[0].pk == late.pk
    assert len({row.pk for row in found.rows}) == len(found.rows) == 5


def test_who_has_no_number_is_named_all_the_same(late: Session, client: Client, coordinator: User) -> None:
    guardian = first_child(late).child.guardianships.get().guardian
    guardian.phone = ""
    guardian.save()
    (row,) = to_fill(coordinator).rows
    assert (str(row.guardian), row.number) == (str(guardian), "")
    with time_machine.travel(LATE, tick=False):
        client.force_login(coordinator)
        assert f"{guardian} has no phone number with us." in text_of(client.get(reverse("admin:index")))


@pytest.mark.parametrize("why", ["offers go on", "begun", "draft", "full", "nobody waits", "may not be told"])
def test_nothing_is_to_be_rung_where_it_would_not_help(late: Session, coordinator: User, why: str) -> None:
    now = {"offers go on": NOW, "begun": START}.get(why, LATE)
    if why == "draft":
        Session.objects.filter(pk=late.pk).update(state="draft", confirmed_at=None)
    elif why == "full":
        BookingFactory(session=late, child=household()[1][0], state="coming")
    elif why == "nobody waits":
        late.bookings.all().waiting().delete()
    elif why == "may not be told":
        for waits in late.bookings.all().waiting():
            waits.child.guardianships.update(may_be_invited=False)
    assert to_fill(coordinator, now).rows == []


def test_it_begins_at_the_moment_at_which_no_offer_is_made_any_more(late: Session, coordinator: User) -> None:
    last = START - timedelta(hours=3)
    assert first_start_offered(last) == START
    assert to_fill(coordinator, last).rows == []
    assert len(to_fill(coordinator, last + timedelta(seconds=1)).rows) == 1


def test_only_who_plans_sees_it(late: Session, practitioner: User) -> None:
    assert home_for(practitioner, LATE).places is None


def test_the_sessions_page_has_the_numbers_and_gives_the_place(
    late: Session, client: Client, coordinator: User
) -> None:
    client.force_login(coordinator)
    waits = first_child(late)
    with time_machine.travel(LATE, tick=False):
        page = text_of(client.get(reverse("admin:sessions_app_session_change", args=[late.pk])))
        for shown in ("A place is free, and a mail would come too late.", "020 7946 0100", "020 7946 0101"):
            assert shown in page
        assert "Offer a place" not in page
        give = reverse("admin:sessions_app_session_place", args=[late.pk, waits.pk])
        assert "Ring the family first." in text_of(client.get(give))
        assert client.post(give).status_code == 302
        page = text_of(client.get(reverse("admin:sessions_app_session_change", args=[late.pk])))
    assert booking_of(late, waits.child).state == Booking.State.INVITED
    guardian = waits.child.guardianships.get().guardian
    assert OutgoingMail.objects.filter(kind="invitation", to=guardian.email).count() == 1
    # The place is taken: nobody is to be rung any more.
    assert "020 7946 0101" not in page
    assert to_fill(coordinator).rows == []


def test_while_offers_are_made_no_place_is_given_past_them(coordinator: User, client: Client) -> None:
    session, (waits,) = full_session(coordinator, waiters=1)
    client.force_login(coordinator)
    give = reverse("admin:sessions_app_session_place", args=[session.pk, booking_of(session, waits).pk])
    with time_machine.travel(NOW, tick=False):
        assert "offer the place, so that the family can say" in text_of(client.post(give))
    assert asked(session) == []
    assert booking_of(session, waits).state == Booking.State.WAITING
