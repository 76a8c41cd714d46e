"""The staff pages: Unfold's admin behind our own sign-in, and its navigation.

What a person sees here follows from `accounts/roles.py` alone. The apps above register their own pages;
this module names them only as text.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from csp.decorators import csp_update
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from unfold.sites import UnfoldAdminSite

from whippersnappers.finding.page import search_page

# Besides what every page may do. Scripts still come from here only, and none stands in the page itself.
UNFOLD_POLICY = {"script-src": ["'unsafe-eval'"], "style-src": ["'unsafe-inline'"]}


class StaffSite(UnfoldAdminSite):
    """Django's admin, for people with a staff role, entered and left through allauth."""

    index_title = "Home"

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.pages: dict[str, URLPattern] = {}

    def register_page(self, route: str, view: Callable[..., HttpResponseBase], name: str) -> None:
        """Give the site a page that is no model's: at `route`, called `admin:<name>`. The view guards itself."""
        self.pages[name] = path(route, self.admin_view(view), name=name)

    def extra_urls(self) -> list[URLPattern]:
        """Unfold's hook for pages of one's own."""
        return list(self.pages.values())

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Every staff page, with the policy that Unfold needs: Alpine evaluates what stands in attributes."""
        return csp_update(UNFOLD_POLICY)(super().admin_view(view, cacheable))

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_authenticated and request.user.is_staff)

    @method_decorator(login_not_required)
    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send people to the one way of signing in; those who are in but not staff are refused."""
        if request.user.is_authenticated:
            if not self.has_permission(request):
                raise PermissionDenied
            return redirect("admin:index")
        wanted = request.GET.get("next", "")
        back = wanted if wanted.startswith("/") and not wanted.startswith("//") else reverse("admin:index")
        return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': back})}")

    @method_decorator(require_POST)
    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        import_string(settings.ACCOUNT_ADAPTER)(request).logout(request)
        return redirect("home")

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list of an app's models says nothing that the navigation does not say better."""
        return redirect("admin:index")

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Our own page in the place of Unfold's, which keeps what was found, names and all, in the cache."""
        return search_page(self, request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("account_change_password")


def staff_site() -> StaffSite:
    """The one site of the staff pages."""
    assert isinstance(admin.site, StaffSite)
    return admin.site


@dataclass(frozen=True)
class Item:
    """One line of the navigation: shown when its page exists and the person holds the permission."""

    title: str
    icon: str
    # A model (`app_model`), whose list it opens, or the name of a page that `register_page` was given.
    page: str
    permission: str
    # Names a function of the request that counts what waits there.
    count: str = ""


NAVIGATION: dict[str, list[Item]] = {
    "Sessions": [
        Item("Sessions", "event", "sessions_app_session", "sessions_app.view_session"),
        Item("Calendar", "calendar_month", "calendar", "sessions_app.view_session"),
        Item("Series", "event_repeat", "sessions_app_series", "sessions_app.view_series"),
        Item("Activities", "extension", "sessions_app_activity", "sessions_app.view_activity"),
        Item(
            "Children in my sessions",
            "child_care",
            "sessions_app_childinmysessions",
            "sessions_app.view_childinmysessions",
        ),
        Item("My rota", "event_available", "my_rota", "sessions_app.keep_own_rota"),
        Item("My records", "edit_note", "my_records", "sessions_app.write_own_records"),
        Item("Records", "description", "sessions_app_sessionrecord", "sessions_app.read_all_records"),
        Item("Recordings", "videocam", "sessions_app_recordingfile", "sessions_app.view_recordingfile"),
        Item("Rota", "view_week", "rota", "sessions_app.change_session"),
        Item(
            "Policy alerts",
            "notification_important",
            "sessions_app_policyalert",
            "sessions_app.view_policyalert",
            "sessions_app.admin.badges.policy_alerts_waiting",
        ),
        Item("Waiting this term", "hourglass_top", "waiting_this_term", "sessions_app.change_booking"),
        Item("Staff", "badge", "sessions_app_staffprofile", "sessions_app.view_staffprofile"),
        Item("Skills", "star", "sessions_app_skill", "sessions_app.view_skill"),
        Item("Places", "location_on", "sessions_app_place", "sessions_app.view_place"),
        Item("Terms", "date_range", "sessions_app_term", "sessions_app.view_term"),
        Item("Holidays", "beach_access", "sessions_app_holiday", "sessions_app.view_holiday"),
    ],
    "Families": [
        Item("Families", "home", "families_family", "families.view_family"),
        Item("Parents and carers", "group", "families_guardian", "families.view_guardian"),
        Item("Children", "face", "families_child", "families.view_child"),
        Item("Groups", "groups", "families_group", "families.view_group"),
        Item("Consents", "task_alt", "families_consent", "families.view_consent"),
        Item(
            "Changes from families",
            "rate_review",
            "families_proposal",
            "families.view_proposal",
            "sessions_app.admin.badges.proposals_waiting",
        ),
        Item(
            "Requests about data",
            "lock_person",
            "families_datarequest",
            "families.view_datarequest",
            "sessions_app.admin.badges.data_requests_open",
        ),
    ],
    "In touch": [
        Item("Who has been contacted", "how_to_reg", "contacted", "sessions_app.view_phonetask"),
        Item(
            "Phone list",
            "call",
            "sessions_app_phonetask",
            "sessions_app.view_phonetask",
            "sessions_app.admin.badges.calls_to_make",
        ),
        Item(
            "Help with Zoom",
            "support",
            "families_helprequest",
            "families.view_helprequest",
            "sessions_app.admin.badges.requests_for_help",
        ),
        Item(
            "Mail log",
            "mail",
            "outbox_outgoingmail",
            "outbox.view_outgoingmail",
            "sessions_app.admin.badges.mails_that_did_not_go",
        ),
        Item("Meetings", "videocam", "sessions_app_meeting", "sessions_app.view_meeting"),
        Item("Ways in", "key", "sessions_app_invitation", "sessions_app.view_invitation"),
    ],
    "The portal": [
        Item("People", "person", "accounts_user", "accounts.view_user"),
        Item("Zoom hosts", "cast", "sessions_app_zoomhost", "sessions_app.add_zoomhost"),
        Item("Agreements", "contract", "families_agreement", "families.view_agreement"),
        Item("Audit", "history", "audit_auditevent", "audit.view_auditevent"),
    ],
}
# A coordinator finds children among the families; the list of own children is for those who deliver.
_INSTEAD = {"sessions_app.view_childinmysessions": "families.view_child"}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar for this person: only pages that exist and that the person may open."""
    home: list[dict[str, Any]] = [{"items": [{"title": "Home", "icon": "cottage", "link": reverse("admin:index")}]}]
    groups = [
        {"title": title, "items": [_line(item, request) for item in items if _may_open(item, request)]}
        for title, items in NAVIGATION.items()
    ]
    return home + [group for group in groups if group["items"]]


def _may_open(item: Item, request: HttpRequest) -> bool:
    instead = _INSTEAD.get(item.permission)
    if instead is not None and request.user.has_perm(instead):
        return False
    return _page_exists(item) and request.user.has_perm(item.permission)


def _page_exists(item: Item) -> bool:
    if item.page in staff_site().pages:
        return True
    app, model = item.page.rsplit("_", 1)
    return admin.site.is_registered(apps.get_model(app, model))


def _line(item: Item, request: HttpRequest) -> dict[str, Any]:
    route = item.page if item.page in staff_site().pages else f"{item.page}_changelist"
    line: dict[str, Any] = {"title": item.title, "icon": item.icon, "link": reverse(f"admin:{route}")}
    count = import_string(item.count)(request) if item.count else 0
    return line | ({"badge": str(count), "badge_variant": "primary", "badge_style": "solid"} if count else {})


def environment(request: HttpRequest) -> list[str] | None:
    """The badge beside the title: nobody should take the demo for the real thing."""
    return ["Demo", "warning"] if settings.DEMO else None


def stylesheet(request: HttpRequest) -> str:
    """Our own stylesheet, before Unfold's: its tokens and the parts that Unfold has no class for."""
    return static("staff/staff.css")


def lists_stylesheet(request: HttpRequest) -> str:
    """What lists share: the search, exports, saved filters."""
    return static("staff/lists.css")


def icon(request: HttpRequest) -> str:
    """The little picture in the browser's tab."""
    return static("img/mark.svg")


def script(request: HttpRequest) -> str:
    """Our own script: names for controls that Unfold draws without words."""
    return static("staff/staff.js")


def search_script(request: HttpRequest) -> str:
    """The search over any page, and results while one types."""
    return static("staff/search.js")


def account_links(request: HttpRequest) -> list[dict[str, str]]:
    """What the menu under the own name offers besides signing out."""
    return [
        {"title": "Change password", "link": reverse("account_change_password")},
        {"title": "Second factor", "link": reverse("mfa_index")},
    ]
