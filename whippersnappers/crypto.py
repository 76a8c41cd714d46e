"""The encrypted field and its keys.

Text in an `EncryptedTextField` is sealed with AEAD (Tink). The place of the value - table, column and
primary key - is the associated data, so a ciphertext that was copied to another row, column or table
does not decrypt. A wrong or missing key is an error, never an empty text or the ciphertext.

There are two keysets, each a setting: one for what the charity knows of families, and one of its own for
safeguarding concerns, so that whoever holds the first cannot read the second.
"""

import base64
import binascii
from functools import lru_cache
from typing import Any

import tink
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from tink import aead, json_proto_keyset_format, secret_key_access

aead.register()

FIELDS = "FIELD_ENCRYPTION_KEYS"
CONCERNS = "CONCERN_ENCRYPTION_KEYS"
KEYSETS = (FIELDS, CONCERNS)


# What the ciphertext of every key begins with, in bytes: Tink's version and the number of the key.
MARK = 5


class DecryptionError(Exception):
    """The stored bytes cannot be opened here: wrong key, or moved from another place."""


def load_keyset(encoded: str, name: str = FIELDS) -> tink.KeysetHandle:
    """The keyset held in the value of the setting `name`, one of `KEYSETS`.

    Raises ImproperlyConfigured when it is missing or not a base64 JSON keyset.
    """
    if not encoded:
        raise ImproperlyConfigured(f"{name} is not set: run `manage.py generate_keys`.")
    try:
        text = base64.b64decode(encoded, validate=True).decode()
        return json_proto_keyset_format.parse(text, secret_key_access.TOKEN)
    except (binascii.Error, ValueError, tink.TinkError) as error:
        raise ImproperlyConfigured(f"{name} is not a keyset of this portal.") from error


def dump_keyset(handle: tink.KeysetHandle) -> str:
    """A keyset as a value for one of the settings in `KEYSETS`."""
    text = json_proto_keyset_format.serialize(handle, secret_key_access.TOKEN)
    return base64.b64encode(text.encode()).decode()


@lru_cache(maxsize=8)
def _primitive(encoded: str, name: str) -> aead.Aead:
    return load_keyset(encoded, name).primitive(aead.Aead)


def encrypt_bytes(content: bytes, place: str, keys: str = FIELDS) -> bytes:
    """Seal `content` for one place, named like `table:column:row`, with one of `KEYSETS`."""
    return _primitive(getattr(settings, keys), keys).encrypt(content, place.encode())


def decrypt_bytes(sealed: bytes, place: str, keys: str = FIELDS) -> bytes:
    """Open what `encrypt_bytes` sealed for the same place. Raises DecryptionError otherwise."""
    try:
        return _primitive(getattr(settings, keys), keys).decrypt(sealed, place.encode())
    except tink.TinkError as error:
        raise DecryptionError(f"cannot decrypt {place}") from error


def encrypt(text: str, place: str, keys: str = FIELDS) -> bytes:
    """Seal `text` as `encrypt_bytes` does."""
    return encrypt_bytes(text.encode(), place, keys)


def decrypt(sealed: bytes, place: str, keys: str = FIELDS) -> str:
    """Open what `encrypt` sealed for the same place. Raises DecryptionError otherwise."""
    return decrypt_bytes(sealed, place, keys).decode()


@lru_cache(maxsize=8)
def _key_numbers(encoded: str, name: str) -> list[int]:
    """The numbers of the keys of a keyset, the primary one first."""
    info = load_keyset(encoded, name).keyset_info()
    return [info.primary_key_id, *(key.key_id for key in info.key_info)]


def primary_mark(keys: str = FIELDS) -> bytes:
    """What everything begins with that is sealed now. Raises ImproperlyConfigured."""
    return _mark(_key_numbers(getattr(settings, keys), keys)[0])


def marks(keys: str = FIELDS) -> set[bytes]:
    """What everything begins with that this keyset can open. Raises ImproperlyConfigured."""
    return {_mark(number) for number in _key_numbers(getattr(settings, keys), keys)}


def _mark(number: int) -> bytes:
    return b"\x01" + number.to_bytes(MARK - 1, "big")


def seal_anew(sealed: bytes, place: str, keys: str = FIELDS) -> bytes:
    """The same content under the primary key. Raises DecryptionError."""
    return encrypt_bytes(decrypt_bytes(sealed, place, keys), place, keys)


class _Sealed(bytes):
    """Ciphertext as it came from the database, not opened yet."""


class _SealedAttribute:
    """Opens the value when it is first read, because only the instance knows its row."""

    def __init__(self, field: "EncryptedTextField") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type | None = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__[name]
        if isinstance(value, _Sealed):
            value = instance.__dict__[name] = self.field.opened(value, self.field.place(instance))
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.Field):
    """Text that only the portal can read; empty text is kept as empty bytes.

    The model needs a primary key that is known before the insert (a UUID). Values can be set only
    through a saved instance: `update()`, `bulk_update()` and filters on it are refused. `keys` names the
    setting that holds its keyset.
    """

    # What an empty column holds for whoever reads it.
    nothing: Any = ""

    def __init__(self, *args: Any, keys: str = FIELDS, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keys = keys

    def sealed(self, value: Any, place: str) -> bytes:
        """The value as it is kept at that place."""
        return encrypt(value, place, self.keys)

    def opened(self, sealed: bytes, place: str) -> Any:
        """What `sealed` made of the value. Raises DecryptionError for another place or key."""
        return decrypt(sealed, place, self.keys)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs if self.keys == FIELDS else {**kwargs, "keys": self.keys}

    def get_internal_type(self) -> str:
        return "BinaryField"

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _SealedAttribute(self))

    def place(self, instance: models.Model) -> str:
        """Where a value of this field stands: table, column and row."""
        if instance.pk is None:
            raise ValueError(f"{self.model.__name__} needs its primary key before {self.attname} is sealed")
        return f"{self.model._meta.db_table}:{self.column}:{instance.pk}"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if value is None:
            return None
        raw = bytes(value)
        return _Sealed(raw) if raw else self.nothing

    def pre_save(self, instance: models.Model, add: bool) -> Any:
        value = instance.__dict__.get(self.attname)
        if isinstance(value, _Sealed) and value[:MARK] in marks(self.keys) - {primary_mark(self.keys)}:
            # Read under an older key and not opened: written back like that it would outlive a rotation.
            return _Sealed(seal_anew(value, self.place(instance), self.keys))
        if value is None or isinstance(value, _Sealed):
            return value
        return _Sealed(self.sealed(value, self.place(instance)) if value else b"")

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        if value is None or isinstance(value, _Sealed):
            return value
        if value == self.nothing:
            return _Sealed(b"")
        raise TypeError(f"{self.attname} is encrypted: set it on an instance and save that")

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = super().get_db_prep_value(value, connection, prepared)
        return value if value is None else connection.Database.Binary(value)

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name in {"exact", "isnull"} else None

    def formfield(self, **kwargs: Any) -> Any:
        from_field = models.TextField(blank=self.blank, verbose_name=self.verbose_name)
        from_field.help_text = self.help_text
        return from_field.formfield(**kwargs)

    def value_to_string(self, obj: models.Model) -> str:
        """Serialised (fixtures, dumps) as ciphertext: a dump must not be a way round the key."""
        return base64.b64encode(bytes(self.pre_save(obj, add=False) or b"")).decode()

    def to_python(self, value: Any) -> Any:
        return value


class EncryptedBytesField(EncryptedTextField):
    """Bytes, such as a file, that only the portal can read; otherwise as `EncryptedTextField`."""

    nothing = b""

    def sealed(self, value: Any, place: str) -> bytes:
        return encrypt_bytes(value, place, self.keys)

    def opened(self, sealed: bytes, place: str) -> Any:
        return decrypt_bytes(sealed, place, self.keys)

    def formfield(self, **kwargs: Any) -> Any:
        """None: nobody types bytes."""
        return None
