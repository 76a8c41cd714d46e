"""The people the charity is there for."""

from families.models.agreements import Agreement, Consent, Signature
from families.models.children import Child, Group, Guardianship
from families.models.data_requests import DataRequest
from families.models.helping import HelpRequest
from families.models.households import Family, Guardian
from families.models.imports import FamilyImport, FamilyImportRow
from families.models.proposals import DetailsConfirmed, Proposal

__all__ = [
    "Agreement",
    "Child",
    "Consent",
    "DataRequest",
    "DetailsConfirmed",
    "Family",
    "FamilyImport",
    "FamilyImportRow",
    "Group",
    "Guardian",
    "Guardianship",
    "HelpRequest",
    "Proposal",
    "Signature",
]
