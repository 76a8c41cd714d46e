"""People, for administrators: who may sign in, and as what. Passwords are never seen here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from whippersnappers import dates
from whippersnappers.accounts import people
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import STAFF_ROLES, Role
from whippersnappers.accounts.second_factors import REAL_FACTORS
from whippersnappers.finding.lists import Found
from whippersnappers.staff_admin import StaffAdmin

# These come with libraries and with a page each. Nobody holds a permission for them, and they are no way to manage
# people: roles and services are.
for shipped in (Group, EmailAddress, Authenticator):
    admin.site.unregister(shipped)

# What a role means, for whoever gives it. `roles.py` is the rule, this is its description.
MEANINGS = {
    Role.PRACTITIONER: "delivers sessions; sees own sessions and what is needed of the children in them",
    Role.COORDINATOR: "plans: families, schedule, staff, mail log; no concerns",
    Role.LEAD: "the concern dashboard, unless a concern is about them",
    Role.DEPUTY: "the same as the Safeguarding Lead, in their place",
    Role.TRUSTEE: "oversight: the assurance page and figures; concerns given to them",
    Role.ADMINISTRATOR: "these pages: accounts and settings; never what a concern says",
}
ROLE_CHOICES = [(role.value, f"{role.label}: {MEANINGS[role]}") for role in Role if role in STAFF_ROLES]


class PersonForm(forms.ModelForm):
    """A member of staff. Saving goes through the services of `people.py`."""

    roles = forms.MultipleChoiceField(choices=ROLE_CHOICES, widget=UnfoldAdminCheckboxSelectMultipleWidget)
    name = forms.CharField(max_length=150, widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = User
        fields = ("name", "email", "roles", "is_active")
        help_texts = {
            "email": "Where the link to choose a password goes. Changing it ends the password; a new link goes out.",
            "is_active": "Switched off, the person is signed out at once and cannot come back in.",
        }

    def _post_clean(self) -> None:
        """Leave the instance as it is in the database: the services change it, and say what they refuse."""


class SecondStepFilter(admin.SimpleListFilter):
    """Who has not set up a second step yet."""

    title = "second step"
    parameter_name = "second_step"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Set up"), ("no", "Not set up")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        if not self.value():
            return queryset
        wanted = Q(pk__in=Authenticator.objects.filter(type__in=REAL_FACTORS).values("user"))
        return queryset.filter(wanted if self.value() == "yes" else ~wanted)


class RoleFilter(admin.SimpleListFilter):
    """People who hold a role, perhaps among others."""

    title = "role"
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(role.value, role.label) for role in Role]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        return queryset.filter(roles__contains=[self.value()]) if self.value() else queryset


@admin.register(User)
class PersonAdmin(StaffAdmin):
    """Nobody is deleted: the audit trail names people for ever."""

    form = PersonForm
    list_display = ("__str__", "email", "roles_held", "second_step", "is_active", "signed_in_last")
    list_filter = (RoleFilter, SecondStepFilter, "is_active")
    search_fields = ("search_text",)
    search_place = 6
    export_columns = {
        "Name": "name", "E-mail": "email", "Roles": "roles_held", "Second step": "second_step",
        "May sign in": "is_active", "Signed in last": "last_login", "Added": "created_at",
    }  # fmt: skip
    search_help_text = "A name or an e-mail address"
    actions_submit_line = ("start_over",)
    readonly_fields = ("second_step", "signed_in_last", "added")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=REAL_FACTORS)
        return super().get_queryset(request).annotate(has_factor=Exists(factors))

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            return [(None, {"fields": ("name", "email", "roles")})]
        if obj.roles == [Role.GUARDIAN.value]:
            return [(None, {"fields": ("name", "email", "roles_held", "is_active", "signed_in_last", "added")})]
        return [
            (None, {"fields": ("name", "email", "roles", "is_active")}),
            ("Signing in", {"fields": ("second_step", "signed_in_last", "added")}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Sequence[str]:
        """A parent's or carer's name and address belong to the family and change there."""
        fixed = list(self.readonly_fields)
        if obj is not None and obj.roles == [Role.GUARDIAN.value]:
            fixed += ["name", "email", "roles", "roles_held"]
        return fixed

    def as_result(self, row: User) -> Found:
        gone = [] if row.is_active else [("May not sign in any more", "warning")]
        return Found(str(row), f"{self.roles_held(row)}, {row.email}", gone)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Hand the wishes to the services, in the transaction of the page."""
        wish, by, now = form.cleaned_data, request.user, timezone.now()
        if not change:
            made = people.create_staff(wish["email"], wish["name"], wish["roles"], by=by, now=now)
            obj.__dict__.update(made.__dict__)
            return
        if "name" in wish:
            people.change_name(obj, wish["name"], by=by, now=now)
            people.change_roles(obj, wish["roles"], by=by, now=now)
        stored = (people.reactivate if wish["is_active"] else people.deactivate)(obj, by=by, now=now)
        for sentence in stored.left_undone:
            messages.warning(request, sentence)
        if "email" in wish:
            people.change_email(obj, wish["email"], by=by, now=now)
        if "accounts_user_start_over" in request.POST:
            self.start_over(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    @display(description="last signed in", ordering="last_login")
    def signed_in_last(self, user: User) -> str:
        return _moment(user.last_login) if user.last_login else "Never"

    @display(description="added", ordering="created_at")
    def added(self, user: User) -> str:
        return _moment(user.created_at)

    @display(description="roles")
    def roles_held(self, user: User) -> str:
        return ", ".join(Role(role).label for role in user.roles)

    @display(description="second step", label={"Set up": "success", "Not set up": "warning"})
    def second_step(self, user: User) -> str:
        """Whether an app or a passkey is set up; not a question for parents and carers."""
        if user.roles == [Role.GUARDIAN.value]:
            return "Not needed"
        return "Set up" if getattr(user, "has_factor", False) else "Not set up"

    @action(description="Save and send a new sign-in link")
    def start_over(self, request: HttpRequest, user: User) -> None:
        """For a lost phone or password: the old ones end, a link goes out."""
        people.start_over(user, by=request.user, now=timezone.now())
        messages.success(
            request, f"A new link is on its way to {user.email}. The old password and second step have ended."
        )

    def get_actions_submit_line(self, request: HttpRequest, object_id: str) -> list[Any]:
        """The button is for staff only: parents and carers have neither password nor second step."""
        staff = User.objects.staff().filter(pk=object_id, is_active=True)
        return super().get_actions_submit_line(request, object_id) if staff.exists() else []


def _moment(at: datetime) -> str:
    return f"{dates.day(at, now=timezone.now())}, {dates.clock(at)}"
