"""Who has signed the agreement, on the pages of guardians and households."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from families import agreeing
from families.models import Guardian
from families.own_names import resembles


class SignedFilter(admin.SimpleListFilter):
    """Parents and carers by whether they signed the version in force."""

    title = "agreement"
    parameter_name = "agreement"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Signed"), ("no", "Not signed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "yes":
                return queryset.filter(has_signed=True)
            case "no":
                return queryset.filter(has_signed=False)
        return queryset


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
