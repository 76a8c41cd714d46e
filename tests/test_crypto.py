"""Encrypted text opens only with its key and in its own place."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from families.models import Child
from tests.factories import ChildFactory
from whippersnappers.crypto import DecryptionError, decrypt, encrypt
from whippersnappers.keysets import new_keyset, rotated

pytestmark = pytest.mark.django_db
CANARY = "peanuts, EpiPen in the blue bag – ☂"


def stored(child: Child, column: str = "medical_notes") -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM families_child WHERE id = %s", [child.pk])
        return bytes(cursor.fetchone()[0])


def test_text_comes_back_and_does_not_stand_in_the_row():
    child = ChildFactory(medical_notes=CANARY)
    assert Child.objects.get(pk=child.pk).medical_notes == CANARY
    assert b"peanuts" not in stored(child)


def test_nothing_is_empty_and_not_a_ciphertext():
    child = ChildFactory(medical_notes="")
    assert Child.objects.get(pk=child.pk).medical_notes == ""
    assert stored(child) == b""


@pytest.mark.parametrize("column", ["medical_notes", "likes"])
def test_ciphertext_moved_to_another_row_or_column_does_not_open(column):
    child, other = ChildFactory(medical_notes=CANARY), ChildFactory()
    target = other if column == "medical_notes" else child
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE families_child SET {column} = %s WHERE id = %s", [stored(child), target.pk])
    moved = Child.objects.get(pk=target.pk)
    with pytest.raises(DecryptionError):
        getattr(moved, column)


def test_a_wrong_key_is_an_error_and_never_the_ciphertext(settings):
    child = ChildFactory(medical_notes=CANARY)
    settings.FIELD_ENCRYPTION_KEYS = new_keyset()
    again = Child.objects.get(pk=child.pk)
    with pytest.raises(DecryptionError):
        _ = again.medical_notes
    # What is not read is not touched either: saving another field must not need the key.
    again.known_as = "Bo"
    again.save()
    assert stored(again)


@pytest.mark.parametrize("keys", ["", "not base64!", "bm90IGpzb24="])
def test_missing_or_broken_keys_are_loud(settings, keys):
    settings.FIELD_ENCRYPTION_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match="FIELD_ENCRYPTION_KEYS"):
        encrypt("x", "a:b:c")


def test_after_rotation_old_text_opens_and_new_text_needs_the_new_key(settings):
    old = settings.FIELD_ENCRYPTION_KEYS
    sealed = encrypt(CANARY, "a:b:c")
    settings.FIELD_ENCRYPTION_KEYS = rotated(old)
    assert decrypt(sealed, "a:b:c") == CANARY
    fresh = encrypt(CANARY, "a:b:c")
    settings.FIELD_ENCRYPTION_KEYS = old
    with pytest.raises(DecryptionError):
        decrypt(fresh, "a:b:c")


def test_ways_round_the_instance_are_refused():
    child = ChildFactory(medical_notes=CANARY)
    with pytest.raises(TypeError), transaction.atomic():
        Child.objects.update(medical_notes="plain")
    child.medical_notes = "plain"
    with pytest.raises(TypeError), transaction.atomic():
        Child.objects.bulk_update([child], ["medical_notes"])
    with pytest.raises(TypeError):
        Child.objects.filter(medical_notes=CANARY).exists()
    assert Child.objects.get(pk=child.pk).medical_notes == CANARY


def test_bulk_create_seals_too():
    child = ChildFactory.build(family=ChildFactory().family, medical_notes=CANARY)
    Child.objects.bulk_create([child])
    assert b"peanuts" not in stored(child)
    assert Child.objects.get(pk=child.pk).medical_notes == CANARY
