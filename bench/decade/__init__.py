"""Ten years of a charity's data, the same every time: made in Postgres, with all triggers and constraints on.

Encrypted fields stay empty, because a ciphertext belongs to its row; the audit trail stays empty, because its chain
is made one event after the other. Days are counted from today, so that there is something ahead.
"""

from django.db import connection, models

from bench.decade import contact, people, sessions
from bench.decade.size import Size
from families.models import Child, Consent, Family, Guardian, Guardianship, Signature
from sessions_app.models import (
    Booking,
    Invitation,
    JoinUse,
    Meeting,
    PhoneTask,
    Place,
    Session,
    SessionItem,
    SessionRevision,
    SessionStep,
    StaffAssignment,
    StaffProfile,
    ZoomHost,
)
from whippersnappers.accounts.models import User
from whippersnappers.outbox.models import OutgoingMail

# What `fill` puts in, in an order in which it can be taken out again.
FILLED: list[type[models.Model]] = [
    OutgoingMail,
    PhoneTask,
    JoinUse,
    Invitation,
    Booking,
    Meeting,
    StaffAssignment,
    SessionRevision,
    SessionItem,
    SessionStep,
    Session,
    ZoomHost,
    Place,
    StaffProfile,
    Consent,
    Signature,
    Guardianship,
    Child,
    Guardian,
    Family,
]


def fill(size: Size) -> dict[str, int]:
    """Put that much into an empty database; returns the number of rows by table.

    Not in one transaction: the foreign keys would be looked at only at its end, and remembering them all makes
    every trigger slower than the one before.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET work_mem = '256MB'")
    people.families(size)
    people.staff()
    sessions.sessions(size)
    sessions.delivery(size)
    contact.places(size)
    contact.contact(size)
    with connection.cursor() as cursor:
        cursor.execute("RESET work_mem")
    return {model._meta.db_table: model._default_manager.count() for model in FILLED}


def clear() -> None:
    """Take out what `fill` put in."""
    with connection.cursor() as cursor:
        for model in FILLED:
            # Postgres refuses to take signatures out; a bench's own database lets its owner step round that.
            role = "replica" if model is Signature else "origin"
            cursor.execute(f"SET session_replication_role = {role}")
            cursor.execute(f"DELETE FROM {model._meta.db_table}")
        cursor.execute(f"DELETE FROM {User._meta.db_table} WHERE email LIKE '%@decade.example'")
