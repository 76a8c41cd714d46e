"""Keys are changed without losing anything, and old ones can be taken away."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.core.management import call_command
from django.db import InternalError, connection, transaction
from django.utils import timezone

from families.models import Child
from safeguarding.models import Concern, ConcernVersion
from tests.factories import ChildFactory, FamilyFactory
from whippersnappers.crypto import DecryptionError, EncryptedTextField
from whippersnappers.management.commands.generate_keys import new_keyset, retired, rotated
from whippersnappers.management.commands.reencrypt import encrypted_fields

pytestmark = pytest.mark.django_db


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.strip().removeprefix("FIELD_ENCRYPTION_KEYS=")


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
    call_command("reencrypt")
    report = capsys.readouterr().out
    assert "families.Child.medical_notes: 1" in report
    assert "families.Child.likes: 0" in report
    assert "Second factors: 2" in report
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


def test_more_rows_than_fit_a_batch(settings, monkeypatch, capsys):
    old = settings.FIELD_ENCRYPTION_KEYS
    children = [ChildFactory(medical_notes=f"note {n}", family=FamilyFactory()) for n in range(3)]
    monkeypatch.setattr("whippersnappers.management.commands.reencrypt._BATCH", 2)
    settings.FIELD_ENCRYPTION_KEYS = rotated(old)
    call_command("reencrypt")
    settings.FIELD_ENCRYPTION_KEYS = retired(settings.FIELD_ENCRYPTION_KEYS)
    notes = {Child.objects.get(pk=child.pk).medical_notes for child in children}
    assert notes == {"note 0", "note 1", "note 2"}


def test_a_value_that_cannot_be_opened_is_a_loud_error(settings):
    child = ChildFactory(medical_notes="peanuts")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE families_child SET medical_notes = medical_notes || 'x'::bytea")
    with pytest.raises(DecryptionError, match="families_child:medical_notes"):
        call_command("reencrypt")
    assert Child.objects.filter(pk=child.pk).exists()


def test_no_encrypted_column_is_forgotten():
    found = {(field.model._meta.db_table, field.column) for field in encrypted_fields()}
    every = {
        (model._meta.db_table, field.column)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, EncryptedTextField)
    }
    assert found == every
    assert ("families_child", "medical_notes") in found


def test_what_concerns_say_has_a_key_of_its_own_and_can_be_sealed_anew(settings, capsys, lead):
    concern = Concern.objects.create(kind="child", source="guardian", started_at=timezone.now(), reporter=lead)
    version = ConcernVersion.objects.create(
        concern=concern, number=1, author=lead, at=timezone.now(), what_happened="what he said"
    )
    old = settings.CONCERN_ENCRYPTION_KEYS
    settings.FIELD_ENCRYPTION_KEYS = new_keyset()
    assert ConcernVersion.objects.get().what_happened == "what he said"

    call_command("generate_keys", rotate=True, keyset="CONCERN_ENCRYPTION_KEYS")
    settings.CONCERN_ENCRYPTION_KEYS = capsys.readouterr().out.strip().removeprefix("CONCERN_ENCRYPTION_KEYS=")
    call_command("reencrypt")
    assert "safeguarding.ConcernVersion.what_happened: 1" in capsys.readouterr().out
    settings.CONCERN_ENCRYPTION_KEYS = retired(settings.CONCERN_ENCRYPTION_KEYS)
    again = ConcernVersion.objects.get()
    assert (again.what_happened, again.sealed()) == ("what he said", version.seal)

    settings.CONCERN_ENCRYPTION_KEYS = old
    with pytest.raises(DecryptionError):
        _ = ConcernVersion.objects.get().what_happened
    # The table is guarded again as soon as the command has ended.
    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE safeguarding_concernversion SET number = 2")
