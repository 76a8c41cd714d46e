"""The pages under `/demo/`: be any person with one press, and read the mails that everybody got.

They exist only with DEMO=1, which production refuses, and hold made-up people only; so anybody may see them.
"""

from pathlib import Path

from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from demo.mailbox import Mailbox, Received
from demo.reading import html_of, open_mail, part_of
from demo.sample.people import PERSONAS, STAFF_PASSWORD
from whippersnappers.accounts.models import User

MAILS_A_PAGE = 50
# A mail's HTML may carry its own styles and small pictures; it may run nothing and fetch nothing.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; form-action 'none'; "
    "sandbox allow-top-navigation-by-user-activation"
)


def mailbox() -> Mailbox:
    """The mailbox that the demo's SMTP server fills."""
    return Mailbox(Path(settings.DEMO_DATA) / "mailbox")


@login_not_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Whom to be, and where to look."""
    context = {
        "staff": [persona for persona in PERSONAS.values() if not persona.is_guardian],
        "guardians": [persona for persona in PERSONAS.values() if persona.is_guardian],
        "mails": len(mailbox().mails()),
        "simulator": f"http://{request.get_host().rsplit(':', 1)[0]}:{settings.DEMO_ZOOM_PORT}/",
        "staff_password": STAFF_PASSWORD,
    }
    return render(request, "demo/home.html", context)


@login_not_required
@csrf_exempt  # anybody may be anybody here; scripts that drive the demo need no page first
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Become the person that the field `persona` names."""
    persona = PERSONAS.get(request.POST.get("persona", ""))
    user = User.objects.filter(email=persona.email).first() if persona else None
    if persona is None or user is None:
        raise Http404("There is nobody of that name in this demo.")
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect("/portal/" if persona.is_guardian else "/admin/")


@login_not_required
@require_GET
def mails(request: HttpRequest) -> HttpResponse:
    """All mails, the newest first."""
    search = request.GET.get("to", "")
    page = Paginator(mailbox().mails(search), MAILS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "demo/mails.html", {"page": page, "search": search})


def _received(number: int) -> Received:
    found = mailbox().get(number)
    if found is None:
        raise Http404("There is no such mail.")
    return found


@login_not_required
@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]  # its types know views without arguments only
@require_GET
def mail(request: HttpRequest, number: int) -> HttpResponse:
    """One mail, as the family reads it and as it was sent."""
    received = _received(number)
    opened = open_mail(mailbox().message(number), timezone.now(), settings.SITE_URL)
    source = mailbox().source(number).decode("utf-8", "replace")
    return render(request, "demo/mail.html", {"received": received, "mail": opened, "source": source})


@login_not_required
@xframe_options_sameorigin
@require_GET
def mail_html(request: HttpRequest, number: int) -> HttpResponse:
    """The HTML part alone, for the frame: no script, no picture from elsewhere, links open on top."""
    _received(number)
    text = html_of(mailbox().message(number), settings.SITE_URL)
    if not text:
        raise Http404("This mail has no HTML part.")
    return HttpResponse(text, headers={"Content-Security-Policy": MAIL_POLICY})


@login_not_required
@require_GET
def mail_part(request: HttpRequest, number: int, part: int) -> HttpResponse:
    """One attachment, to keep."""
    _received(number)
    found = part_of(mailbox().message(number), part)
    if found is None:
        raise Http404("There is no such part.")
    name, content = found
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{name.encode("ascii", "replace").decode()}"'
    return response
