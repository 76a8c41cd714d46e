"""Starting the meeting from the console, going into it, and ending it for everybody."""

from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sessions_app.admin.steps import say_at_fields
from sessions_app.console.visiting import Visit, console_view
from sessions_app.live import starting


@console_view("POST")
def start(visit: Visit) -> HttpResponse:
    """The host's link, for whoever pressed, on a page that nobody keeps; or one sentence on why there is none."""
    try:
        link = starting.start(visit.session.pk, by=visit.user, now=visit.now)
    except ValidationError as refused:
        return _back(visit, refused)
    context = {"session": visit.session, "visit": visit, "link": link if _is_web(link) else ""}
    return _unreferred(render(visit.request, "console/start.html", context))


@console_view("POST")
def enter(visit: Visit) -> HttpResponse:
    """Into the meeting, for the others of the staff."""
    try:
        address = starting.enter(visit.session.pk, by=visit.user, now=visit.now)
    except ValidationError as refused:
        return _back(visit, refused)
    return _unreferred(HttpResponseRedirect(address))


class EndForm(forms.Form):
    """Why the meeting is ended for everybody."""

    why = forms.ChoiceField(
        label="Why do you end it?",
        choices=starting.WhyEnded.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Say why you end it."},
    )


@console_view("GET", "HEAD", "POST")
def end(visit: Visit) -> HttpResponse:
    """Asked once more, with a reason; then the meeting is over for everybody who is in it."""
    form = EndForm(visit.request.POST if visit.request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            starting.end(visit.session.pk, why=form.cleaned_data["why"], by=visit.user, now=visit.now)
        except ValidationError as refused:
            say_at_fields(form, refused)
        else:
            messages.success(visit.request, "The meeting is over for everybody. Now say who attended.")
            return HttpResponseRedirect(reverse("live_console", args=[visit.session.pk]))
    context = {"session": visit.session, "visit": visit, "form": form}
    return render(visit.request, "console/end.html", context, status=422 if form.is_bound else 200)


def _back(visit: Visit, refused: ValidationError) -> HttpResponse:
    for sentence in refused.messages:
        messages.error(visit.request, sentence)
    return HttpResponseRedirect(reverse("live_console", args=[visit.session.pk]))


def _is_web(link: str) -> bool:
    return urlsplit(link).scheme in ("https", "http")


def _unreferred(response: HttpResponse) -> HttpResponse:
    """Zoom does not learn the address of this page."""
    response["Referrer-Policy"] = "no-referrer"
    return response
