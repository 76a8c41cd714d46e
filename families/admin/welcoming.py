"""Sending parents and carers the mail that says how to sign in, from their list."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from families.models import Guardian
from families.welcoming import can_be_welcomed, welcome


@admin.action(description="Send the welcome mail", permissions=["change"])
def send_welcome(page: Any, request: HttpRequest, queryset: QuerySet[Guardian]) -> HttpResponse | None:
    """Say whom it reaches and whom not, then send it."""
    ticked = list(queryset)
    reached = [guardian for guardian in ticked if can_be_welcomed(guardian)]
    if "send" in request.POST:
        written = welcome(reached, by=request.user, now=timezone.now())
        known = len(reached) - written
        messages.success(request, f"{_mails(written)} on the way." + (f" {_had(known)}" if known else ""))
        return None
    context = {
        **page.admin_site.each_context(request),
        "title": "Send the welcome mail",
        "reached": reached,
        "others": [guardian for guardian in ticked if guardian not in reached],
        "ticked": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "across": request.POST.get("select_across", "0"),
        "checkbox": ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "families/welcoming.html", context)


def _mails(number: int) -> str:
    return "1 mail is" if number == 1 else f"{number} mails are"


def _had(number: int) -> str:
    return f"{number} {'person has' if number == 1 else 'people have'} had it today already."
