"""Worries that were raised, and all that hangs on them. No model of this app has admin pages, ever."""

from safeguarding.models.adults import AdultAssessment
from safeguarding.models.alerts import StaffAlert, StaffAlertPerson
from safeguarding.models.bundles import BundleDraft, SentFile
from safeguarding.models.chronology import ChronologyEntry
from safeguarding.models.concerns import Concern
from safeguarding.models.destruction import DestructionCertificate
from safeguarding.models.disclosures import Disclosure
from safeguarding.models.drafts import ConcernDraft
from safeguarding.models.files import ConcernFile
from safeguarding.models.from_alerts import ConcernFromAlert
from safeguarding.models.links import ConcernLink
from safeguarding.models.paper import PaperReport
from safeguarding.models.people import Assignment, ConcernPerson, Recusal
from safeguarding.models.retention import LegalHold, RetentionReview
from safeguarding.models.versions import ConcernVersion
from safeguarding.models.work import Action, Escalation, Referral

__all__ = [
    "Action",
    "AdultAssessment",
    "Assignment",
    "BundleDraft",
    "ChronologyEntry",
    "Concern",
    "ConcernDraft",
    "ConcernFile",
    "ConcernFromAlert",
    "ConcernLink",
    "ConcernPerson",
    "ConcernVersion",
    "DestructionCertificate",
    "Disclosure",
    "Escalation",
    "LegalHold",
    "PaperReport",
    "Recusal",
    "Referral",
    "RetentionReview",
    "SentFile",
    "StaffAlert",
    "StaffAlertPerson",
]
