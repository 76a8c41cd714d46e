"""For machines: where Zoom tells what happens in meetings. Stored and answered at once; looked at afterwards."""

from http import HTTPStatus
from typing import Final

import structlog
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sessions_app.live import receiving
from sessions_app.zoom import webhooks

log = structlog.get_logger(__name__)

# In bytes. The longest that Zoom sends, a recording with all its files, is a tenth of it.
LONGEST: Final = 256 * 1024


@csrf_exempt
@login_not_required
@never_cache
@require_POST
def zoom_webhook(request: HttpRequest) -> HttpResponse:
    """200 for what is kept, now or before; 401 for what is forged or stale; 404 for meetings that are not ours."""
    if int(request.headers.get("Content-Length") or 0) > LONGEST:
        return _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too long")
    body, headers, now = request.body, request.headers, timezone.now()
    signed, timestamp = headers.get(webhooks.SIGNATURE, ""), headers.get(webhooks.TIMESTAMP, "")
    if not webhooks.is_genuine(body, signed=signed, timestamp=timestamp, now=now):
        return _refused(HTTPStatus.UNAUTHORIZED, "not signed by Zoom just now")
    try:
        message = webhooks.read_message(body)
    except webhooks.Malformed as error:
        return _refused(HTTPStatus.BAD_REQUEST, str(error))
    if message.event == webhooks.VALIDATION:
        return JsonResponse(webhooks.validation_answer(message))
    request_id = webhooks.request_id_of(headers.get(webhooks.REQUEST_ID, ""), body)
    if not receiving.keep(message, body.decode(), request_id=request_id, now=now):
        return _refused(HTTPStatus.NOT_FOUND, "not a meeting of ours")
    return HttpResponse(status=HTTPStatus.OK)


def _refused(status: HTTPStatus, why: str) -> HttpResponse:
    """An answer in a word; the log says as much, and nothing of what came."""
    log.warning("webhook_refused", why=why, status=int(status))
    return HttpResponse(f"{status.phrase}\n", status=status, content_type="text/plain")
