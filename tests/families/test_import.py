"""A spreadsheet of families, from the upload to the last row, on the real database."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from families.importing import runs
from families.models import Child, Family, FamilyImport, Guardian, Guardianship
from tests.messy_families import as_xlsx, messy_rows
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent
from whippersnappers.audit.trail import verify

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
State = FamilyImport.State
pytestmark = pytest.mark.django_db


def checked(content: bytes, by: User, name: str = "families.xlsx") -> FamilyImport:
    """Upload and dry run."""
    run = runs.receive(name, content, by=by, now=NOW)
    assert runs.check(str(run.pk), now=NOW) is True
    run.refresh_from_db()
    return run


def imported(content: bytes, by: User) -> FamilyImport:
    """Upload, dry run, confirm, import."""
    run = checked(content, by)
    runs.confirm(run, by=by, now=NOW)
    assert runs.land(str(run.pk), now=NOW) is True
    run.refresh_from_db()
    return run


def problems(run: FamilyImport) -> list[list[str]]:
    return [p for row in run.rows.all() for p in json.loads(row.findings)["problems"]]


def everything() -> dict[str, Any]:
    """All that an import could change, with the words of encrypted fields."""
    return {
        model.__name__: sorted(
            str({f.attname: getattr(row, f.attname) for f in model._meta.concrete_fields})
            for row in model.objects.all()
        )
        for model in (Family, Guardian, Child, Guardianship, User)
    }


def test_200_messy_families_go_in_and_a_second_time_changes_nothing(coordinator):
    rows = messy_rows()
    run = imported(as_xlsx(rows), coordinator)
    assert problems(run) == []
    assert run.counts == {"add": len(rows), "landed": len(rows), "left_out": 0}
    apart = len({row["Guardian 1 e-mail"] for row in rows if row.get("Guardian 2 lives separately") == "yes"})
    assert Family.objects.count() == 200 + apart
    assert Child.objects.count() == len(rows)
    before, events = everything(), AuditEvent.objects.exclude(event__startswith="import.").count()
    again = checked(as_xlsx(rows), coordinator)
    assert (again.state, again.counts) == (State.CHECKED, {"same": len(rows)})
    assert everything() == before
    assert AuditEvent.objects.exclude(event__startswith="import.").count() == events
    verify()


def test_2000_rows_go_in_within_a_minute(coordinator, capsys):
    rows = messy_rows(1500)[:2000]
    content = as_xlsx(rows)
    start = time.monotonic()
    run = checked(content, coordinator)
    between = time.monotonic()
    runs.confirm(run, by=coordinator, now=NOW)
    runs.land(str(run.pk), now=NOW)
    end = time.monotonic()
    run.refresh_from_db()
    with capsys.disabled():
        print(f"\n2,000 rows: checked in {between - start:.1f} s, imported in {end - between:.1f} s")
    assert problems(run) == []
    assert (len(rows), run.counts["landed"], run.counts["left_out"]) == (2000, 2000, 0)
