"""Filling ten years, and saying how long that took."""

import time

from django.db import connection

from bench.decade import fill
from bench.decade.size import DECADE


def fill_and_report() -> None:
    """Put ten years into the database, and print what is there."""
    began = time.monotonic()
    rows = fill(DECADE)
    with connection.cursor() as cursor:
        # What Postgres does by itself after a while.
        cursor.execute("VACUUM ANALYZE")
    print(f"Ten years of data in {time.monotonic() - began:.0f} s:")
    for table, count in rows.items():
        print(f"  {table:32} {count:>9,}")
