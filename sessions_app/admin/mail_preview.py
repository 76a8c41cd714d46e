"""The page on which staff read every mail of a session before anything is sent."""

from datetime import datetime
from typing import Any

from csp.constants import SELF
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from sessions_app import posting
from sessions_app.admin.mending import page_of
from sessions_app.mail_preview import PREVIEW_KINDS, preview
from sessions_app.models import Session

# The mail stands in a frame of its own, without scripts, and shows only what a mail may hold.
_AROUND = {"frame-src": [SELF]}
_INSIDE = {"style-src": ["'unsafe-inline'"], "frame-ancestors": [SELF]}


def preview_page(request: HttpRequest, session: Session, now: datetime, site: Any) -> HttpResponse:
    """One mail, as it would read now, and the choice of which. Nothing is sent from here."""
    kind = _kind(request)
    context = {
        **site.each_context(request),
        "title": "Preview of the mails",
        "session": session,
        "kinds": PREVIEW_KINDS.items(),
        "kind": kind,
        "label": PREVIEW_KINDS[kind],
        "mail": preview(session, kind, now=now),
        "now": now,
        "back": page_of(session),
    }
    page = TemplateResponse(request, "staff/mail_preview.html", context)
    page._csp_replace = _AROUND  # type: ignore[attr-defined]
    return page


def preview_html(request: HttpRequest, session: Session, now: datetime, site: Any) -> HttpResponse:
    """The mail's HTML alone, for the frame."""
    page = HttpResponse(preview(session, _kind(request), now=now).html, headers={"X-Frame-Options": "SAMEORIGIN"})
    page._csp_replace = _INSIDE  # type: ignore[attr-defined]
    return page


def _kind(request: HttpRequest) -> str:
    kind = request.GET.get("mail", posting.INVITATION)
    if kind not in PREVIEW_KINDS:
        raise Http404
    return kind
