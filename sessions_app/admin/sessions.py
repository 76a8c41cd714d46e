"""Sessions as staff see them: the list, the form, and for those who deliver a page to read."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from sessions_app import planning, suggesting
from sessions_app.admin.bulk_actions import BULK_ACTIONS
from sessions_app.admin.bulk_pages import bulk_urls
from sessions_app.admin.cards import card
from sessions_app.admin.keeping import KeepAsActivity
from sessions_app.admin.letting_in import LetInOnce
from sessions_app.admin.mail_preview import preview_html, preview_page
from sessions_app.admin.mending import page_of
from sessions_app.admin.session_export import ExportsSessions
from sessions_app.admin.session_finding import FindsSessions
from sessions_app.admin.session_form import SessionForm
from sessions_app.admin.session_inlines import (
    ItemInline,
    LinesFormSet,
    StaffFormSet,
    StaffInline,
    StepInline,
    without_side_doors,
)
from sessions_app.admin.session_list import (
    DELIVERED,
    BlockedFilter,
    DaysFilter,
    SessionChangeList,
    StaffFilter,
    WhenFilter,
    contacted_said,
    mends_said,
    two_lines,
)
from sessions_app.admin.session_reader import for_reader
from sessions_app.admin.session_steps import PAGES
from sessions_app.admin.steps import Step, respond, told_in
from sessions_app.admin.using_activities import UsesActivities
from sessions_app.admin.waiting_list import waiting_list
from sessions_app.admin.waiting_steps import WAITING_PAGES
from sessions_app.contacting import contacts_of, unsigned_said
from sessions_app.door_list import door_list
from sessions_app.models import Session
from sessions_app.readiness import family_texts, gate_facts
from sessions_app.text_advice import advise_on_all
from whippersnappers import dates
from whippersnappers.accounts.access import signed_in

_STEPS: list[type[Step]] = [*PAGES, *WAITING_PAGES, KeepAsActivity, LetInOnce]
_EDITABLE = (Session.State.DRAFT, Session.State.CONFIRMED)


@admin.register(Session)
class SessionAdmin(FindsSessions, ExportsSessions, UsesActivities):
    """What is planned. Everything that changes goes through the services."""

    form = SessionForm
    inlines = [StepInline, ItemInline, StaffInline]
    list_display = ["when", "name", "status", "places", "to_mend", "contacted"]
    list_display_links = ["when", "name"]
    list_filter = [
        WhenFilter,
        ("state", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("delivery", ChoicesDropdownFilter),
        StaffFilter,
        ("starts_at", DaysFilter),
        BlockedFilter,
    ]
    list_filter_sheet = True
    list_filter_submit = True
    list_fullwidth = True
    actions = BULK_ACTIONS
    conditional_fields = {"place": "delivery == 'in_person'"}
    change_form_outer_before_template = "staff/session_top.html"
    change_form_outer_after_template = "staff/session_families.html"
    compressed_fields = False

    # --- The list

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[SessionChangeList]:
        return SessionChangeList

    @admin.display(description="When", ordering="starts_at")
    def when(self, session: Session) -> SafeString:
        times = dates.times(session.starts_at, session.ends_at, now=session.starts_at)
        return two_lines(dates.day(session.starts_at, now=timezone.now()), times)

    @admin.display(description="Session", ordering="title")
    def name(self, session: Session) -> SafeString:
        return two_lines(session.title, f"{session.get_kind_display()}, {DELIVERED[session.delivery]}")

    @admin.display(description="State", ordering="state")
    def status(self, session: Any) -> SafeString:
        return format_html('<span class="st-label st-label--{}">{}</span>', session.line.colour, session.line.state)

    @admin.display(description="Places", ordering="capacity")
    def places(self, session: Any) -> str:
        return f"{session.line.taken} of {session.capacity}"

    @admin.display(description="To mend")
    def to_mend(self, session: Any) -> str:
        return mends_said(session.line, timezone.now())

    @admin.display(description="Contacted")
    def contacted(self, session: Any) -> str:
        return contacted_said(session.contacted, session.state)

    def get_list_display(self, request: HttpRequest) -> list[str]:
        if request.user.has_perm("sessions_app.change_session"):
            return list(self.list_display)
        return ["when", "name", "status", "places"]

    # --- The form

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        queryset = super().get_queryset(request)
        if request.user.has_perm("sessions_app.change_session"):
            return queryset
        return queryset.exclude(state=Session.State.DRAFT)

    def has_change_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.state in _EDITABLE)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Session | None:
        session = super().get_object(request, object_id, from_field)
        if session is not None and request.method == "POST" and self.has_change_permission(request):
            # Saving waits for whoever is saving the same session, and then sees what they stored.
            return Session.objects.select_for_update().get(pk=session.pk)
        return session

    def get_fieldsets(self, request: HttpRequest, obj: Session | None = None) -> list[Any]:
        when = (
            [] if obj and obj.state == Session.State.CONFIRMED else [("When", {"fields": [("day", "starts", "ends")]})]
        )
        return [
            ("What", {"fields": ["title", ("kind", "delivery"), "place", "summary"]}),
            *when,
            ("Children and mails", {"fields": [("capacity", "pre_session_hours")]}),
            ("Choosing staff", {"fields": ["wanted_skills"]}),
        ]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "summary":
            field.widget.attrs["rows"] = 3
        return without_side_doors(field) if db_field.name == "place" else field

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        session = self.get_queryset(request).filter(pk=_uuid_or_404(object_id)).first()
        if session is None:
            raise Http404
        if not self.has_change_permission(request, session):
            if request.method == "POST":
                raise PermissionDenied
            return self.read_page(request, session)
        context = self._around(session, timezone.now()) | for_reader(session, signed_in(request), timezone.now())
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        plain = {"show_save_and_continue": False, "show_save_and_add_another": False}
        title = {} if object_id else {"title": "Plan a session"}
        return super().changeform_view(request, object_id, form_url, plain | title | (extra_context or {}))

    def _around(self, session: Session, now: datetime) -> dict[str, Any]:
        """What stands above and below the form: readiness, the next steps, and the families."""
        line = card(gate_facts(Session.objects.filter(pk=session.pk)).get(), now)
        is_over = session.ends_at <= now
        may_move = session.state in _EDITABLE and not is_over
        contacts = contacts_of(session.pk)
        bookings = session.bookings.select_related("child").order_by("child__known_as", "child__last_name")
        return {
            "title": session.title,
            "subtitle": None,
            "card": line,
            "reading": advise_on_all(family_texts(line.session)),
            "told_in": told_in(session, now),
            "now": now,
            "is_over": is_over,
            "may_move": may_move,
            "suggestions": suggesting.suggest([line.session]).get(session.pk) if may_move else None,
            "contacts": contacts,
            "unsigned": unsigned_said(contacts) if may_move and session.is_remote else "",
            "bookings": list(bookings.holding_a_place().knowing_consent()),
            "waiting": waiting_list(session, now),
            "meeting": session.meetings.filter(is_wanted=True).select_related("host").first(),
        }

    def read_page(self, request: HttpRequest, session: Session) -> HttpResponse:
        """A session to read: for those who deliver it, and for everybody once it is over or called off."""
        context = self.admin_site.each_context(request) | self._around(session, timezone.now())
        context |= {"opts": None, "plans": request.user.has_perm("sessions_app.change_session")}
        context |= {"steps": session.steps.all(), "items": session.items.all(), "door": door_list(session)}
        context |= for_reader(session, signed_in(request), timezone.now())
        context["may_see_children"] = request.user.has_perm("sessions_app.view_childinmysessions")
        return TemplateResponse(request, "staff/session_read.html", context)

    # --- Saving

    def save_model(self, request: HttpRequest, obj: Session, form: Any, change: bool) -> None:
        planning.save_session(obj, by=request.user, now=timezone.now())

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if isinstance(formset, LinesFormSet):
            formset.save_in_order()
        if isinstance(formset, StaffFormSet):
            formset.save_by_services(by=request.user, now=timezone.now())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        planning.settle(form.instance.pk, by=request.user, now=timezone.now())

    def response_add(self, request: HttpRequest, obj: Session, post_url_continue: str | None = None) -> HttpResponse:
        return self._saved(request, obj, "Saved as a draft.")

    def response_change(self, request: HttpRequest, obj: Session) -> HttpResponse:
        if obj.state != Session.State.CONFIRMED:
            return self._saved(request, obj, "Saved.")
        soon = told_in(obj, timezone.now())
        return self._saved(request, obj, f"Saved. Families are told {soon} of what matters to them.")

    def _saved(self, request: HttpRequest, session: Session, sentence: str) -> HttpResponse:
        messages.success(request, sentence)
        return redirect(page_of(session))

    # --- Pages of their own

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<uuid:pk>/{page.path}",
                self.admin_site.admin_view(self._page_view(page)),
                name=f"sessions_app_session_{page.name}",
            )
            for page in _STEPS
        ]
        own += [
            path(
                f"<uuid:pk>/mails/{tail}",
                self.admin_site.admin_view(self._mail_view(page)),
                name=f"sessions_app_session_{name}",
            )
            for tail, page, name in (("", preview_page, "mails"), ("html/", preview_html, "mail_html"))
        ]
        return own + bulk_urls(self) + super().get_urls()

    def _planned(self, request: HttpRequest, pk: Any) -> Session:
        """The session, for somebody who plans; 404 for one that they cannot see, 403 for the others."""
        session = self.get_queryset(request).filter(pk=pk).first()
        if session is None:
            raise Http404
        if not request.user.has_perm("sessions_app.change_session"):
            raise PermissionDenied
        return session

    def _mail_view(self, page: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        def view(request: HttpRequest, pk: Any) -> HttpResponseBase:
            return page(request, self._planned(request, pk), timezone.now(), self.admin_site)

        return view

    def _page_view(self, page: type[Step]) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, pk: Any, **kwargs: Any) -> HttpResponse:
            step = page(request, self._planned(request, pk), timezone.now(), **kwargs)
            return respond(step, self.admin_site)

        return view


def _uuid_or_404(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(unquote(text))
    except ValueError as error:
        raise Http404 from error
