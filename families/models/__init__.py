"""The people the charity is there for."""

from families.models.agreements import Agreement, Consent, Signature
from families.models.children import Child, Group, Guardianship
from families.models.households import Family, Guardian
from families.models.imports import FamilyImport, FamilyImportRow

__all__ = [
    "Agreement",
    "Child",
    "Consent",
    "Family",
    "FamilyImport",
    "FamilyImportRow",
    "Group",
    "Guardian",
    "Guardianship",
    "Signature",
]
