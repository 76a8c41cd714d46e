"""The pages of the import: upload, what would happen row by row, and the word to go ahead."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from families.admin.import_form import TOO_MUCH_PASTED, ImportForm
from families.admin.uploads import SizeLimit
from families.importing import runs
from families.importing.columns import COLUMNS
from families.importing.sheets import MAX_BYTES
from families.importing.template import INTRODUCTION, template_csv, template_xlsx
from families.models import FamilyImport, FamilyImportRow
from whippersnappers.accounts.access import signed_in
from whippersnappers.too_much import read_to_the_end

State = FamilyImport.State
Outcome = FamilyImportRow.Outcome
WORKING = {State.CHECKING, State.IMPORTING}
ROWS_ON_A_PAGE = 50
PATIENCE = 10  # seconds after which a run that nobody has taken on is called waiting
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILTERS = [
    ("wrong", "Needs mending"),
    ("left_out", "Left out"),
    ("add", "New"),
    ("change", "Changes"),
    ("same", "Stays as it is"),
]


def import_urls(page: Any) -> list[URLPattern]:
    """The import's addresses under the families' admin; all need `families.import_families`."""
    name = "families_family_import"

    def staff(view: Callable[..., HttpResponse]) -> Any:
        return page.admin_site.admin_view(partial(_for_importers, partial(view, page)))

    upload = page.admin_site.admin_view(csrf_exempt(partial(_for_importers, partial(upload_page, page))))
    return [
        path("import/", upload, name=name),
        path("import/template.xlsx", staff(_template(template_xlsx, XLSX, "families.xlsx")), name=f"{name}_xlsx"),
        path("import/template.csv", staff(_template(template_csv, "text/csv", "families.csv")), name=f"{name}_csv"),
        path("import/<uuid:key>/", staff(run_page), name=f"{name}_run"),
        path("import/<uuid:key>/progress/", staff(progress), name=f"{name}_progress"),
        path("import/<uuid:key>/confirm/", staff(confirm), name=f"{name}_confirm"),
        path("import/<uuid:key>/discard/", staff(discard), name=f"{name}_discard"),
    ]


def _for_importers(view: Callable[..., HttpResponse], request: HttpRequest, **arguments: Any) -> HttpResponse:
    if not request.user.has_perm("families.import_families"):
        raise PermissionDenied
    return view(request, **arguments)


def upload_page(page: Any, request: HttpRequest) -> HttpResponse:
    """Set the size limit before anything of the request is read, then check its CSRF token, which reads it."""
    limit = SizeLimit(request)
    request.upload_handlers.insert(0, limit)
    try:
        return csrf_protect(partial(_upload, page, limit))(request)
    except RequestDataTooBig:
        read_to_the_end(request)
        return _show_form(page, request, ImportForm(too_much=TOO_MUCH_PASTED))


def _upload(page: Any, limit: SizeLimit, request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _show_form(page, request, ImportForm())
    form = ImportForm(request.POST, request.FILES, file_too_big=limit.too_big)
    if form.is_valid():
        run = runs.receive(form.filename, form.content, by=request.user, now=timezone.now())
        return redirect("admin:families_family_import_run", key=run.pk)
    return _show_form(page, request, form)


def _show_form(page: Any, request: HttpRequest, form: ImportForm) -> HttpResponse:
    earlier = FamilyImport.objects.visible_to(signed_in(request)).select_related("uploaded_by")[:10]
    context = {
        **page.admin_site.each_context(request),
        "title": "Import families",
        "form": form,
        "most": MAX_BYTES,
        "too_much": TOO_MUCH_PASTED,
        "introduction": INTRODUCTION,
        "columns": COLUMNS,
        "earlier": earlier,
    }
    return TemplateResponse(request, "families/import_upload.html", context)


def _template(make: Callable[[], bytes], content_type: str, filename: str) -> Callable[..., HttpResponse]:
    @require_GET
    def download(request: HttpRequest) -> HttpResponse:
        headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
        return HttpResponse(make(), content_type=content_type, headers=headers)

    return lambda page, request: download(request)


def _run_or_404(request: HttpRequest, key: UUID) -> FamilyImport:
    run = FamilyImport.objects.visible_to(signed_in(request)).filter(pk=key).first()
    if run is None:
        raise Http404
    return run


def run_page(page: Any, request: HttpRequest, key: UUID) -> HttpResponse:
    """Where an import stands: its progress, or what each row would do or has done."""
    run = _run_or_404(request, key)
    show = request.GET.get("show", "")
    tabs = _tabs(run)
    if show not in dict(FILTERS):
        show = tabs[0]["key"] if tabs else ""
    rows = run.rows.filter(left_out=True) if show == "left_out" else run.rows.filter(outcome=show, left_out=False)
    paginator = Paginator(rows.order_by("number"), ROWS_ON_A_PAGE)
    current = paginator.get_page(request.GET.get("page"))
    context = {
        **page.admin_site.each_context(request),
        "title": "Import families",
        "run": run,
        "good": run.counts.get(Outcome.ADD, 0) + run.counts.get(Outcome.CHANGE, 0),
        "wrong": run.counts.get(Outcome.WRONG, 0),
        "tabs": tabs,
        "show": show,
        "page_of_rows": current,
        "findings": runs.findings_of(current.object_list),
        **_progress_of(run),
    }
    return TemplateResponse(request, "families/import_run.html", context)


def _tabs(run: FamilyImport) -> list[dict[str, Any]]:
    """The outcomes that occur, with how many rows each."""
    counts = {**run.counts}
    left_out = counts.get("left_out", 0)
    for row in run.rows.filter(left_out=True).values_list("outcome", flat=True) if left_out else []:
        counts[row] -= 1
    return [{"key": key, "title": title, "count": counts[key]} for key, title in FILTERS if counts.get(key)]


def _progress_of(run: FamilyImport) -> dict[str, Any]:
    now = timezone.now()
    taken = run.claimed_until is not None and run.claimed_until > now
    waited = (now - run.asked_at).total_seconds() > PATIENCE
    return {"run": run, "working": run.state in WORKING, "worker_away": run.state in WORKING and waited and not taken}


@require_GET
def _fragment(request: HttpRequest, run: FamilyImport) -> HttpResponse:
    answer = render(request, "families/import_progress.html", _progress_of(run))
    if run.state not in WORKING:
        answer.headers["HX-Refresh"] = "true"
    return answer


def progress(page: Any, request: HttpRequest, key: UUID) -> HttpResponse:
    """The part of the page that asks for itself every second; it reloads the page when the work is done."""
    return _fragment(request, _run_or_404(request, key))


@require_POST
def _act(request: HttpRequest, run: FamilyImport, act: Callable[..., None]) -> HttpResponse:
    try:
        act(run, by=request.user, now=timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("admin:families_family_import_run", key=run.pk)


def confirm(page: Any, request: HttpRequest, key: UUID) -> HttpResponse:
    """Go ahead with the good rows."""
    return _act(request, _run_or_404(request, key), runs.confirm)


def discard(page: Any, request: HttpRequest, key: UUID) -> HttpResponse:
    """Throw the file away."""
    answer = _act(request, _run_or_404(request, key), runs.discard)
    if FamilyImport.objects.filter(pk=key, state=State.DISCARDED).exists():
        messages.success(request, "The file is thrown away. Nothing was changed.")
        return redirect(reverse("admin:families_family_import"))
    return answer
