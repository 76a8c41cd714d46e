"""The form of a concern as a page: blank, with a session's facts, as it was kept, or as it was just pressed."""

import uuid

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from families.models import Child
from families.portal.typed import with_typed
from safeguarding.models import Concern, ConcernDraft
from safeguarding.reporting import session_facts
from safeguarding.reporting.forms import ConcernForm, PageStamp
from safeguarding.reporting.marks import MarkRows
from safeguarding.reporting.typed import as_kept
from safeguarding.vocabulary import Kind
from sessions_app.models import Session
from whippersnappers.accounts.models import User

# The key of the form that is being filled in, for each session and for none: two tabs of it are one concern.
_KEYS = "concern_form_keys"


def begun(request: HttpRequest, session: Session | None, user: User) -> HttpResponse:
    """The form with what the portal knows; whoever began it already in this sign-in is led on to the draft."""
    key = _key(request, str(session.pk) if session else "")
    drafts = Concern.objects.drafts_of(user)
    own = drafts.filter(form_key=key).first()
    if own:
        return redirect("concern_draft", pk=own.pk)
    children = session_facts.children_of(session, user)
    form = ConcernForm(initial=_facts(session, key, children), children=children)
    return draw(request, form, _stamp(user, 0), session, drafts=list(drafts))


def continued(request: HttpRequest, draft: ConcernDraft, session: Session | None, user: User) -> HttpResponse:
    """The form as it was kept."""
    form = ConcernForm(initial={"form_key": draft.concern.form_key}, children=session_facts.children_of(session, user))
    typed = as_kept(draft)
    filled = with_typed(form, typed, but={"form_key", "uploads"})
    filled.marks, filled.goes_on = MarkRows(typed, is_sent=False), True
    return draw(request, filled, _stamp(user, draft.edition), session, draft=draft)


def draw(
    request: HttpRequest, form: ConcernForm, stamp: PageStamp, session: Session | None, **more: object
) -> HttpResponse:
    """The page. `more` may name why nothing was sent (signed_out, other, again), the draft, and other drafts."""
    context = {"form": form, "stamp": stamp, "session": session, "now": timezone.now(), **more}
    # Files are not looked at for whoever is not signed in, and no browser keeps them.
    context["files_again"] = not more.keys().isdisjoint({"signed_out", "other", "again"}) and bool(request.FILES)
    return render(request, "safeguarding/reporting/raise.html", context)


def forget_key(request: HttpRequest, form_key: uuid.UUID) -> None:
    """Let the next form be another one."""
    request.session[_KEYS] = {k: v for k, v in request.session.get(_KEYS, {}).items() if v != str(form_key)}


def _key(request: HttpRequest, place: str) -> str:
    keys = request.session.get(_KEYS, {})
    if place not in keys:
        keys[place] = str(uuid.uuid4())
        request.session[_KEYS] = keys
    return str(keys[place])


def _stamp(user: User, edition: int) -> PageStamp:
    return PageStamp(initial={"page": uuid.uuid4(), "edition": edition, "writer": user.pk})


def _facts(session: Session | None, key: str, children: QuerySet[Child]) -> dict[str, object]:
    facts: dict[str, object] = {"form_key": key, "kind": Kind.CHILD}
    if session:
        facts["when_and_where"] = session_facts.when_and_where(session, timezone.now())
        # One child alone is the one it is about, until somebody says otherwise.
        facts["children"] = [child.pk for child in children] if len(children) == 1 else []
        facts["who_was_there"] = session_facts.who_was_there(session)
    return facts
