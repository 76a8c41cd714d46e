"""What stands in the form of a concern when something is pressed, or when the page keeps it by itself."""

from django.http import HttpRequest, QueryDict

from safeguarding.drafting import Typing
from safeguarding.models import ConcernDraft
from safeguarding.reporting.forms import ConcernForm, PageStamp
from safeguarding.reporting.marks import is_row
from sessions_app.models import Session

# Names of fields that are nobody's words.
_NOT_TYPED = frozenset(PageStamp.base_fields) | {"form_key"}
_TYPED = frozenset(ConcernForm.base_fields) - _NOT_TYPED


def typing_of(request: HttpRequest, session: Session | None) -> Typing:
    """What came with this request, right or wrong, as it was typed."""
    stamp = PageStamp(request.POST)
    stamp.is_valid()
    return Typing(
        form_key=ConcernForm.base_fields["form_key"].clean(request.POST.get("form_key")),
        page=stamp.cleaned_data["page"],
        edition=stamp.cleaned_data.get("edition", 0),
        fields={name: said for name, said in request.POST.lists() if name in _TYPED or is_row(name)},
        session=session,
    )


def as_sent(request: HttpRequest, draft: ConcernDraft | None) -> QueryDict:
    """The form's data, with the key and the edition under which it is kept now."""
    data = request.POST.copy()
    if draft:
        data["form_key"], data["edition"] = str(draft.concern.form_key), str(draft.edition)
    return data


def as_kept(draft: ConcernDraft) -> QueryDict:
    """What stands in a draft, like a form that was sent."""
    data = QueryDict(mutable=True)
    for name, said in draft.fields.items():
        data.setlist(name, said)
    return data
