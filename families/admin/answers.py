"""Consents, which are only ever added, and the agreement, which is frozen once published."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from families import agreeing, consenting, publishing
from families.admin.standing import label
from families.models import Agreement, Consent
from whippersnappers import dates
from whippersnappers.staff_admin import StaffAdmin


class ConsentForm(forms.ModelForm):
    """A new answer. Who gave it must be allowed to."""

    given = forms.TypedChoiceField(
        label="Answer", choices=[("", "Choose"), ("yes", "Yes"), ("no", "No")], coerce=lambda word: word == "yes"
    )

    class Meta:
        model = Consent
        fields = ["child", "purpose", "given", "given_by", "recorded_note"]
        labels = {"given_by": "Answered by", "recorded_note": "How we know"}
        help_texts = {"recorded_note": "Needed when nobody is chosen above, for example “by phone, her mother”."}

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        try:
            consenting.check_consent(self.instance.child, self.instance.given_by, self.instance.recorded_note)
        except ValidationError as refusal:
            self.add_error(None, refusal)


@admin.register(Consent)
class ConsentAdmin(StaffAdmin):
    """Answers about a child. A new answer supersedes the earlier one; nothing is overwritten."""

    form = ConsentForm
    list_display = ["child", "purpose", "answer", "by", "decided", "current"]
    list_filter = ["purpose", "given", ("superseded_at", admin.EmptyFieldListFilter)]
    search_fields = ["child__search_text"]
    export_columns = {
        "Child": "child.__str__", "Reference": "child.reference", "Purpose": "purpose", "Answer": "answer",
        "Answered by": "by", "Answered": "decided_at", "Holds now": "current", "Until": "superseded_at",
    }  # fmt: skip
    search_help_text = "Child"
    autocomplete_fields = ["child", "given_by"]
    fields = ["child", "purpose", "given", "given_by", "recorded_note"]
    ordering = ["-decided_at"]
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Consent]:
        return super().get_queryset(request).select_related("child", "given_by")

    def has_change_permission(self, request: HttpRequest, obj: Consent | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Consent, form: Any, change: bool) -> None:
        stored = consenting.record_consent(
            obj.child, obj.purpose, given=obj.given, given_by=obj.given_by, recorded_note=obj.recorded_note,
            by=request.user, now=timezone.now(),
        )  # fmt: skip
        obj.pk = stored.pk

    @admin.display(description="Answer", ordering="given")
    def answer(self, consent: Consent) -> SafeString:
        return label("Yes", "success") if consent.given else label("No", "danger")

    @admin.display(description="Answered by")
    def by(self, consent: Consent) -> str:
        return str(consent.given_by) if consent.given_by else consent.recorded_note

    @admin.display(description="Answered", ordering="decided_at")
    def decided(self, consent: Consent) -> str:
        return dates.full_moment(consent.decided_at)

    @admin.display(description="Holds now", boolean=True)
    def current(self, consent: Consent) -> bool:
        return consent.superseded_at is None


@admin.register(Agreement)
class AgreementAdmin(StaffAdmin):
    """The undertakings of parents and carers. What is published may have been signed and never changes."""

    list_display = ["__str__", "state", "published"]
    fields = ["text", "easy_text"]
    change_form_outer_before_template = "families/agreement_top.html"
    actions = None

    def has_change_permission(self, request: HttpRequest, obj: Agreement | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.published_at is None)

    def save_model(self, request: HttpRequest, obj: Agreement, form: Any, change: bool) -> None:
        agreeing.save_draft(obj, by=request.user, now=timezone.now())

    @admin.display(description="State")
    def state(self, agreement: Agreement) -> SafeString:
        return label("Published", "success") if agreement.published_at else label("Draft", "warning")

    @admin.display(description="Published on", ordering="published_at")
    def published(self, agreement: Agreement) -> str:
        return dates.full_day(agreement.published_at) if agreement.published_at else "–"

    def get_urls(self) -> list[URLPattern]:
        publish = path(
            "<uuid:key>/publish/", self.admin_site.admin_view(self.publish_page), name="families_agreement_publish"
        )
        return [publish, *super().get_urls()]

    def publish_page(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Ask once more, then make a draft the version that every family signs."""
        agreement = self.get_queryset(request).filter(pk=key).first()
        if not request.user.has_perm("families.change_agreement"):
            raise PermissionDenied
        if agreement is None:
            raise Http404
        back = reverse("admin:families_agreement_change", args=[agreement.pk])
        if agreement.published_at:
            return redirect(back)
        if request.method == "POST":
            return self._publish(request, agreement, back)
        sentences = [
            "From now on this is the text that parents and carers sign.",
            "A mail asks everyone to sign it. Everyone who signed an earlier version is asked again.",
            "Until they do, they have no way into remote sessions.",
            "It can never be changed or deleted.",
        ]
        context = {
            **self.admin_site.each_context(request), "title": f"Publish version {agreement.version}?", "back": back,
            "sentences": sentences, "button": "Publish it", "what": "the agreement",
        }  # fmt: skip
        return TemplateResponse(request, "families/sure.html", context)

    def _publish(self, request: HttpRequest, agreement: Agreement, back: str) -> HttpResponse:
        try:
            asked = publishing.publish(agreement, by=request.user, now=timezone.now())
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            mails = "1 mail asks" if asked == 1 else f"{asked} mails ask"
            said = f"Version {agreement.version} is published. {mails} parents and carers to sign it."
            messages.success(request, said)
        return redirect(back)
