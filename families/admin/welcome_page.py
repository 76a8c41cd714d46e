"""One person's welcome mail: how it stands on their page, sending it once more, and the offer when they are added."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from families.models import Guardian
from families.welcoming import can_be_welcomed, last_welcome, welcome_again
from whippersnappers import dates
from whippersnappers.accounts.access import signed_in
from whippersnappers.outbox.models import OutgoingMail


def signing_in_of(guardian: Guardian) -> dict[str, Any]:
    """For the card on the guardian's page: whether they sign in, since when not, and how the welcome mail stands."""
    return {
        "can_be_welcomed": can_be_welcomed(guardian),
        "last_sign_in": guardian.user.last_login if guardian.user else None,
        "welcome": last_welcome(guardian),
    }


def offer_welcome(request: HttpRequest, added: Iterable[Guardian]) -> None:
    """On the next page: a link to send the welcome mail to each who was just added and can sign in."""
    for guardian in filter(can_be_welcomed, added):
        link = reverse("admin:families_guardian_welcome", args=[guardian.pk])
        messages.info(
            request,
            format_html('{} can sign in now. <a href="{}">Send the welcome mail</a>', guardian, link),
        )


def welcome_urls(page: Any) -> list[URLPattern]:
    """The page under the guardian's admin."""
    view = page.admin_site.admin_view(partial(welcome_page, page))
    return [path("<uuid:key>/welcome/", view, name="families_guardian_welcome")]


def welcome_page(page: Any, request: HttpRequest, key: UUID) -> HttpResponse:
    """Say where the mail goes and whether they had it before; one press sends it."""
    if not request.user.has_perm("families.change_guardian"):
        raise PermissionDenied
    guardian = Guardian.objects.visible_to(signed_in(request)).filter(pk=key).first()
    if guardian is None:
        raise Http404
    now, last = timezone.now(), last_welcome(guardian)
    back = reverse("admin:families_guardian_change", args=[guardian.pk])
    if request.method == "POST" and can_be_welcomed(guardian):
        if welcome_again(guardian, after=request.POST.get("after", ""), by=request.user, now=now):
            messages.success(request, f"The welcome mail to {guardian} is on its way.")
        else:
            messages.info(request, f"The welcome mail to {guardian} was sent a moment ago. This press sent no other.")
        return redirect(back)
    context = {
        **page.admin_site.each_context(request),
        "title": f"Send the welcome mail to {guardian}?",
        "sentences": _sentences(guardian, last, now) if can_be_welcomed(guardian) else [],
        "button": "Send",
        "refusal": "" if can_be_welcomed(guardian) else "No mail reaches them: they need an e-mail address that works.",
        "hidden": {"after": str(last.pk) if last else ""},
        "back": back,
        "what": guardian,
    }
    return TemplateResponse(request, "families/sure.html", context)


def _sentences(guardian: Guardian, last: OutgoingMail | None, now: datetime) -> list[str]:
    said = [f"It goes to {guardian.email}.", "It says that there is no password, and how to sign in with a code."]
    if last is None:
        return said
    if last.sent_at is None:
        return [*said, "One is on its way already."]
    return [*said, f"They had it before: {dates.near_moment(last.sent_at, now=now)}."]
