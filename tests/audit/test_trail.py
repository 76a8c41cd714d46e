"""The trail: written with the change or not at all, and whoever tampers with it is found."""

import re
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, connection, transaction

from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent
from whippersnappers.audit.trail import GENESIS, BrokenChain, NotInTransaction, record, seal, verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def trail(administrator) -> list[AuditEvent]:
    return [record(f"test.{n}", by=administrator, target=administrator, number=n) for n in range(1, 7)]


def tamper(sql: str, *values: object) -> None:
    """What somebody with the database's superuser could do: change rows past the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET session_replication_role = DEFAULT")


def test_a_whole_trail_verifies_and_names_its_head(trail, capsys):
    assert verify() == (6, trail[-1].hash)
    call_command("audit_verify")
    assert f"6 events. Its head is 6:{trail[-1].hash}" in capsys.readouterr().out
    call_command("audit_verify", head=f"4:{trail[3].hash}")


def test_an_empty_trail_is_whole():
    assert verify() == (0, GENESIS)


EDITS: dict[str, str] = {
    "event": "event = 'test.other'",
    "time": "at = at + interval '1 microsecond'",
    "actor": "actor = 'user:00000000-0000-0000-0000-000000000000'",
    "target": "target_id = 'x'",
    "kind of target": "target_type = 'x'",
    "detail": """detail = '{"number": 99}'""",
    "hash": f"hash = '{'a' * 64}'",
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edited_event_is_found(trail, edit):
    tamper(f"UPDATE audit_auditevent SET {edit} WHERE sequence = 3")
    with pytest.raises(BrokenChain) as broken:
        verify()
    assert broken.value.sequence == 3


def test_a_deleted_event_is_found(trail):
    tamper("DELETE FROM audit_auditevent WHERE sequence = 3")
    with pytest.raises(BrokenChain) as broken:
        verify()
    assert (broken.value.sequence, broken.value.why) == (3, "it is missing")


def test_a_deleted_event_is_found_even_when_the_others_close_up(trail):
    tamper("DELETE FROM audit_auditevent WHERE sequence = 3")
    for old in (4, 5, 6):
        tamper("UPDATE audit_auditevent SET sequence = %s WHERE sequence = %s", old - 1, old)
    with pytest.raises(BrokenChain) as broken:
        verify()
    assert broken.value.sequence == 3


def test_an_inserted_event_is_found(trail, settings):
    for old in (6, 5, 4):
        tamper("UPDATE audit_auditevent SET sequence = %s WHERE sequence = %s", old + 1, old)
    settings.AUDIT_KEY = "a guess"
    forged = AuditEvent(
        sequence=4, at=trail[2].at, event="test.forged", actor="user:x", previous_hash=trail[2].hash, detail={}
    )
    forged.hash = seal(forged)
    forged.save(force_insert=True)
    settings.AUDIT_KEY = "an-audit-key-for-tests-only"
    with pytest.raises(BrokenChain) as broken:
        verify()
    assert broken.value.sequence == 4


def test_a_replaced_event_is_found(trail, settings):
    tamper("DELETE FROM audit_auditevent WHERE sequence = 3")
    settings.AUDIT_KEY = "a guess"
    forged = AuditEvent(
        sequence=3, at=trail[2].at, event="test.3", actor="user:x", previous_hash=trail[1].hash, detail={}
    )
    forged.hash = seal(forged)
    forged.save(force_insert=True)
    settings.AUDIT_KEY = "an-audit-key-for-tests-only"
    with pytest.raises(BrokenChain) as broken:
        verify()
    assert (broken.value.sequence, broken.value.why) == (3, "its content was changed")


def test_reordered_events_are_found(trail):
    for old, new in ((2, 100), (3, 2), (100, 3)):
        tamper("UPDATE audit_auditevent SET sequence = %s WHERE sequence = %s", new, old)
    with pytest.raises(BrokenChain) as broken:
        verify()
    assert broken.value.sequence == 2


@pytest.mark.parametrize("left", [0, 5])
def test_a_cut_off_end_is_found_with_a_head_that_was_noted(trail, left):
    tamper("DELETE FROM audit_auditevent WHERE sequence > %s", left)
    assert verify()[0] == left
    with pytest.raises(CommandError, match=f"broken at event {left + 1}: the trail ends before"):
        call_command("audit_verify", head=f"6:{trail[-1].hash}")


def test_a_rewritten_trail_does_not_contain_the_head_that_was_noted(trail, administrator):
    tamper("DELETE FROM audit_auditevent WHERE sequence > 4")
    for n in range(3):
        record("test.rewritten", by=administrator, number=n)
    assert verify()[0] == 7
    with pytest.raises(BrokenChain, match="event 6: it is not the one whose head was noted earlier"):
        verify(f"6:{trail[-1].hash}")


@pytest.mark.parametrize("head", ["7:", "x", "", ":", "6", f"6:{'a' * 64}", "-1:a", "²:a"])
def test_a_head_that_was_never_one_is_not_taken_for_one(trail, head):
    with pytest.raises(BrokenChain):
        verify(head)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_auditevent SET event = 'x'",
        "DELETE FROM audit_auditevent",
        "TRUNCATE audit_auditevent",
        "TRUNCATE audit_auditevent CASCADE",
    ],
)
def test_postgres_itself_refuses_changes(trail, sql):
    with pytest.raises(InternalError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert AuditEvent.objects.count() == 6


def test_the_model_cannot_change_events_either(trail):
    attempts: list[Callable[[], object]] = [trail[0].delete, trail[0].save, AuditEvent.objects.all().delete]
    for attempt in attempts:
        with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
            attempt()
    assert verify()[0] == 6


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_recorded(administrator):
    with pytest.raises(NotInTransaction):
        record("test.loose", by=administrator)
    assert AuditEvent.objects.count() == 0


def test_the_event_goes_with_the_change_that_fails(administrator):
    class Trouble(Exception):
        pass

    def change() -> None:
        with transaction.atomic():
            record("test.undone", by=administrator)
            raise Trouble

    with pytest.raises(Trouble):
        change()
    assert verify() == (0, GENESIS)


@pytest.mark.parametrize("nobody", [None, "", "somebody", User(id=None)])
def test_nobody_is_no_actor(nobody):
    with pytest.raises(TypeError):
        record("test.anonymous", by=nobody)


def test_events_about_the_same_time_zone_change_verify(administrator):
    record("test.time", by=administrator, now=AuditEvent._meta.get_field("at").to_python("2026-10-25T01:30:00+01:00"))
    record("test.time", by=administrator, now=AuditEvent._meta.get_field("at").to_python("2026-10-25T01:30:00+00:00"))
    assert verify()[0] == 2


class TestList:
    """The administrator's list."""

    def test_it_shows_that_things_happened_without_their_content(self, client, administrator):
        record("person.roles_changed", by=administrator, target=administrator, before=["lead"], after=["deputy"])
        record("family.noted", by=administrator, secret="canary-content")
        client.force_login(administrator)
        page = client.get("/admin/audit/auditevent/")
        assert page.status_code == 200
        text = re.sub(r"\s+", " ", page.content.decode())
        assert "after: deputy, before: lead" in text
        assert "family.noted" in text
        assert "canary-content" not in text
        assert "Ada Marsh" in text

    def test_it_cannot_be_changed(self, client, administrator, trail):
        client.force_login(administrator)
        event = trail[0].pk
        statuses = [
            client.post(f"/admin/audit/auditevent/{path}").status_code
            for path in ("add/", f"{event}/change/", f"{event}/delete/")
        ]
        assert statuses == [403, 403, 403]

    @pytest.mark.parametrize("person", ["coordinator", "practitioner", "lead", "trustee"])
    def test_it_is_for_administrators_only(self, client, request, person):
        client.force_login(request.getfixturevalue(person))
        assert client.get("/admin/audit/auditevent/").status_code == 403

    def test_thirty_events_cost_as_many_queries_as_one(self, client, administrator, django_assert_num_queries):
        client.force_login(administrator)
        for count in (1, 30):
            for n in range(count):
                record("test.many", by=administrator, number=n)
            with django_assert_num_queries(6):
                assert client.get("/admin/audit/auditevent/").status_code == 200
