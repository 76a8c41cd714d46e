"""The agreement: reading it, signing it, and a copy to keep. Signing sends the ways in that were held back."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from families import agreeing
from families.agreeing import Evidence
from families.models import Agreement, Guardian
from families.own_names import resembles
from families.portal.guards import signed_in_guardian
from families.portal.typed import keeps_what_is_typed, typed_before, with_typed
from sessions_app import signing
from sessions_app.invitations import join_token
from sessions_app.models import Invitation
from sessions_app.portal.drawing import keep_private
from whippersnappers.accounts.access import signed_in

_TOO_LONG = f"Please keep it under {agreeing.MOST_NAME} letters."


class NameField(forms.CharField):
    """A name on one line: what no name has is left out, so that nothing typed by accident is an error."""

    def to_python(self, value: Any) -> str:
        return agreeing.one_line(str(value or ""))


class SignForm(forms.Form):
    """The own name, typed. Which text was on the page stands in `text` beside it."""

    typed_name = NameField(
        label="Type your name",
        max_length=agreeing.MOST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Please type your name.", "max_length": _TOO_LONG},
    )
    # The name about which they were asked once more.
    sure = NameField(required=False, widget=forms.HiddenInput)

    def ask_again_unless_known(self, guardian: Guardian) -> None:
        """A name that is unlike the one we hold is asked about once; the same name sent again is taken."""
        typed = self.cleaned_data["typed_name"]
        is_no_name = not any(letter.isalpha() for letter in typed)
        if is_no_name or typed == self.cleaned_data["sure"] or resembles(typed, guardian):
            return
        self.add_error(
            "typed_name", f"We know you as {guardian.full_name}. Is this your name too? Then press the button again."
        )
        self.data = {**self.data, "sure": typed}


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_is_typed
def agreement(request: HttpRequest) -> HttpResponse:
    """The parents' undertakings F1-F6, clause by clause, and the guardian's signature under them."""
    guardian = signed_in_guardian(request)
    current = agreeing.current_agreement()
    back = _way_back(request, guardian)
    if request.method == "POST" and current is not None:
        form = SignForm(request.POST)
        if _is_signed(form, guardian, current, request):
            return keep_private(HttpResponseRedirect(_after(back)))
    else:
        form = with_typed(SignForm(), typed_before(request))
    return _draw(request, guardian, current, form, back)


def _is_signed(form: SignForm, guardian: Guardian, current: Agreement, request: HttpRequest) -> bool:
    """Sign what was on the page. What stands in the way is said at the form."""
    if form.is_valid():
        form.ask_again_unless_known(guardian)
    if not form.is_valid():
        return False
    if request.POST.get("text") != current.sha256:
        form.add_error(None, "We have just changed our agreement. Please read it again, then sign.")
        return False
    try:
        signing.sign(
            guardian,
            current,
            typed_name=form.cleaned_data["typed_name"],
            evidence=_evidence(request),
            by=signed_in(request),
            now=timezone.now(),
        )
    except ValidationError as refused:
        form.add_error(None, refused)
        return False
    return True


def _evidence(request: HttpRequest) -> Evidence:
    """What the device says it is, and the sign-in of this session as allauth noted it. No address."""
    noted = request.session.get("account_authentication_methods", [])
    last: dict[str, Any] = noted[-1] if noted else {}
    at = datetime.fromtimestamp(last["at"], UTC) if "at" in last else None
    return Evidence(request.headers.get("User-Agent", ""), str(last.get("method", ""))[:40], at)


def _way_back(request: HttpRequest, guardian: Guardian) -> Invitation | None:
    """The own way in from which they came here; another's, or nonsense, is nobody's."""
    wanted = request.GET.get("back", "")
    mine = Invitation.objects.for_guardian(signed_in(request))
    try:
        return mine.filter(guardian=guardian, pk=wanted).first() if wanted else None
    except ValidationError:
        return None


def _after(back: Invitation | None) -> str:
    return reverse("join", args=[join_token(back)]) if back else reverse("portal_agreement")


def _draw(
    request: HttpRequest, guardian: Guardian, current: Agreement | None, form: SignForm, back: Invitation | None
) -> HttpResponse:
    signature = current.signatures.filter(guardian=guardian).first() if current else None
    context = {
        "guardian": guardian,
        "agreement": current,
        "points": agreeing.points(current) if current else [],
        "signature": signature,
        "is_new_version": guardian.signatures.exists() and signature is None,
        "form": form,
        "back": _after(back) if back else "",
        "now": timezone.now(),
    }
    return keep_private(render(request, "portal/agreement.html", context))


@require_safe
def signed_copy(request: HttpRequest, version: int) -> HttpResponse:
    """What this guardian signed, word for word, with the signature; to look at, to print."""
    guardian = signed_in_guardian(request)
    signature = guardian.signatures.select_related("agreement").filter(agreement__version=version).first()
    if signature is None:
        raise Http404
    context = {"guardian": guardian, "signature": signature, "points": agreeing.points(signature.agreement)}
    return keep_private(render(request, "portal/agreement_copy.html", context))
