"""Keys are changed under load without losing anything, old ones can be taken away, and nothing else gets through."""

import itertools
import os
from threading import Event, Thread
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import InternalError, connection, models, transaction
from django.utils import timezone

from families.models import Child
from safeguarding import handling
from safeguarding.models import ChronologyEntry, Concern, ConcernVersion
from tests.factories import ChildFactory, FamilyFactory
from tests.safeguarding.scenes import WORDS, raised
from whippersnappers import rotating
from whippersnappers.append_only import encrypted_columns, sealing_anew
from whippersnappers.audit.models import AuditEvent
from whippersnappers.audit.trail import verify
from whippersnappers.crypto import CONCERNS, FIELDS, DecryptionError, EncryptedTextField, primary_mark
from whippersnappers.keysets import new_keyset, prepared, retired, rotated

pytestmark = pytest.mark.django_db
E002 = "whippersnappers.E002"
# Tables of ours with bytes that nobody needs to hide: what every family may see.
OPEN_BYTES = {"sessions_app.StaffPhoto.jpeg"}


def printed(capsys: pytest.CaptureFixture[str], keys: str = FIELDS) -> str:
    return capsys.readouterr().out.strip().removeprefix(f"{keys}=")


def sealed(model: type[models.Model], column: str) -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {model._meta.db_table}")
        return [bytes(value) for (value,) in cursor.fetchall()]


def test_a_whole_rotation_loses_nothing_and_leaves_nothing_under_the_old_key(settings, capsys, practitioner):
    old = settings.FIELD_ENCRYPTION_KEYS = new_keyset()
    child = ChildFactory(medical_notes="peanuts", likes="", access_needs="ramp – قوس")
    family = FamilyFactory(address="1 Station Road")
    secret = generate_totp_secret()
    TOTP.activate(practitioner, secret)
    codes = RecoveryCodes.activate(practitioner).get_unused_codes()

    call_command("generate_keys", rotate=True)
    both = settings.FIELD_ENCRYPTION_KEYS = printed(capsys)
    assert Child.objects.get(pk=child.pk).medical_notes == "peanuts"
    with pytest.raises(CommandError, match="values are still under an older key"):
        call_command("generate_keys", retire=True)
    call_command("rotate_keys")
    report = capsys.readouterr().out
    assert "families.Child.medical_notes: 1" in report
    assert "families.Child.likes: 0" in report
    assert "second factors: 2" in report
    call_command("generate_keys", retire=True)
    new = settings.FIELD_ENCRYPTION_KEYS = printed(capsys)

    assert len({old, both, new}) == 3
    again = Child.objects.get(pk=child.pk)
    assert (again.medical_notes, again.likes, again.access_needs) == ("peanuts", "", "ramp – قوس")
    assert type(family).objects.get(pk=family.pk).address == "1 Station Road"
    factors = {factor.type: factor.wrap() for factor in Authenticator.objects.filter(user=practitioner)}
    assert factors["recovery_codes"].get_unused_codes() == codes

    settings.FIELD_ENCRYPTION_KEYS = old
    with pytest.raises(DecryptionError):
        _ = Child.objects.get(pk=child.pk).medical_notes


def test_whoever_stops_it_goes_on_later_and_a_second_run_finds_nothing_to_do(settings, monkeypatch):
    children = [ChildFactory(medical_notes=f"note {n}", family=FamilyFactory()) for n in range(5)]
    old = primary_mark(FIELDS)
    settings.FIELD_ENCRYPTION_KEYS = rotated(settings.FIELD_ENCRYPTION_KEYS)
    monkeypatch.setattr(rotating, "_BATCH", 2)
    rewrite, calls = rotating._rewrite, itertools.count(1)

    def stopped(*args: Any) -> Any:
        if next(calls) > 3:
            raise KeyboardInterrupt
        return rewrite(*args)

    monkeypatch.setattr(rotating, "_rewrite", stopped)
    with pytest.raises(KeyboardInterrupt):
        rotating.rotate(now=timezone.now())
    left = sum(rotating.under_older_keys(FIELDS).values())
    monkeypatch.setattr(rotating, "_rewrite", rewrite)
    assert sum(rotating.rotate(now=timezone.now()).values()) == left > 0
    assert sum(rotating.rotate(now=timezone.now()).values()) == 0
    assert [value for value in sealed(Child, "medical_notes") if value[:5] == old] == []
    settings.FIELD_ENCRYPTION_KEYS = retired(settings.FIELD_ENCRYPTION_KEYS)
    notes = {Child.objects.get(pk=child.pk).medical_notes for child in children}
    assert notes == {f"note {n}" for n in range(5)}


def test_it_is_in_the_trail_with_its_counts_and_the_trail_stays_whole(settings, lead):
    raised()
    settings.CONCERN_ENCRYPTION_KEYS = rotated(settings.CONCERN_ENCRYPTION_KEYS, CONCERNS)
    before = AuditEvent.objects.count()
    rotating.rotate(now=timezone.now())
    began, ended = AuditEvent.objects.order_by("sequence")[before:]
    assert (began.event, ended.event) == ("keys.rotation_began", "keys.rotated")
    assert ended.detail["values"]["safeguarding.ConcernVersion.what_happened"] == 1
    assert ended.detail["primary"] == {keys: primary_mark(keys).hex() for keys in (FIELDS, CONCERNS)}
    assert verify()[0] == before + 2
    version = ConcernVersion.objects.get()
    assert version.sealed() == version.seal == AuditEvent.objects.get(event="concern.raised").detail["seal"]


def test_a_row_that_was_read_before_does_not_bring_the_old_key_back(settings):
    child = ChildFactory(medical_notes="peanuts")
    read_before = Child.objects.get(pk=child.pk)
    settings.FIELD_ENCRYPTION_KEYS = rotated(settings.FIELD_ENCRYPTION_KEYS)
    rotating.rotate(now=timezone.now())
    read_before.save()
    assert sum(rotating.under_older_keys(FIELDS).values()) == 0
    assert Child.objects.get().medical_notes == "peanuts"


def test_a_process_that_still_seals_with_the_old_key_is_found(settings, monkeypatch):
    ChildFactory(medical_notes="peanuts")
    old, settings.FIELD_ENCRYPTION_KEYS = settings.FIELD_ENCRYPTION_KEYS, rotated(settings.FIELD_ENCRYPTION_KEYS)
    one_pass = rotating._one_pass

    def meanwhile() -> Any:
        done, new = one_pass(), settings.FIELD_ENCRYPTION_KEYS
        settings.FIELD_ENCRYPTION_KEYS = old
        with connection.cursor() as cursor:
            field = Child._meta.get_field("medical_notes")
            place = f"families_child:medical_notes:{Child.objects.get().pk}"
            cursor.execute("UPDATE families_child SET medical_notes = %s", [field.sealed("peanuts", place)])
        settings.FIELD_ENCRYPTION_KEYS = new
        return done

    monkeypatch.setattr(rotating, "_one_pass", meanwhile)
    with pytest.raises(CommandError, match="restart every process"):
        call_command("rotate_keys")


def test_a_value_that_cannot_be_opened_is_a_loud_error(settings):
    child = ChildFactory(medical_notes="peanuts")
    settings.FIELD_ENCRYPTION_KEYS = rotated(settings.FIELD_ENCRYPTION_KEYS)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE families_child SET medical_notes = medical_notes || 'x'::bytea")
    with pytest.raises(DecryptionError, match="families_child:medical_notes"):
        rotating.rotate(now=timezone.now())
    with pytest.raises(CommandError, match=r"does not open families\.Child\.medical_notes"):
        call_command("rotate_keys")
    assert Child.objects.filter(pk=child.pk).exists()


class TestWrongKeys:
    """A key that is missing or another one is said at once: by `migrate`, before anything starts, and the command."""

    @pytest.fixture(autouse=True)
    def stored(self, lead: Any) -> None:
        ChildFactory(medical_notes="peanuts")
        raised()

    @pytest.mark.parametrize("keys", [FIELDS, CONCERNS])
    @pytest.mark.parametrize(
        ("value", "said"), [("", "is not set"), ("bm9uc2Vuc2U=", "is not a keyset"), (None, "lacks a key with which")]
    )
    def test_each_fault_of_each_keyset(self, settings: Any, keys: str, value: str | None, said: str) -> None:
        setattr(settings, keys, new_keyset() if value is None else value)
        found = [
            message for message in checks.run_checks(databases=["default"]) if message.id == "whippersnappers.E002"
        ]
        assert found != []
        assert all(message.msg.startswith(keys) and said in message.msg for message in found)
        with pytest.raises(CommandError, match=said):
            call_command("rotate_keys")
        with pytest.raises(ImproperlyConfigured if value is not None else DecryptionError):
            _ = (Child if keys == FIELDS else ConcernVersion).objects.get().__dict__.keys() and _open(keys)

    def test_without_the_database_nothing_is_asked(self, settings: Any) -> None:
        settings.FIELD_ENCRYPTION_KEYS = ""
        assert [message for message in checks.run_checks() if message.id == E002] == []

    def test_the_right_keys_are_right(self) -> None:
        assert rotating.faults() == []


def _open(keys: str) -> str:
    return Child.objects.get().medical_notes if keys == FIELDS else ConcernVersion.objects.get().what_happened


def test_no_column_that_holds_bytes_is_forgotten():
    """Bytes are encrypted and rotated, or stand in the list above: whoever adds such a column has to choose."""
    ours = [model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy]
    rotated_ones = {
        f"{model._meta.label}.{field.name}" for model in rotating.sealed_models() for field in encrypted_columns(model)
    }
    found = {
        f"{model._meta.label}.{field.name}"
        for model in ours
        for field in model._meta.get_fields()
        if isinstance(field, EncryptedTextField)
        or (isinstance(field, models.Field) and field.get_internal_type() == "BinaryField")
    }
    assert found - OPEN_BYTES == rotated_ones
    assert {"families.Child.medical_notes", "safeguarding.ConcernVersion.what_happened"} <= rotated_ones


def test_postgres_itself_knows_no_bytes_that_are_left_out():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name || '.' || column_name FROM information_schema.columns"
            " WHERE data_type = 'bytea' AND table_schema = 'public'"
        )
        stored = {name for (name,) in cursor.fetchall()}
    known = {f"{m._meta.db_table}.{f.column}" for m in rotating.sealed_models() for f in encrypted_columns(m)}
    assert stored - known == {"sessions_app_staffphoto.jpeg"}


class TestWhatPostgresLetsThrough:
    """Of an append-only table: the same row under another key, in a transaction that named the key; nothing else."""

    @pytest.fixture
    def version(self, settings: Any, lead: Any) -> ConcernVersion:
        raised(words={"what_happened": WORDS, "opinion": ""})
        settings.CONCERN_ENCRYPTION_KEYS = rotated(settings.CONCERN_ENCRYPTION_KEYS, CONCERNS)
        return ConcernVersion.objects.get()

    def anew(self, version: ConcernVersion, words: str = WORDS) -> bytes:
        field: Any = ConcernVersion._meta.get_field("what_happened")
        return field.sealed(words, field.place(version))

    def write(self, sets: str, *values: object, allowed: bool = True) -> None:
        with transaction.atomic(), sealing_anew([CONCERNS] if allowed else []) as cursor:
            cursor.execute(f"UPDATE safeguarding_concernversion SET {sets}", values)

    def test_the_same_words_under_the_new_key(self, version: ConcernVersion) -> None:
        self.write("what_happened = %s", self.anew(version))
        assert ConcernVersion.objects.get().what_happened == WORDS

    @pytest.mark.parametrize(
        "sets",
        [
            "what_happened = %s, number = 2",
            "what_happened = %s, at = now()",
            "what_happened = %s, seal = 'x'",
            "what_happened = %s, author_id = NULL",
            "what_happened = %s, id = gen_random_uuid()",
            "what_happened = %s || 'x'::bytea",
            "opinion = %s",
            "what_happened = ''::bytea, who = %s",
            "what_happened = NULL, who = %s",
        ],
    )
    def test_nothing_else_along_with_it(self, version: ConcernVersion, sets: str) -> None:
        with pytest.raises(InternalError, match="Cannot"):
            self.write(sets, self.anew(version))

    def test_no_other_words_than_as_many(self, version: ConcernVersion) -> None:
        with pytest.raises(InternalError, match="Cannot"):
            self.write("what_happened = %s", self.anew(version, "other words"))
        # As many letters cannot be told from outside; the seal tells.
        self.write("what_happened = %s", self.anew(version, WORDS.replace("thumb", "wrist")))
        forged = ConcernVersion.objects.get()
        assert forged.what_happened != WORDS
        assert forged.sealed() != forged.seal

    def test_not_without_naming_the_key(self, version: ConcernVersion) -> None:
        for sets in ("what_happened = %s", "number = number, who = coalesce(who, %s)"):
            with pytest.raises(InternalError, match="Cannot"):
                self.write(sets, self.anew(version), allowed=False)
        # The permission ended with the transaction before.
        self.write("what_happened = %s", self.anew(version))
        with pytest.raises(InternalError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE safeguarding_concernversion SET what_happened = %s", [self.anew(version)])

    def test_not_twice_nor_back_to_the_old_key(self, version: ConcernVersion) -> None:
        (before,) = sealed(ConcernVersion, "what_happened")
        self.write("what_happened = %s", self.anew(version))
        for value in (self.anew(version), before, os.urandom(len(before))):
            with pytest.raises(InternalError, match="Cannot"):
                self.write("what_happened = %s", value)

    @pytest.mark.parametrize("how", ["DELETE FROM", "TRUNCATE"])
    def test_never_gone(self, version: ConcernVersion, how: str) -> None:
        with transaction.atomic(), sealing_anew([CONCERNS]) as cursor:
            # What waits for the end of the transaction would refuse TRUNCATE by itself.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            with pytest.raises(InternalError, match="pgtrigger: Cannot"):
                cursor.execute(f"{how} safeguarding_concernversion")
            transaction.set_rollback(True)

    def test_the_switch_of_the_library_does_nothing(self, version: ConcernVersion) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger%'")
            names = ",".join(name for (name,) in cursor.fetchall())
            # Until the test's transaction ends, so that it would hold for what follows.
            cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [f"{{{names}}}"])
        with pytest.raises(InternalError, match="Cannot"):
            self.write("number = 2 WHERE number = %s", 1)


def test_a_key_can_be_made_known_before_it_seals(settings):
    child = ChildFactory(medical_notes="peanuts")
    alone = settings.FIELD_ENCRYPTION_KEYS
    old, known = primary_mark(FIELDS), prepared(alone)
    front = rotated(known)
    settings.FIELD_ENCRYPTION_KEYS = known
    assert primary_mark(FIELDS) == old
    settings.FIELD_ENCRYPTION_KEYS = front
    assert primary_mark(FIELDS) != old
    Child.objects.get(pk=child.pk).save()
    # A computer that only knows the key opens what one that seals with it has written.
    settings.FIELD_ENCRYPTION_KEYS = known
    assert Child.objects.get(pk=child.pk).medical_notes == "peanuts"


@pytest.mark.django_db(transaction=True)
def test_readers_and_writers_notice_nothing(settings, lead):
    children = [ChildFactory(medical_notes=f"child {n}", family=FamilyFactory()) for n in range(12)]
    concern = raised()
    settings.FIELD_ENCRYPTION_KEYS = rotated(settings.FIELD_ENCRYPTION_KEYS)
    settings.CONCERN_ENCRYPTION_KEYS = rotated(settings.CONCERN_ENCRYPTION_KEYS, CONCERNS)
    over, trouble, turns = Event(), [], [0, 0]

    def until_over(number: int, turn: Any) -> None:
        try:
            while not over.is_set() or not turns[number]:
                turn(turns[number])
                turns[number] += 1
        except Exception as error:  # noqa: BLE001  (whatever it is, it is what this looks for)
            trouble.append(error)
        finally:
            connection.close()

    def read(turn: int) -> None:
        for child in Child.objects.all():
            assert child.medical_notes.startswith("child ")
        assert ConcernVersion.objects.get().what_happened == WORDS

    def write(turn: int) -> None:
        child = children[turn % len(children)]
        row = Child.objects.get(pk=child.pk)
        row.likes = f"likes {turn}"
        row.save()
        handling.note(concern.pk, f"note {turn}", by=lead, now=timezone.now())

    threads = [Thread(target=until_over, args=pair) for pair in enumerate((read, write))]
    for thread in threads:
        thread.start()
    done = rotating.rotate(now=timezone.now())
    over.set()
    for thread in threads:
        thread.join()
    assert trouble == []
    assert min(turns) > 0
    assert done["safeguarding.ConcernVersion.what_happened"] == 1
    assert done["families.Child.medical_notes"] == len(children) or turns[1]
    assert sum(sum(rotating.under_older_keys(keys).values()) for keys in (FIELDS, CONCERNS)) == 0
    settings.FIELD_ENCRYPTION_KEYS = retired(settings.FIELD_ENCRYPTION_KEYS)
    settings.CONCERN_ENCRYPTION_KEYS = retired(settings.CONCERN_ENCRYPTION_KEYS, CONCERNS)
    assert sorted(child.medical_notes for child in Child.objects.all()) == sorted(f"child {n}" for n in range(12))
    written = {entry.words for entry in ChronologyEntry.objects.filter(kind="note")}
    assert written == {f"note {turn}" for turn in range(turns[1])}
    assert verify()[0] == AuditEvent.objects.count()
    assert Concern.objects.count() == 1
