"""Who has signed the agreement, on the pages of guardians and households."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from families import agreeing
from families.admin.standing import label
from families.models import Guardian
from families.own_names import resembles


class SignedFilter(admin.SimpleListFilter):
    """Parents and carers by whether they signed the version in force."""

    title = "agreement"
    parameter_name = "agreement"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Signed"), ("unlike", "Signed with another name"), ("no", "Not signed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "yes":
                return queryset.filter(has_signed=True)
            case "unlike":
                return queryset.filter(pk__in=[one.pk for one in queryset.order_by() if is_other_name(one)])
            case "no":
                return queryset.filter(has_signed=False)
        return queryset


def is_other_name(guardian: Any) -> bool:
    """Whether the guardian, who knows `signed_as`, signed with a name unlike the one that we hold."""
    return bool(guardian.signed_as) and not resembles(guardian.signed_as, guardian)


def signature_cell(guardian: Any) -> SafeString:
    """Whether a guardian, who knows `has_signed` and `signed_as`, has signed, and with which name."""
    if not guardian.has_signed:
        return label("Not signed", "warning")
    said = label("Signed", "success")
    if not guardian.signed_as:
        return said
    mark = label("Unlike our name", "danger") if is_other_name(guardian) else ""
    # One piece: on a phone a cell lays its pieces out beside one another.
    return format_html('<span>{} as “<span dir="auto">{}</span>” {}</span>', said, guardian.signed_as, mark)


def signature_in_file(guardian: Any) -> str:
    """The same for a file that leaves the house: what somebody signed with stays here."""
    if not guardian.has_signed:
        return "Not signed"
    return "Signed, unlike our name" if is_other_name(guardian) else "Signed"


def agreement_of(guardian: Guardian) -> dict[str, Any]:
    """For the card on the guardian's page: the version in force, their signature under it, and earlier ones."""
    current = agreeing.current_agreement()
    signatures = list(guardian.signatures.select_related("agreement", "seen_by").order_by("-agreement__version"))
    newest = signatures[0] if signatures and current and signatures[0].agreement_id == current.pk else None
    return {
        "agreement": current,
        "signature": newest,
        "is_own_name": newest is None or resembles(newest.typed_name, guardian),
        "earlier": [one for one in signatures if one is not newest],
    }
