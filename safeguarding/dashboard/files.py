"""Taking a file out of a concern: a download and never a page, each one in the trail."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from safeguarding.dashboard.concern import found
from safeguarding.models import ConcernFile
from safeguarding.reading import Download, confidential
from whippersnappers.accounts.models import User


@confidential()
def file(request: HttpRequest, user: User, now: datetime, pk: UUID, file: UUID) -> Download:
    """One file of a concern that this person may know of."""
    return download("concern.file_taken", get_object_or_404(found(user, pk).files, pk=file))


def download(event: str, file: ConcernFile, **more: str) -> Download:
    """The file as it leaves, with what the trail says of it."""
    detail = {"file": str(file.pk), "seal": file.seal, **more}
    return Download(event, file.content, file.content_type, file.neutral_name, file.concern, detail)
