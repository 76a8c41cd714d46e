"""The steps in the list of sessions: each keeps what was ticked and leads to the page that shows what it would do."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from sessions_app.bulk import choosing
from sessions_app.models import BulkRun, Session


def _action(kind: BulkRun.Kind) -> Any:
    @admin.action(description=f"{kind.label} …", permissions=["change"])
    def act(page: Any, request: HttpRequest, queryset: QuerySet[Session]) -> HttpResponse | None:
        try:
            ids = queryset.order_by().values_list("pk", flat=True)
            run = choosing.choose(kind, ids, by=request.user, now=timezone.now())
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
            return None
        return redirect("admin:sessions_app_session_bulk_run", key=run.pk)

    act.__name__ = f"{kind.value}_many"
    return act


BULK_ACTIONS = [_action(kind) for kind in BulkRun.Kind]
