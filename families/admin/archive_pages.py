"""Asking once more before a household is archived, or comes back."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from families.archiving import archive_family, bring_back_family
from families.models import Family
from whippersnappers.accounts.access import signed_in

ARCHIVE = [
    "Nobody of this household is invited or written to any more.",
    "Its parents and carers can no longer sign in.",
    "What was written about them stays. You can bring them back.",
]
BRING_BACK = ["Its parents and carers can sign in again.", "Its children can be invited again."]


def archive_urls(page: Any) -> list[URLPattern]:
    """The page under the family's admin."""
    view = page.admin_site.admin_view(partial(archive_page, page))
    return [path("<uuid:key>/archive/", view, name="families_family_archive")]


def archive_page(page: Any, request: HttpRequest, key: UUID) -> HttpResponse:
    """Archive the household, or bring an archived one back."""
    if not request.user.has_perm("families.change_family"):
        raise PermissionDenied
    family = Family.objects.visible_to(signed_in(request)).filter(pk=key).first()
    if family is None:
        raise Http404
    back = reverse("admin:families_family_change", args=[family.pk])
    refusal = ""
    if request.method == "POST":
        act = bring_back_family if family.archived_at else archive_family
        try:
            act(family, by=request.user, now=timezone.now())
        except ValidationError as error:
            refusal = " ".join(error.messages)
        else:
            messages.success(request, f"{family} is {'archived' if family.archived_at else 'back'}.")
            return redirect(back)
    gone = family.archived_at is not None
    context = {
        **page.admin_site.each_context(request),
        "title": f"Bring {family} back?" if gone else f"Archive {family}?",
        "sentences": BRING_BACK if gone else ARCHIVE,
        "button": "Bring them back" if gone else "Archive",
        "danger": not gone,
        "refusal": refusal,
        "back": back,
        "what": "the family",
    }
    return TemplateResponse(request, "families/sure.html", context)
