"""The assurance page tells the truth: what was kept is counted, what was not is explained to who may read it."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from safeguarding.assurance.enforcing import ENFORCED
from safeguarding.assurance.gathering import assurance
from safeguarding.assurance.hours import HEADINGS, NO_COUNCIL, hours, of_council, totals
from safeguarding.assurance.measuring import measures
from safeguarding.assurance.paper import paper
from safeguarding.figures.periods import days
from sessions_app.live.alert_kinds import AlertKind
from sessions_app.models import DeliveryCheck, Session
from sessions_app.policy_alerts import settle
from tests.factories import BookingFactory, ChildFactory, StaffAssignmentFactory, StaffProfileFactory, london
from tests.live_factories import ConfirmedFactory, MeetingRunFactory, PolicyAlertFactory, RecordingRunFactory
from tests.safeguarding.scenes import deputy_named
from whippersnappers.accounts import second_factors
from whippersnappers.audit.models import AuditEvent
from whippersnappers.policy import Clause

pytestmark = pytest.mark.django_db

PERIOD = days(date(2026, 11, 1), date(2026, 11, 30))
QUERY = {"since": "2026-11-01", "until": "2026-11-30"}
PAGE = reverse("safeguarding_assurance")


def took_place(number: int = 1, *, staff: int = 2, checked: bool = True, **fields) -> Session:
    """A session by Zoom, delivered on that day of November."""
    start = london(f"2026-11-{number:02} 16:00")
    session = ConfirmedFactory(starts_at=start, state=Session.State.DELIVERED, kind="small_group", **fields)
    for _ in range(staff):
        profile = StaffAssignmentFactory(session=session).staff
        if checked:
            told = {"dressed": True, "surroundings": True, "language": True, "room": "alone", "at": start}
            DeliveryCheck.objects.create(session=session, staff=profile, **told)
    return session


def said(clause: Clause) -> list[str]:
    return [measure.said for measure in measures(PERIOD)[clause]]


def test_every_clause_says_what_makes_it_happen():
    assert set(ENFORCED) == set(Clause)


def test_what_was_kept_is_counted(lead):
    whole = took_place(1)
    run = MeetingRunFactory(session=whole)
    took_place(2, staff=1, checked=False)
    short = took_place(3)
    PolicyAlertFactory(session=short)
    wrong = PolicyAlertFactory(session=took_place(4))
    settle(wrong, outcome="mistaken", reason="Both were there", by=lead, now=timezone.now())
    ConfirmedFactory(starts_at=london("2026-11-05 16:00"))
    took_place(6, delivery="in_person")
    ConfirmedFactory(starts_at=london("2026-12-01 00:00"), state=Session.State.DELIVERED)
    assert said(Clause.W5) == ["3 of 5", "1 of 4"]
    assert said(Clause.W4) == ["4 of 5"]
    assert said(Clause.A1) == ["1 of 1"]
    assert said(Clause.N3) == said(Clause.F7) == ["4 of 4"]
    assert said(Clause.W6) == ["none in this time"] * 3
    RecordingRunFactory(run=run)
    PolicyAlertFactory(session=whole, kind=AlertKind.STRANGER_IN_MEETING)
    assert said(Clause.N3) == said(Clause.F7) == ["3 of 4"]
    PolicyAlertFactory(session=short, kind=AlertKind.RECORDING_NOT_ALLOWED)
    assert said(Clause.N3) == ["2 of 4"]


def test_exceptions_are_explained_to_whoever_oversees(client, lead, trustee, coordinator):
    alert = PolicyAlertFactory(session=took_place(1))
    settle(alert, outcome="mended", reason="Tom’s tablet had run down", by=coordinator, now=timezone.now())
    for user, opens in ((lead, True), (trustee, False)):
        client.force_login(user)
        page = client.get(PAGE, QUERY).content.decode()
        assert "Tom’s tablet had run down" in page
        assert (reverse("safeguarding_policy_alert", args=[alert.pk]) in page) == opens
    read = AuditEvent.objects.filter(event="assurance.read")
    assert [event.detail for event in read] == [{"since": "2026-11-01", "until": "2026-11-30"}] * 2


def test_of_their_own_session_people_get_numbers_without_the_explanation(lead, trustee, coordinator):
    session = took_place(1)
    StaffAssignmentFactory(session=session, staff=StaffProfileFactory(user=lead))
    alert = PolicyAlertFactory(session=session)
    settle(alert, outcome="breach", reason="She was alone", by=coordinator, now=timezone.now())
    found = {user: {p.clause: p for p in assurance(user, PERIOD).promises}[Clause.W5] for user in (lead, trustee)}
    assert [(len(found[user].against), found[user].others) for user in (lead, trustee)] == [(0, 1), (1, 0)]
    assert found[lead].measures == found[trustee].measures
    assert found[trustee].against[0].is_theirs
    assert assurance(coordinator, PERIOD).promises[4].against == []


def test_the_pdf_has_numbers_and_no_explanations(client, lead, coordinator):
    alert = PolicyAlertFactory(session=took_place(1))
    settle(alert, outcome="mended", reason="Tom came back", by=coordinator, now=timezone.now())
    assert paper(assurance(lead, PERIOD), timezone.now()).startswith(b"%PDF")
    client.force_login(deputy_named())
    assert client.get(reverse("safeguarding_assurance_file"), QUERY).status_code == 302


def test_it_asks_the_same_few_queries_with_thirty_sessions(client, lead):
    client.force_login(lead)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(PAGE, QUERY).status_code == 200
        return len([q for q in asked if "SAVEPOINT" not in q["sql"]])

    PolicyAlertFactory(session=took_place(1))
    queries()
    with_one = queries()
    for number in range(2, 30):
        PolicyAlertFactory(session=took_place(number))
    assert queries() == with_one <= 20


def had(child, number: int, attendance: str = "attended", **fields) -> None:
    BookingFactory(session=took_place(number, **fields), child=child, state="coming", attendance=attendance)


def test_hours_are_counted_by_child_council_and_category():
    pip = ChildFactory(first_name="Philippa", last_name="Green", known_as="Pip", local_authority="Southwark")
    olive = ChildFactory(first_name="Olive", last_name="Stone", known_as="Olive", local_authority="")
    had(pip, 1)
    had(pip, 2)
    had(pip, 3, "absent")
    had(olive, 4)
    ConfirmedFactory(starts_at=london("2026-11-05 16:00")).bookings.create(child=pip, attendance="attended")
    rows = hours(PERIOD)
    assert [(row.council, row.name, row.category, row.sessions, str(row.hours)) for row in rows] == [
        (NO_COUNCIL, "Olive Stone", "Small group, by Zoom", 1, "0.75"),
        ("Southwark", "Philippa Green", "Small group, by Zoom", 2, "1.50"),
    ]
    assert [(total.council, total.children, str(total.hours)) for total in totals(rows)] == [
        (NO_COUNCIL, 1, "0.75"),
        ("Southwark", 1, "1.50"),
    ]
    assert [row.name for row in of_council(rows, "Southwark")] == ["Philippa Green"]


def test_a_return_names_the_council_s_own_children_and_nothing_is_a_formula(client, lead, trustee, monkeypatch):
    had(ChildFactory(first_name="=1+1", last_name="", known_as="Pip", local_authority="Southwark"), 1)
    had(ChildFactory(first_name="Olive", last_name="Stone", known_as="Olive", local_authority="Lambeth"), 2)
    address = reverse("safeguarding_hours", args=["csv"])
    client.force_login(trustee)
    page = client.get(PAGE, QUERY).content.decode()
    assert "Southwark" in page
    assert "Olive" not in page
    assert client.get(address, QUERY).status_code == 404
    client.force_login(lead)
    assert client.get(address, QUERY).status_code == 302
    monkeypatch.setattr(second_factors, "is_shown_again", lambda request, now: True)
    file = client.get(address, QUERY | {"council": "Southwark"})
    assert file["Content-Type"] == "text/csv; charset=utf-8"
    lines = file.content.decode("utf-8-sig").splitlines()
    assert lines == [",".join(HEADINGS), 'Southwark,\'=1+1,Pip,"Small group, by Zoom",1,0.75']
    (taken,) = AuditEvent.objects.filter(event="assurance.hours_taken")
    assert (taken.detail["rows"], taken.detail["form"]) == (1, "csv")
    assert client.get(reverse("safeguarding_hours", args=["xlsx"]), QUERY).content.startswith(b"PK")
    assert client.get(reverse("safeguarding_hours", args=["doc"]), QUERY).status_code == 404
