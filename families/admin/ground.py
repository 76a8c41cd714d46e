"""What the pages of families share: saving through services, and not undoing each other's work."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextareaWidget

from families import registering
from families.models import Child, Family, Guardian, Guardianship
from whippersnappers.crypto import EncryptedTextField
from whippersnappers.staff_admin import StaffAdmin

MEANWHILE = (
    "Somebody else changed this while you had it open. Your entries stand below: compare, and save again to keep yours."
)
_SAVE: dict[type[models.Model], Callable[..., Any]] = {
    Family: registering.save_family,
    Guardian: registering.save_guardian,
    Child: registering.save_child,
    Guardianship: registering.save_guardianship,
}
_CHECK: dict[type[models.Model], Callable[[Any], None]] = {
    Family: registering.check_family,
    Guardian: registering.check_guardian,
    Child: lambda child: registering.check_child(child, timezone.localdate()),
    Guardianship: registering.check_guardianship,
}
TEXTAREAS: dict[type[models.Field], dict[str, Any]] = {
    EncryptedTextField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 3})}
}


def save(instance: models.Model, *, by: Any, now: datetime) -> None:
    """Store a family, guardian, child or guardianship by the service that is there for it."""
    _SAVE[type(instance)](instance, by=by, now=now)


def mark_of(instance: models.Model) -> str:
    """A mark of everything a person can edit of the instance, as stored now."""
    values = [str(getattr(instance, field.attname)) for field in instance._meta.concrete_fields if not field.generated]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:20]


class CheckedForm(forms.ModelForm):
    """A form that says beforehand what its service would say, at the field; and that notices when somebody
    else has changed the same thing since the page was opened."""

    mark = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored_mark = "" if self.instance._state.adding else mark_of(self.instance)
        self.initial["mark"] = self.stored_mark
        self.met_another = False
        if "reference" in self.fields:
            self.fields["reference"].required = False
            self.fields["reference"].help_text = "Leave it empty to get the next free one."

    def has_changed(self) -> bool:
        return bool(set(self.changed_data) - {"mark"})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        seen = self.data.get(self.add_prefix("mark"), "")
        if self.stored_mark and seen and seen != self.stored_mark:
            data = self.data.copy()  # type: ignore[attr-defined]
            data[self.add_prefix("mark")] = self.stored_mark
            self.data = data
            self.add_error(NON_FIELD_ERRORS, MEANWHILE)
            self.met_another = True
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.met_another or set(self.errors) - {NON_FIELD_ERRORS}:
            return
        try:
            _CHECK[type(self.instance)](self.instance)
        except ValidationError as refusal:
            # What the database would say about the whole line, the service says at the fields.
            self.errors.pop(NON_FIELD_ERRORS, None)
            for field, messages in refusal.message_dict.items():
                self.add_error(field if field in self.fields else None, messages)


class EndingFormSet(forms.BaseInlineFormSet):
    """Lines of who stands for whom: a restriction must not be lost by ticking “delete”."""

    def clean(self) -> None:
        super().clean()
        for form in self.deleted_forms:
            if isinstance(form.instance, Guardianship) and not form.instance._state.adding:
                registering.check_ending(Guardianship.objects.get(pk=form.instance.pk))


class FamiliesAdmin(StaffAdmin):
    """A page whose saves go through the services. Nothing is ever deleted here; people are archived."""

    form = CheckedForm
    formfield_overrides = TEXTAREAS
    actions: Any = None
    compressed_fields = False

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        save(obj, by=request.user, now=timezone.now())

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        now = timezone.now()
        instances = formset.save(commit=False)
        for ended in formset.deleted_objects:
            registering.end_guardianship(ended, by=request.user, now=now)
        for instance in instances:
            save(instance, by=request.user, now=now)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The first fieldset carries the mark, which cannot be seen."""
        fieldsets = super().get_fieldsets(request, obj)
        if not self.has_change_permission(request, obj):
            return fieldsets
        (title, options), *rest = fieldsets
        return [(title, {**options, "fields": [*options["fields"], "mark"]}), *rest]
