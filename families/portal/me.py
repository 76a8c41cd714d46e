"""The families' pages about themselves: how we reach them, and the ways to all that is theirs."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from families.carers import others_caring_for
from families.models import Child, Guardian, Proposal
from families.plain_text import WordsField
from families.portal.child_pages import answers_of
from families.portal.guards import signed_in_guardian
from families.portal.typed import keeps_what_is_typed, typed_before, with_typed
from families.proposing import propose_address
from families.registering import save_guardian
from families.seen_forms import SeenForm
from whippersnappers.accounts.access import signed_in

_PHONE = RegexValidator(
    r"^\+?[0-9][0-9 ()\-]{4,28}$", "Please write a phone number with digits only, like 07700 900123."
)


# The switch has just said it.
LAYOUT_FIELDS = {"easy_read", "seen_easy_read"}


class ContactForm(SeenForm):
    """How we reach a parent or carer. It applies at once."""

    phone = WordsField(
        label="Phone number",
        most=30,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    prefers = forms.ChoiceField(label="How we should reach you", choices=Guardian.Contact.choices)
    language = forms.ChoiceField(
        label="The language you like best",
        choices=Guardian.Language.choices,
        help_text="Our pages are in English. This tells us when to ask for help with your language.",
    )
    easy_read = forms.BooleanField(label="Show me pages and mails in easy read", required=False)

    def __init__(self, data: Any, guardian: Guardian) -> None:
        super().__init__(data, base={name: getattr(guardian, name) for name in self.base_fields})

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"]
        if phone:
            _PHONE(phone)
        return str(phone)


class AddressForm(forms.Form):
    """Another address to sign in with."""

    email = WordsField(
        label="Your new e-mail address",
        most=254,
        error_messages={"required": "Please write your new e-mail address."},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_email(self) -> str:
        try:
            return str(forms.EmailField().clean(self.cleaned_data["email"]))
        except ValidationError:
            raise ValidationError("This is not an e-mail address. It looks like name@example.org.") from None


@never_cache
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """Who we think they are, and the ways to everything that is theirs."""
    guardian, user, now = signed_in_guardian(request), signed_in(request), timezone.now()
    own = list(Proposal.objects.visible_to(user).filter(child=None))
    children = list(Child.objects.visible_to(user).filter(archived_at=None))
    carers = others_caring_for(children, guardian)
    context = {
        "guardian": guardian,
        "waiting": next((p for p in own if p.state == Proposal.State.PROPOSED), None),
        "answers": answers_of(own, now),
        "caring": [(child, carers[child.pk]) for child in children],
        "now": now,
    }
    return render(request, "portal/me.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_is_typed
def contact(request: HttpRequest) -> HttpResponse:
    """Phone, the way they like to be reached, language, easy read. Applies at once."""
    guardian = signed_in_guardian(request)
    form = ContactForm(request.POST if request.method == "POST" else None, guardian)
    with_typed(form, typed_before(request), but=LAYOUT_FIELDS)
    if request.method == "POST" and form.is_valid():
        for name, value in form.changes.items():
            setattr(guardian, name, value)
        try:
            save_guardian(guardian, by=request.user, now=timezone.now())
        except ValidationError as refusal:
            _say_at_fields(form, refusal)
        else:
            messages.success(request, "Saved. Thank you.")
            return redirect("portal_me")
    return render(request, "portal/contact.html", {"form": form})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_is_typed
def address(request: HttpRequest) -> HttpResponse:
    """Ask for another address to sign in with. We ring first: whoever holds the address gets in."""
    guardian = signed_in_guardian(request)
    form = with_typed(AddressForm(request.POST if request.method == "POST" else None), typed_before(request))
    if request.method == "POST" and form.is_valid():
        try:
            propose_address(guardian, form.cleaned_data["email"], by=request.user, now=timezone.now())
        except ValidationError as refusal:
            _say_at_fields(form, refusal)
        else:
            messages.success(request, "Thank you. We will ring you before we change it.")
            return redirect("portal_me")
    return render(request, "portal/address.html", {"form": form, "guardian": guardian})


def _say_at_fields(form: forms.Form, refusal: ValidationError) -> None:
    at_fields = refusal.message_dict if hasattr(refusal, "error_dict") else {"": refusal.messages}
    for name, said in at_fields.items():
        form.add_error(name if name in form.fields else None, said)
