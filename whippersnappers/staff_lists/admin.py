"""The addresses behind every list: its download, and the filters that a person keeps of it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied, SuspiciousOperation, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst, slugify
from unfold.widgets import UnfoldAdminTextInputWidget

from whippersnappers import dates
from whippersnappers.accounts.access import signed_in
from whippersnappers.admin_site import staff_site
from whippersnappers.staff_lists.exporting import FORMATS, MOST_ROWS, note_export, rows_of
from whippersnappers.staff_lists.models import SavedFilter
from whippersnappers.staff_lists.saving import SEARCH, delete_filter, own_query, save_filter
from whippersnappers.staff_lists.tools import ListTools


class FilterForm(forms.Form):
    """A name for the filter; whether searched words are kept is asked only when there are some."""

    name = forms.CharField(
        label="Name", max_length=60, widget=UnfoldAdminTextInputWidget(), error_messages={"required": "Give it a name."}
    )
    with_words = forms.BooleanField(required=False)

    def __init__(self, *args: Any, typed: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if typed:
            self.fields["with_words"].label = f"Keep the searched words “{typed}” too"
        else:
            del self.fields["with_words"]


def _list(request: HttpRequest, name: str) -> Any:
    """The list of this name; 404 for none, 403 for one that the person may not see."""
    page: Any = next(
        (p for p in staff_site()._registry.values() if isinstance(p, ListTools) and p.list_name == name), None
    )
    if page is None:
        raise Http404
    if not page.has_view_or_change_permission(request):
        raise PermissionDenied
    return page


def _address(page: Any, query: str = "") -> str:
    address = reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist")
    return f"{address}?{query}" if query else address


def _changelist(page: Any, request: HttpRequest) -> Any | None:
    """The list as it is filtered now; None when the address says something that it does not know."""
    try:
        return page.get_changelist_instance(request)
    except (IncorrectLookupParameters, SuspiciousOperation):
        return None


def export(request: HttpRequest, name: str) -> HttpResponseBase:
    """Send the list as a file."""
    page = _list(request, name)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form, changelist = request.POST.get("format", ""), _changelist(page, request)
    if form not in FORMATS or changelist is None:
        messages.error(request, "That did not work. Filter the list and press the button once more.")
        return redirect(_address(page))
    keys = list(dict.fromkeys(changelist.queryset.values_list("pk", flat=True)[: MOST_ROWS + 1]))
    if len(keys) > MOST_ROWS:
        messages.error(request, f"This list has more than {MOST_ROWS:,} rows. Filter it, then download it.")
        return redirect(_address(page, request.GET.urlencode()))
    now = timezone.now()
    note_export(name, rows=len(keys), form=form, changelist=changelist, by=request.user, now=now)
    return _file(page, request, keys, form, f"{dates.local(now):%Y-%m-%d}")


def _file(page: Any, request: HttpRequest, keys: list[Any], form: str, day: str) -> StreamingHttpResponse:
    write, kind = FORMATS[form]
    columns, title = page.get_export_columns(request), capfirst(page.opts.verbose_name_plural)
    pieces = write(title, list(columns), rows_of(page, request, keys, columns))
    response = StreamingHttpResponse(pieces, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{slugify(title)}-{day}.{form}"'
    return response


def saved_filters(request: HttpRequest, name: str) -> HttpResponse:
    """Give the filter in the address a name; below, the ones that are kept."""
    page, user = _list(request, name), signed_in(request)
    typed = request.GET.get(SEARCH, "").strip()
    form = FilterForm(request.POST if request.method == "POST" else None, typed=typed)
    changelist = _changelist(page, request)
    own = {name for spec in changelist.filter_specs for name in spec.expected_parameters()} if changelist else set()
    if form.is_valid():
        query = own_query(request.GET, own, with_words=form.cleaned_data.get("with_words", False))
        try:
            kept = save_filter(name, form.cleaned_data["name"], query, by=user, now=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, f"“{kept.name}” stands above the list now.")
            return redirect(_address(page, query))
    context = {
        **staff_site().each_context(request),
        "title": f"Saved filters: {page.opts.verbose_name_plural}",
        "form": form,
        "may_save": bool(own_query(request.GET, own, with_words=True)),
        "kept": SavedFilter.objects.visible_to(user).filter(page=name),
        "list_name": name,
        "list_page": _address(page),
        "back": _address(page, request.GET.urlencode()),
    }
    return TemplateResponse(request, "staff/saved_filters.html", context)


def delete_saved_filter(request: HttpRequest, name: str, pk: Any) -> HttpResponse:
    """Let one of the own filters go."""
    page = _list(request, name)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    user = signed_in(request)
    kept = get_object_or_404(SavedFilter.objects.visible_to(user), pk=pk, page=name)
    delete_filter(kept, by=user, now=timezone.now())
    messages.success(request, f"“{kept.name}” is deleted.")
    return redirect(reverse("admin:saved_filters", args=[page.list_name]))


staff_site().register_page("lists/<str:name>/export/", export, "list_export")
staff_site().register_page("lists/<str:name>/filters/", saved_filters, "saved_filters")
staff_site().register_page("lists/<str:name>/filters/<uuid:pk>/delete/", delete_saved_filter, "saved_filter_delete")
