"""What left the house: everything that was shared outside, and the files that were made for it."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from safeguarding.bundle import sending
from safeguarding.dashboard.bundles import to_show_again
from safeguarding.dashboard.files import download
from safeguarding.models import Disclosure, SentFile
from safeguarding.reading import Answer, Download, Page, confidential
from whippersnappers.accounts import second_factors
from whippersnappers.accounts.models import User

A_PAGE = 25
TOO_LATE = "The file can be saved for an hour, by whoever made it. Make a new one to share it again."


@confidential()
def disclosures(request: HttpRequest, user: User, now: datetime) -> Page:
    """A page of the log, as far as this person may know of it."""
    seen = Disclosure.objects.visible_to(user).select_related("concern", "made_by", "decided_by")
    page = Paginator(seen.order_by("-shared_at", "-pk"), A_PAGE).get_page(request.GET.get("page"))
    about = sorted({str(shared.concern_id) for shared in page.object_list})
    shown = {"shown": len(page.object_list), "page": page.number, "concerns": about}
    return Page("concern.disclosures_read", "safeguarding/dashboard/left.html", {"page": page}, detail=shown)


@confidential()
def sent(request: HttpRequest, user: User, now: datetime, pk: UUID, disclosure: UUID) -> Page:
    """The text of a file that left; whoever made it can save it for an hour."""
    file = _file(user, pk, disclosure)
    top, document = sending.what_left(file)
    shared = file.disclosure
    context = {
        "shared": shared,
        "file": file,
        "concern": shared.concern,
        "cover": top,
        "document": document,
        "is_whole": sending.is_whole(file),
        "enclosed": sending.enclosed_in(file),
        "may_take": sending.may_be_taken(shared, user, now),
    }
    return Page("concern.sent_read", "safeguarding/dashboard/sent.html", context, target=shared.concern)


@confidential()
def take(request: HttpRequest, user: User, now: datetime, pk: UUID, disclosure: UUID) -> Answer:
    """The file itself."""
    file = _file(user, pk, disclosure)
    shared = file.disclosure
    return _led_away(request, shared, user, now) or Download(
        "concern.sent_taken",
        file.content,
        "application/pdf",
        f"confidential-{str(shared.pk)[:8]}.pdf",
        target=shared.concern,
        detail={"disclosure": str(shared.pk), "sha256": shared.sha256},
    )


@confidential()
def take_enclosed(request: HttpRequest, user: User, now: datetime, pk: UUID, disclosure: UUID, file: UUID) -> Answer:
    """A file that went along with it, by the same rules."""
    sent_file = _file(user, pk, disclosure)
    enclosed = next((row for row in sending.enclosed_in(sent_file) if row.pk == file), None)
    if enclosed is None:
        raise Http404
    shared = sent_file.disclosure
    return _led_away(request, shared, user, now) or download(
        "concern.sent_enclosure_taken", enclosed, disclosure=str(shared.pk)
    )


def _led_away(request: HttpRequest, shared: Disclosure, user: User, now: datetime) -> HttpResponse | None:
    """Where somebody is led instead of to a file: it is too late, or they have to show again that it is them."""
    page = reverse("safeguarding_sent", args=[shared.concern_id, shared.pk])
    if not sending.may_be_taken(shared, user, now):
        messages.info(request, TOO_LATE)
        return redirect(page)
    if not second_factors.is_shown_again(request, now):
        return to_show_again(user, page)
    return None


def _file(user: User, pk: UUID, disclosure: UUID) -> SentFile:
    seen = SentFile.objects.visible_to(user).select_related("disclosure__concern", "disclosure__made_by")
    return get_object_or_404(seen, disclosure=disclosure, disclosure__concern=pk)
