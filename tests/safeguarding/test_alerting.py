"""Alerts to staff: to whom they are for, until they end, and with no way from them to a concern."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from families.models import Child
from safeguarding import alerting, looking_after
from safeguarding.models import ChronologyEntry, Concern, StaffAlert, StaffAlertPerson
from safeguarding.vocabulary import PersonRole
from sessions_app.models import Session
from tests.factories import (
    BookingFactory,
    ChildFactory,
    SessionFactory,
    StaffAssignmentFactory,
    StaffProfileFactory,
    UserFactory,
    tomorrow_at,
)
from tests.safeguarding.scenes import raised
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox import catalogue
from whippersnappers.outbox.catalogue import NotWanted, Wanted
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
WORDS = "canary-alert: do not leave Pip alone with Rhys"


@pytest.fixture
def pip() -> Child:
    return ChildFactory(known_as="Pip")


@pytest.fixture
def concern(pip: Child) -> Concern:
    return raised(children=[pip])


@pytest.fixture
def session(pip: Child) -> Session:
    """Tomorrow, with Pip in it."""
    session = SessionFactory(starts_at=tomorrow_at(10), state=Session.State.CONFIRMED, confirmed_at=timezone.now())
    BookingFactory(session=session, child=pip)
    return session


def delivers(session: Session, user: User | None = None) -> User:
    profile = StaffProfileFactory(**({"user": user} if user else {}))
    StaffAssignmentFactory(session=session, staff=profile)
    return profile.user


def alert(concern: Concern, by: User, **fields: Any) -> StaffAlert:
    facts = {"words": WORDS, "for_deliverers": True, "named": [], "last_day": timezone.localdate() + timedelta(days=7)}
    person = concern.people.filter(child__isnull=False).first()
    facts |= {"child": person.child if person else None, "now": timezone.now()}
    return alerting.write_alert(concern.pk, **(facts | fields), by=by)


def sees(user: User, **at: Any) -> bool:
    return StaffAlert.objects.for_staff(user, **({"now": timezone.now()} | at)).exists()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_whoever_delivers_a_session_of_the_child_sees_it_and_nobody_else(
    concern: Concern, session: Session, lead: User
) -> None:
    theirs, coordinator = delivers(session), UserFactory(roles=[Role.COORDINATOR])
    strangers = [UserFactory(roles=[role]) for role in (Role.PRACTITIONER, Role.ADMINISTRATOR, Role.TRUSTEE)]
    away = StaffAssignmentFactory(session=session, withdrawn_at=timezone.now(), withdrawn_by=lead).staff.user
    written = alert(concern, lead)
    assert sees(theirs)
    assert [sees(user) for user in (*strangers, coordinator, away, lead)] == [False] * 6
    page = reverse("staff_alert", args=[written.pk])
    assert WORDS in signed_in(theirs).get(page).content.decode()
    for user in (*strangers, coordinator, away):
        assert signed_in(user).get(page).status_code == 404
        assert signed_in(user).post(page).status_code == 404


def test_somebody_named_sees_it_without_a_session(concern: Concern, lead: User, coordinator: User) -> None:
    alert(concern, lead, for_deliverers=False, named=[coordinator])
    assert sees(coordinator)
    assert "There is something for you to read" in signed_in(coordinator).get("/admin/").content.decode()


def test_who_may_have_caused_harm_never_sees_it(concern: Concern, session: Session, lead: User) -> None:
    subject = delivers(session)
    looking_after.add_person(concern.pk, role=PersonRole.SUBJECT, user=subject, by=lead, now=timezone.now())
    with pytest.raises(ValidationError, match="may have caused harm"):
        alert(concern, lead, named=[subject])
    alert(concern, lead)
    other = delivers(session)
    alert(concern, lead, named=[other])
    looking_after.add_person(concern.pk, role=PersonRole.SUBJECT, user=other, by=lead, now=timezone.now())
    assert not sees(subject)
    assert not sees(other)
    assert not OutgoingMail.objects.filter(kind="staff_alert", to=subject.email).exists()


def test_it_ends_with_its_last_day_and_at_once_when_it_is_withdrawn(
    concern: Concern, session: Session, lead: User
) -> None:
    theirs = delivers(session)
    written = alert(concern, lead, last_day=timezone.localdate() + timedelta(days=1), named=[theirs])
    assert sees(theirs, now=written.ends_at - timedelta(seconds=1))
    assert not sees(theirs, now=written.ends_at)
    client, page = signed_in(theirs), reverse("staff_alert", args=[written.pk])
    assert client.get(page).status_code == 200
    at = reverse("safeguarding_alert_withdraw", args=[concern.pk, written.pk])
    for _ in range(2):
        assert signed_in(lead).post(at).status_code == 302
    assert client.get(page).status_code == 404
    assert "something for you to read" not in client.get("/admin/").content.decode()
    assert concern.chronology.filter(kind=ChronologyEntry.Kind.ALERT).count() == 2
    assert AuditEvent.objects.filter(event="concern.alert_withdrawn").count() == 1


def test_a_session_after_its_end_or_over_already_shows_nothing(concern: Concern, pip: Child, lead: User) -> None:
    written = alert(concern, lead)
    starts = {"later": written.ends_at, "over": timezone.now() - timedelta(hours=3)}
    for start in starts.values():
        session = SessionFactory(
            starts_at=start, ends_at=start + timedelta(hours=1), state=Session.State.CONFIRMED, confirmed_at=start
        )
        BookingFactory(session=session, child=pip)
        assert not sees(delivers(session))


def test_the_pages_lead_to_it_and_say_when_it_was_read(concern: Concern, session: Session, lead: User) -> None:
    theirs = delivers(session)
    written = alert(concern, lead)
    client, page = signed_in(theirs), reverse("staff_alert", args=[written.pk])
    places = ["/admin/", reverse("admin:my_rota"), reverse("admin:sessions_app_session_change", args=[session.pk])]
    for place in places:
        text = client.get(place).content.decode()
        assert f'href="{page}"' in text
        assert "canary-alert" not in text
    answer = client.get(page)
    assert answer["Cache-Control"] == "no-store, private"
    text = answer.content.decode()
    assert concern.reference not in text
    assert str(concern.pk) not in text
    assert AuditEvent.objects.get(event="concern.alert_read").target_id == str(written.pk)
    told = reverse("safeguarding_concern", args=[concern.pk])
    assert "has not read it" in signed_in(lead).get(told).content.decode()
    for _ in range(2):
        client.post(page)
    assert "Read by you" in client.get(page).content.decode()
    assert [("read by you" in client.get(place).content.decode()) for place in places] == [True] * 3
    shown = signed_in(lead).get(told).content.decode()
    assert "has not read it" not in shown
    assert f'{theirs} <span class="quiet small">read it' in shown
    assert AuditEvent.objects.filter(event="concern.alert_confirmed").count() == 1


def test_without_the_trail_nobody_reads_it(
    concern: Concern, session: Session, lead: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = delivers(session)
    written = alert(concern, lead)
    client = signed_in(theirs)

    def broken(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("the disk is full")

    monkeypatch.setattr("safeguarding.reading.record", broken)
    answer = client.get(reverse("staff_alert", args=[written.pk]))
    assert (answer.status_code, "canary-alert" in answer.content.decode()) == (503, False)


def test_mails_say_nothing_go_once_and_to_who_comes_later_too(concern: Concern, session: Session, lead: User) -> None:
    first = delivers(session)
    written = alert(concern, lead)
    now = timezone.now()
    later = delivers(session)
    assert alerting.tell_all(now) == 1
    assert alerting.tell_all(now) == 0
    mails = {mail.to: mail for mail in OutgoingMail.objects.filter(kind="staff_alert")}
    assert mails.keys() == {first.email, later.email}
    kind, mail = catalogue.kind_of("staff_alert"), mails[first.email]
    rendered = kind.render(mail, now)
    for words in (rendered.subject, rendered.text, rendered.html, str(mail.context)):
        for hint in ("canary-alert", "Pip", concern.reference, str(concern.pk), "safeguarding/", "oncern"):
            assert hint not in words.replace("Safeguarding Lead", "")
    log = signed_in(UserFactory(roles=[Role.COORDINATOR])).get(reverse("admin:outbox_outgoingmail_changelist"))
    assert rendered.subject not in log.content.decode()
    assert first.email not in log.content.decode()
    assert isinstance(kind.check(mail, now), Wanted)
    alerting.note_read(written.pk, by=first, now=now)
    assert isinstance(kind.check(mail, now), NotWanted)
    alerting.withdraw_alert(concern.pk, written.pk, by=lead, now=now)
    assert isinstance(kind.check(mails[later.email], now), NotWanted)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"words": " "}, "words"),
        ({"for_deliverers": False}, "named"),
        ({"last_day": timezone.localdate() - timedelta(days=1)}, "last_day"),
        ({"last_day": timezone.localdate() + timedelta(days=93)}, "last_day"),
    ],
)
def test_what_is_not_complete_is_not_shown(concern: Concern, lead: User, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        alert(concern, lead, **wrong)
    assert list(refused.value.message_dict) == [field]
    assert not StaffAlert.objects.exists()


def test_only_a_child_of_the_concern_and_only_by_whom_it_exists_for(
    concern: Concern, lead: User, coordinator: User, trustee: User
) -> None:
    with pytest.raises(ValidationError, match="in this concern"):
        alert(concern, lead, child=ChildFactory())
    for person in (coordinator, trustee):
        with pytest.raises(Concern.DoesNotExist):
            alert(concern, person)
    written = alert(concern, lead)
    looking_after.recuse(concern.pk, reason="I know them", by=UserFactory(roles=[Role.DEPUTY]), now=timezone.now())
    looking_after.assign(concern.pk, trustee, reason="So", by=lead, now=timezone.now())
    looking_after.recuse(concern.pk, reason="I know them", by=lead, now=timezone.now())
    at = reverse("safeguarding_alert_withdraw", args=[concern.pk, written.pk])
    assert signed_in(lead).post(at).status_code == 404
    assert written.is_shown(timezone.now())
    assert signed_in(trustee).post(at).status_code == 302


def test_the_step_writes_one(concern: Concern, lead: User, practitioner: User, pip: Child) -> None:
    client, at = signed_in(lead), reverse("safeguarding_step", args=[concern.pk, "alert"])
    said = {"child": str(pip.pk), "words": WORDS, "last_day": "31/02/2026", "named": [str(practitioner.pk)]}
    text = client.post(at, said).content.decode()
    assert "Write the day like 24/11/2026." in text
    assert WORDS in text
    day = f"{timezone.localdate() + timedelta(days=3):%d/%m/%Y}"
    text = client.post(at, {**said, "last_day": day}, follow=True).content.decode()
    assert "get a mail that something is to be read" in text
    assert "Maya Lind" in text
    assert StaffAlertPerson.objects.get().is_named


def test_alerts_are_never_deleted_and_never_plain(concern: Concern, lead: User, practitioner: User) -> None:
    alert(concern, lead, named=[practitioner])
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM safeguarding_staffalert a WHERE a::text LIKE '%canary%'")
        assert cursor.fetchone()[0] == 0
    for table in ("safeguarding_staffalert", "safeguarding_staffalertperson"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")


def test_what_there_is_to_read_is_one_query(concern: Concern, session: Session, lead: User) -> None:
    theirs = delivers(session)
    client = signed_in(theirs)
    client.get("/admin/")
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            client.get("/admin/")
        counts.append(len([q for q in asked if "safeguarding_staffalert" in q["sql"]]))
        for _ in range(5):
            alert(concern, lead)
    assert counts == [1, 1]


def test_midnight_is_londons(concern: Concern, lead: User, practitioner: User) -> None:
    with time_machine.travel("2026-06-30T23:30:00+01:00", tick=False):
        written = alert(concern, lead, named=[practitioner], last_day=timezone.localdate(), now=timezone.now())
    assert written.ends_at.isoformat() == "2026-07-01T00:00:00+01:00"
    assert written.last_day.isoformat() == "2026-06-30"
