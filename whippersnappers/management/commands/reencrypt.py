"""Seal everything anew with the primary key, so that older keys can be taken away."""

from collections.abc import Iterator
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import connection, models, transaction

from whippersnappers.append_only import sealing_anew
from whippersnappers.crypto import EncryptedTextField, decrypt_bytes, encrypt_bytes

_BATCH = 200
# What allauth keeps encrypted in its JSON, see `SecondFactorAdapter`.
_SECOND_FACTOR_SECRETS = ("secret", "seed")


class Command(BaseCommand):
    help = (
        "Reads every encrypted value and writes it again under the primary key of its keyset. The portal "
        "may run meanwhile; the command may be run again. Afterwards `generate_keys --retire` leaves the old keys out."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for field in encrypted_fields():
            self.stdout.write(f"{field.model._meta.label}.{field.name}: {reencrypt(field)}")
        self.stdout.write(f"Second factors: {reencrypt_second_factors()}")


def encrypted_fields() -> Iterator[EncryptedTextField]:
    """Every encrypted column of every table."""
    for model in apps.get_models():
        if model._meta.proxy or not model._meta.managed:
            continue
        yield from (field for field in model._meta.local_fields if isinstance(field, EncryptedTextField))


def reencrypt(field: EncryptedTextField) -> int:
    """Write all values of one column anew; returns how many.

    Raises DecryptionError, and leaves the rest as it is, when a value cannot be opened with any of the keys.
    """
    model: type[models.Model] = field.model
    done, last = 0, None
    while True:
        with transaction.atomic(), sealing_anew(model):
            rows = model._base_manager.order_by("pk").select_for_update(of=("self",))
            if last is not None:
                rows = rows.filter(pk__gt=last)
            keys = list(rows.values_list("pk", flat=True)[:_BATCH])
            done += sum(_rewrite(field, key) for key in keys)
        if len(keys) < _BATCH:
            return done
        last = keys[-1]


def _rewrite(field: EncryptedTextField, key: Any) -> bool:
    names = field.model._meta.db_table, field.column, field.model._meta.pk.column
    table, column, pk = (connection.ops.quote_name(str(name)) for name in names)
    where = f"WHERE {pk} = %s"
    place = f"{field.model._meta.db_table}:{field.column}:{key}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} {where}", [key])  # noqa: S608  # names of our own models
        sealed = bytes(cursor.fetchone()[0] or b"")
        if not sealed:
            return False
        anew = encrypt_bytes(decrypt_bytes(sealed, place, field.keys), place, field.keys)
        cursor.execute(f"UPDATE {table} SET {column} = %s {where}", [anew, key])  # noqa: S608
    return True


@transaction.atomic
def reencrypt_second_factors() -> int:
    """Write the secrets of all authenticator apps and recovery codes anew; returns how many."""
    adapter, done = get_adapter(), 0
    for factor in Authenticator.objects.select_for_update():
        names = [name for name in _SECOND_FACTOR_SECRETS if name in factor.data]
        for name in names:
            factor.data[name] = adapter.encrypt(adapter.decrypt(factor.data[name]))
        if names:
            factor.save(update_fields=["data"])
        done += len(names)
    return done
