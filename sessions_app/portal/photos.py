"""Photos of staff, for the families whose session they deliver, and for colleagues."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from sessions_app.models import StaffPhoto
from sessions_app.portal.drawing import keep_private
from whippersnappers.accounts.access import signed_in


@require_safe
def staff_photo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The photo, for those who may see it now."""
    photo = StaffPhoto.objects.visible_to(signed_in(request), timezone.now()).filter(pk=pk).first()
    if photo is None:
        raise Http404
    return keep_private(HttpResponse(bytes(photo.jpeg), content_type="image/jpeg"))
