"""The ground for every model's staff pages: what is shared by all of them, and nothing about any one."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.text import capfirst
from unfold.admin import ModelAdmin

from whippersnappers.finding.lists import FindsRows
from whippersnappers.plain_fields import SpeaksPlainly
from whippersnappers.staff_lists.tools import ListTools


class StartsWithFilter(SimpleListFilter):
    """A filter whose list begins with what still asks for somebody: `starts_with` says what that is called."""

    starts_with: str

    def choices(self, changelist: Any) -> Any:
        first, *rest = super().choices(changelist)
        yield first | {"display": self.starts_with}
        yield from rest


class NotMadeHere:
    """Rows that come from elsewhere and stay: no page to add one, none to delete one."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class OnlyLookedAt(NotMadeHere):
    """Rows that nobody changes by hand either."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class StaffAdmin(SpeaksPlainly, FindsRows, ListTools, ModelAdmin):
    """The ground for every model's pages.

    Saving calls services, so a service's ValidationError becomes a message at the field and nothing of
    the attempt stays; what cannot be seen is not found; the audit trail is the history, so Django's own
    log of edits, which holds names, is not written.
    """

    list_filter_sheet = False
    warn_unsaved_form = True
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        queryset = super().get_queryset(request)
        visible_to = getattr(queryset, "visible_to", None)
        return visible_to(request.user) if visible_to else queryset

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404

    def _changeform_view(
        self, request: HttpRequest, object_id: str | None, form_url: str, extra_context: dict[str, Any] | None
    ) -> HttpResponse:
        try:
            with transaction.atomic():
                return super()._changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as refusal:
            request.refusal = refusal  # type: ignore[attr-defined]
        # The same form once more: everything typed is kept, and the refusal stands at its field.
        return super()._changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[Any]:
        form = super().get_form(request, obj, change, **kwargs)
        refusal = getattr(request, "refusal", None)
        return _refused(form, refusal) if refusal is not None else form

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> list[Any]:
        return []

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        return None

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        return None

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        return None


def _refused(form: type[Any], refusal: ValidationError) -> type[Any]:
    """The form class, saying what the service said: at its fields where it has them, else on top."""

    class RefusedForm(form):
        def _post_clean(self) -> None:
            super()._post_clean()
            at_fields = refusal.message_dict if hasattr(refusal, "error_dict") else {"": refusal.messages}
            for name, messages in at_fields.items():
                # A form may show a model's field under another name.
                field = getattr(self, "said_at", {}).get(name, name)
                self.add_error(field if field in self.fields else None, messages)

    return RefusedForm
