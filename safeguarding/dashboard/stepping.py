"""The pages on which steps are taken: a form, its mistakes beside the fields, and back to the concern."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from safeguarding import acting, alerting, linking, referring
from safeguarding.dashboard import step_forms, steps
from safeguarding.dashboard.alert_forms import LongerForm
from safeguarding.dashboard.concern import found
from safeguarding.handling import AlreadyDone
from safeguarding.models import Concern
from safeguarding.reading import Answer, Page, confidential
from safeguarding.vocabulary import Agency
from whippersnappers import dates
from whippersnappers.accounts.models import User

METHODS = ("GET", "HEAD", "POST")
NOT_NOW = "That cannot be done now: somebody may have been quicker. This is how it stands."
# Seconds for which a second press of the same form is known.
_PRESS_KNOWN_FOR = 24 * 60 * 60
Do = Callable[[dict[str, Any]], object]


@confidential(methods=METHODS)
def step(request: HttpRequest, user: User, now: datetime, pk: UUID, name: str) -> Answer:
    """One of the steps in `steps.py`."""
    seen, wanted = found(user, pk), steps.BY_NAME.get(name)
    if wanted is None:
        raise Http404
    if request.method != "POST" and (wanted.is_press or not wanted.offered(seen, user)):
        messages.info(request, NOT_NOW)
        return redirect("safeguarding_concern", pk)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = wanted.form(*sent, concern=seen, by=user)
    if request.method == "POST" and _took(form, lambda said: wanted.do(seen, said, user, now), request, now):
        messages.success(request, wanted.done)
        return _back(user, pk)
    return _asks(seen, wanted.title, form)


@confidential(methods=METHODS)
def action(request: HttpRequest, user: User, now: datetime, pk: UUID, action: UUID) -> Answer:
    """An action is done."""
    seen = found(user, pk)
    doing = _of(seen.actions, action)
    form = step_forms.DoneForm(request.POST if request.method == "POST" else None, concern=seen, by=user)
    if request.method == "POST" and _took(
        form, lambda said: acting.finish_action(pk, action, **said, by=user, now=now), request, now
    ):
        return _back(user, pk)
    return _asks(seen, "An action is done", form, about=doing.what)


@confidential(methods=METHODS)
def answer(request: HttpRequest, user: User, now: datetime, pk: UUID, referral: UUID) -> Answer:
    """An agency has answered."""
    seen = found(user, pk)
    told = _of(seen.referrals, referral)
    kind = step_forms.LadoAnswerForm if told.agency == Agency.LADO else step_forms.AnswerForm
    form = kind(request.POST if request.method == "POST" else None, concern=seen, by=user)
    if request.method == "POST" and _took(
        form, lambda said: referring.answered(pk, referral, **said, by=user, now=now), request, now
    ):
        return _back(user, pk)
    return _asks(seen, f"{told.get_agency_display()} answered", form, about=told.why)


@confidential(methods=METHODS)
def part(request: HttpRequest, user: User, now: datetime, pk: UUID, other: UUID) -> Answer:
    """Two linked concerns do not belong together after all."""
    seen, second = found(user, pk), found(user, other)
    form = step_forms.PartForm(request.POST if request.method == "POST" else None, concern=seen, by=user)
    if request.method == "POST" and _took(
        form, lambda said: linking.part(pk, other, **said, by=user, now=now), request, now
    ):
        return _back(user, pk)
    return _asks(seen, f"Part {seen} from {second}", form)


@confidential(methods=METHODS)
def show_longer(request: HttpRequest, user: User, now: datetime, pk: UUID, alert: UUID) -> Answer:
    """Staff must see an alert for longer than was said at first."""
    seen = found(user, pk)
    shown = _of(seen.alerts.shown(now), alert)
    form = LongerForm(request.POST if request.method == "POST" else None, concern=seen, by=user)
    if request.method == "POST" and _took(
        form, lambda said: alerting.show_longer(pk, alert, **said, by=user, now=now), request, now
    ):
        return _back(user, pk)
    return _asks(seen, f"Let the alert about {shown.child} stand longer", form, about=shown.words)


def _took(form: step_forms.AboutConcern, do: Do, request: HttpRequest, now: datetime) -> bool:
    """Whether the step was taken, now or by an earlier press of the same form; else the form says what to do."""
    if not form.is_valid():
        return False
    said = dict(form.cleaned_data)
    press = f"concern-step:{said.pop('press')}"
    try:
        with transaction.atomic():
            if cache.add(press, True, _PRESS_KNOWN_FOR):
                do(said)
    except ObjectDoesNotExist as nothing:
        raise Http404 from nothing
    except AlreadyDone as done:
        messages.info(request, _first(done, now))
    except ValidationError as refused:
        show(form, refused)
        return False
    return True


def _first(done: AlreadyDone, now: datetime) -> str:
    if done.entry is None:
        return str(done)
    return f"{done.entry.author} has done this already, at {dates.clock(done.entry.at)}."


def show(form: step_forms.AboutConcern, refused: ValidationError) -> None:
    """Each sentence beside its field; what is about no field of the form, above it."""
    by_field = refused.message_dict if hasattr(refused, "error_dict") else {None: refused.messages}
    for name, sentences in by_field.items():
        for sentence in sentences:
            form.add_error(name if name in form.fields else None, sentence)


def _of(rows: Any, pk: UUID) -> Any:
    try:
        return rows.get(pk=pk)
    except ObjectDoesNotExist as nothing:
        raise Http404 from nothing


def _back(user: User, pk: UUID) -> HttpResponse:
    """To the concern, unless that step was the last that this person sees of it."""
    if Concern.objects.visible_to(user).filter(pk=pk).exists():
        return redirect("safeguarding_concern", pk)
    return redirect("safeguarding_home")


def _asks(concern: Concern, title: str, form: step_forms.AboutConcern, *, about: str = "") -> Page:
    context = {"concern": concern, "title": title, "form": form, "about": about}
    return Page("concern.step_read", "safeguarding/dashboard/step.html", context, target=concern)
