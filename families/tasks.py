"""What workers do for families: one call each, with an id. The rows in Postgres decide what is due."""

import structlog
from celery import shared_task
from django.utils import timezone

from families.importing import runs
from families.models import FamilyImport
from whippersnappers.outbox.wake import wake

log = structlog.get_logger(__name__)
TASKS = {
    FamilyImport.State.CHECKING: "families.tasks.check_import",
    FamilyImport.State.IMPORTING: "families.tasks.land_import",
}


@shared_task(name="families.tasks.check_import")
def check_import(run_id: str) -> None:
    """Read an uploaded file and note what each row would do."""
    try:
        runs.check(run_id, now=timezone.now())
    except runs.LostClaim:
        log.info("import_claim_lost", run=run_id)


@shared_task(name="families.tasks.land_import")
def land_import(run_id: str) -> None:
    """Put the confirmed rows of a file in."""
    try:
        runs.land(run_id, now=timezone.now())
    except runs.LostClaim:
        log.info("import_claim_lost", run=run_id)


@shared_task(name="families.tasks.sweep_imports")
def sweep_imports() -> None:
    """Wake a worker for each import that nobody works on, and forget what is a day old."""
    for run in runs.sweep(now=timezone.now()):
        wake(TASKS[FamilyImport.State(run.state)], str(run.pk))
