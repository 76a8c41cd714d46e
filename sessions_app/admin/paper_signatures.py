"""Noting that a parent or carer has signed the agreement on paper, so that nobody without e-mail is kept out (F1-F6).

Here and not among the families' pages, because their ways in go out with it.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextInputWidget

from families import agreeing
from families.models import Agreement, Guardian
from sessions_app import signing
from sessions_app.admin.pressing import only_with
from sessions_app.admin.steps import say_at_fields
from sessions_app.admin.times import DayField
from whippersnappers.accounts.access import signed_in
from whippersnappers.admin_site import staff_site

MAY = "families.change_guardian"


class PaperForm(forms.Form):
    """The name and the date that stand on the paper."""

    typed_name = forms.CharField(
        label="Name on the paper",
        max_length=agreeing.MOST_NAME,
        widget=UnfoldAdminTextInputWidget(),
        error_messages={"required": "Which name stands on the paper?"},
    )
    paper_date = DayField(label="Date on the paper")


def paper_signature(request: HttpRequest, guardian: Any) -> HttpResponse:
    """Say which paper was seen; whoever presses stands for having seen it."""
    only_with(request, MAY)
    person = Guardian.objects.visible_to(signed_in(request)).filter(pk=guardian).first()
    current = agreeing.current_agreement()
    if person is None or current is None:
        raise Http404
    form = PaperForm(request.POST if request.method == "POST" else None, initial={"typed_name": person.full_name})
    if request.method == "POST" and form.is_valid() and _is_noted(form, person, current, request):
        messages.success(request, f"Noted. {person} has signed, and gets what was kept back.")
        return redirect(reverse("admin:families_guardian_change", args=[person.pk]))
    context = {
        **staff_site().each_context(request),
        "title": f"{person} has signed on paper",
        "guardian": person,
        "agreement": current,
        "has_signed": agreeing.has_signed(person.pk),
        "points": agreeing.points(current),
        "form": form,
        "media": form.media,
        "back": reverse("admin:families_guardian_change", args=[person.pk]),
    }
    return TemplateResponse(request, "staff/paper_signature.html", context)


def _is_noted(form: PaperForm, person: Guardian, current: Agreement, request: HttpRequest) -> bool:
    said = form.cleaned_data
    try:
        signing.record_paper(
            person,
            current,
            name=said["typed_name"],
            paper_date=said["paper_date"],
            by=signed_in(request),
            now=timezone.now(),
        )
    except ValidationError as refused:
        say_at_fields(form, refused)
        return False
    return True


staff_site().register_page("agreement/<uuid:guardian>/paper/", paper_signature, "paper_signature")
