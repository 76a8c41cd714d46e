"""The two doors: staff come in with a password, parents and carers with an e-mailed code.

The views are allauth's; around each stand the limits of `limits.py`, and one transaction holds what it changes
together with its audit event.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views
from allauth.account.internal.stagekit import clear_login, unstash_login
from allauth.account.stages import LoginByCodeStage, LoginStage
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import SimpleTemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator

from whippersnappers import layout
from whippersnappers.accounts import emails, limits
from whippersnappers.accounts.adapter import SYSTEM
from whippersnappers.accounts.session_length import note_wish
from whippersnappers.audit.trail import record

View = Callable[..., HttpResponseBase]
# In the session until somebody is in: the address that the code was asked for, so that nobody types it twice.
ASKED_FOR = "code_asked_for"
SENT_AGAIN = "We sent a new code. Use the newest mail. The older code does not work any more."


def in_one_transaction(view: View) -> View:
    """What a POST changes is kept as a whole, with its audit events, or not at all."""

    @wraps(view)
    def whole(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with transaction.atomic():
            response = view(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                response.render()
            return response

    return whole


def staff_only(view: View) -> View:
    """For guardians these pages do not exist: they have neither password nor second factor."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not request.user.is_staff:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


class StaffDoor(views.LoginView):
    """E-mail and password. A code that was asked for by mistake does not stand in the way."""

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: LoginStage) -> HttpResponse | None:
        if stage.key == LoginByCodeStage.key or "again" in request.GET:
            clear_login(request)
            return None
        pending: HttpResponse = super()._redirect_to_pending_stage(request, stage)
        return pending


class FamilyDoor(views.RequestLoginCodeView):
    """Asks for the e-mail address. `?again` starts over with another one, `?old=1` with the same."""

    def get_initial(self) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_initial()
        if "old" in self.request.GET:
            initial["email"] = self.request.session.get(ASKED_FOR, "")
        return initial | _kept(self.request, "email", "remember")

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: LoginStage) -> HttpResponse | None:
        if stage.key != LoginByCodeStage.key or "again" in request.GET:
            clear_login(request)
            return None
        pending: HttpResponse = super()._redirect_to_pending_stage(request, stage)
        return pending

    def form_valid(self, form: Any) -> HttpResponse:
        note_wish(self.request, form.cleaned_data["remember"])
        if form._user is None:
            emails.pretend_to_send(now=timezone.now())
        response: HttpResponse = super().form_valid(form)
        self.request.session[ASKED_FOR] = form.cleaned_data["email"]
        return response


class CodeEntry(views.ConfirmLoginCodeView):
    """Asks for the code. Looks and answers the same whether or not a code was ever sent."""

    @method_decorator(login_not_required)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        # Whoever is in needs the note no more; whoever had a code, and has none now, was too slow with it.
        if request.user.is_authenticated:
            request.session.pop(ASKED_FOR, None)
        elif getattr(self, "_process", None) is None and ASKED_FOR in request.session:
            door: str = self.passthrough_next_url(reverse("account_request_login_code") + "?old=1")
            return HttpResponseRedirect(door)
        return response

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | _kept(self.request, "code")

    def form_invalid(self, form: Any) -> HttpResponse:
        record("sign_in.failed", by=SYSTEM, target=self._process.user, method="code")
        response: HttpResponse = super().form_invalid(form)
        if isinstance(response, HttpResponseRedirect):
            # Too many wrong tries: that page has its own sentence, and the code was not too old.
            self.request.session.pop(ASKED_FOR, None)
        return response

    def _resend_form_valid(self, form: Any) -> HttpResponse:
        # The new code is good for its full time, and its wrong tries are counted afresh (limits.py keeps on).
        self._process.state.update(at=time.time(), failed_attempts=0)
        if self._process.user is None:
            emails.pretend_to_send(now=timezone.now())
        response: HttpResponse = super()._resend_form_valid(form)
        messages.success(self.request, SENT_AGAIN)
        return response


class ForgottenPassword(views.PasswordResetView):
    """Mails a link to staff; says the same to everybody."""

    def form_valid(self, form: Any) -> HttpResponse:
        if not form.users:
            emails.pretend_to_send(now=timezone.now())
        response: HttpResponse = super().form_valid(form)
        return response


def _kept(request: HttpRequest, *fields: str) -> dict[str, Any]:
    """What was typed when the switch to easy read was pressed."""
    typed = layout.typed_before(request)
    return {name: typed[name] for name in fields if name in typed}


def _posted(name: str) -> Callable[[HttpRequest], str]:
    return lambda request: request.POST.get(name, "")[:254]


def _pending_account(request: HttpRequest) -> str:
    login = unstash_login(request, peek=True)
    if login is None:
        return ""
    return str(login.user.pk) if login.user else str(login.email or "")


def _own_account(request: HttpRequest) -> str:
    return str(request.user.pk or "")


def _went_on(request: HttpRequest, response: HttpResponseBase) -> bool:
    return response.status_code == 302


def _came_in(request: HttpRequest, response: HttpResponseBase) -> bool:
    return bool(request.user.is_authenticated)


def _code_limit(request: HttpRequest) -> limits.Limit:
    return limits.CODE_REQUEST if request.POST.get("action") == "resend" else limits.CODE_ENTRY


def _code_account(request: HttpRequest) -> str:
    """Asking again counts for the typed address, as asking did; entering for the same, known or not."""
    login = unstash_login(request, peek=True)
    return str(login.email or "") if login else ""


staff_door = limits.limited(limits.SIGN_IN, _posted("login"), _went_on)(in_one_transaction(StaffDoor.as_view()))
# The switch to easy read is no try.
_switchable = layout.drawn_again_after(layout.turn_while_signing_in)
family_door = _switchable(
    limits.limited(limits.CODE_REQUEST, _posted("email"))(in_one_transaction(FamilyDoor.as_view()))
)
code_entry = _switchable(limits.limited(_code_limit, _code_account, _came_in)(in_one_transaction(CodeEntry.as_view())))
forgotten_password = limits.limited(limits.PASSWORD_RESET, _posted("email"))(
    in_one_transaction(ForgottenPassword.as_view())
)
new_password = limits.limited(limits.PASSWORD_RESET, lambda request: "")(
    in_one_transaction(views.password_reset_from_key)
)
second_step = limits.limited(limits.SECOND_FACTOR, _pending_account, _came_in)
again = limits.limited(limits.SIGN_IN, _own_account, _went_on)
