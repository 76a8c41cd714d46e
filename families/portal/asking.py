"""“I need help”: one press reaches the support contact, and the page says that it did (F1)."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from families.device_kinds import guessed_device
from families.helping import MOST, ask_for_help
from families.models import HelpRequest
from families.plain_text import LinesField, WordsField
from families.portal.guards import signed_in_guardian
from families.portal.typed import keeps_what_is_typed, typed_before, with_typed


class HelpForm(forms.Form):
    """All of it may be left out: pressing the button is enough."""

    use_required_attribute = False
    device = forms.ChoiceField(
        label="What do you use?",
        choices=HelpRequest.Device.choices,
        widget=forms.RadioSelect,
        required=False,
        error_messages={"invalid_choice": "Please choose one of these."},
    )
    trying = forms.ChoiceField(
        label="What do you want to do?",
        choices=[
            (HelpRequest.Trying.GET_ZOOM, "Get Zoom"),
            (HelpRequest.Trying.JOIN, "Come into a session"),
            (HelpRequest.Trying.HEAR, "Hear you, and be heard"),
            (HelpRequest.Trying.SEE, "See you, and be seen"),
            (HelpRequest.Trying.OTHER, "Something else"),
        ],
        widget=forms.RadioSelect,
        required=False,
        error_messages={"invalid_choice": "Please choose one of these."},
    )
    words = LinesField(
        label="What goes wrong?",
        help_text="What do you see? What have you tried?",
        required=False,
        most=MOST // 2,
    )
    # Filled by the device test, in words.
    test_result = WordsField(required=False, most=MOST, widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_is_typed
def ask(request: HttpRequest) -> HttpResponse:
    """The button and a few questions; once pressed, that we have it. Another press adds to what was said."""
    guardian = signed_in_guardian(request)
    device = guessed_device(request.headers.get("User-Agent", ""))
    form = HelpForm(request.POST if request.method == "POST" else None, initial={"device": device})
    with_typed(form, typed_before(request))
    if request.method == "POST" and form.is_valid():
        said = {**form.cleaned_data, "device": form.cleaned_data["device"] or device}
        ask_for_help(guardian, **said, by=request.user, now=timezone.now())
        return redirect("portal_help")
    waiting = HelpRequest.objects.visible_to(guardian.user).waiting().first() if guardian.user else None
    context = {"form": form, "waiting": waiting, "guardian": guardian, "now": timezone.now()}
    return render(request, "portal/help.html", context)
