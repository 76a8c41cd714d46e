"""The delivery checklist on the console: a few boxes for oneself, and who of the others has answered (W4)."""

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from sessions_app.admin.steps import say_at_fields
from sessions_app.console.forms import ChecklistForm
from sessions_app.console.page import draw
from sessions_app.console.visiting import Visit, console_view
from sessions_app.live import checklist


@console_view("POST")
def answered(visit: Visit) -> HttpResponse:
    """Keep one's own answers; what cannot be kept is said beside its field, and stays as it was typed."""
    form = ChecklistForm(visit.request.POST, visit.session)
    if form.is_valid():
        try:
            checklist.answer(visit.session.pk, checklist.Answers(**form.cleaned_data), by=visit.user, now=visit.now)
        except ValidationError as refused:
            say_at_fields(form, refused)
        else:
            return HttpResponseRedirect(reverse("live_console", args=[visit.session.pk]))
    return draw(visit, checklist_form=form, status=422)
