"""The blank form on paper, for every member of staff: nothing of any concern is on it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from safeguarding.paper.blank_form import blank_form
from whippersnappers.accounts.access import signed_in


@require_safe
def blank(request: HttpRequest) -> HttpResponse:
    """One sheet of A4, both sides, shown by the browser, which prints it."""
    if not signed_in(request).is_staff:
        raise Http404
    headers = {"Content-Disposition": 'inline; filename="concern-on-paper.pdf"'}
    return HttpResponse(blank_form(), content_type="application/pdf", headers=headers)
