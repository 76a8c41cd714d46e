"""Who is stopped at the door: strangers, and staff without their second factor."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone

from whippersnappers.accounts import devices, second_factors

View = Callable[..., HttpResponseBase]
_FAMILY_PAGES = ("/portal/",)
_OPEN_WITHOUT_SECOND_FACTOR = ("/accounts/2fa/", "/accounts/logout/", "/accounts/reauthenticate/", "/static/")
SET_UP = "Please set up your second step first. Without it nobody can see the staff pages."


class DoorMiddleware(LoginRequiredMiddleware):
    """Sends strangers to sign in: families to the code, everybody else to the password."""

    def handle_no_permission(self, request: HttpRequest, view_func: View) -> HttpResponseRedirect:
        if request.path.startswith(_FAMILY_PAGES):
            door = resolve_url("account_request_login_code")
            return redirect_to_login(request.get_full_path(), door, self.redirect_field_name)
        return super().handle_no_permission(request, view_func)


class SecondFactorMiddleware:
    """Staff who have not shown a second factor in this session can only set one up, or leave."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view_func: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        if request.path.startswith(_OPEN_WITHOUT_SECOND_FACTOR) or not request.user.is_authenticated:
            return None
        if not second_factors.is_missing(request):
            return None
        messages.warning(request, SET_UP)
        return HttpResponseRedirect(reverse("mfa_index"))


class DeviceMiddleware:
    """Notes that a device is in use; once an hour, so that looking at pages writes nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        devices.note_use(request, timezone.now())
        return self.get_response(request)
