"""The words of a safeguarding record: every list from which somebody chooses, in one place.

English practice for a small children's charity (Working Together to Safeguard Children; Care Act 2014,
section 42). Values are kept in the database and never change; labels may.
"""

from django.db.models import TextChoices


class Kind(TextChoices):
    """What a concern is about; each kind has its own way."""

    CHILD = "child", "A child"
    ADULT = "adult", "An adult at risk"
    STAFF = "staff", "Allegation about staff or a volunteer"
    LOW_LEVEL = "low_level", "Low-level concern about conduct"
    LEAD = "lead", "About the Safeguarding Lead or deputy"
    ONLINE = "online", "Online incident"
    ORGANISATION = "organisation", "About how we work"


class Severity(TextChoices):
    """How soon somebody must act."""

    IMMEDIATE = "immediate", "Immediate: 999 first, then record"
    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"


class ChildCategory(TextChoices):
    PHYSICAL = "physical", "Physical abuse"
    EMOTIONAL = "emotional", "Emotional abuse"
    SEXUAL = "sexual", "Sexual abuse"
    NEGLECT = "neglect", "Neglect"


class AdultCategory(TextChoices):
    """The ten of the Care Act guidance."""

    PHYSICAL = "adult_physical", "Physical abuse"
    DOMESTIC = "adult_domestic", "Domestic abuse"
    SEXUAL = "adult_sexual", "Sexual abuse"
    PSYCHOLOGICAL = "adult_psychological", "Psychological abuse"
    FINANCIAL = "adult_financial", "Financial abuse"
    MODERN_SLAVERY = "adult_modern_slavery", "Modern slavery"
    DISCRIMINATORY = "adult_discriminatory", "Discriminatory abuse"
    ORGANISATIONAL = "adult_organisational", "Organisational abuse"
    NEGLECT = "adult_neglect", "Neglect"
    SELF_NEGLECT = "adult_self_neglect", "Self-neglect"


# The categories of children and of adults in one list, as a concern keeps them.
CATEGORIES = ChildCategory.choices + AdultCategory.choices


class Tag(TextChoices):
    """What else a concern touches; the last five matter most for disabled children."""

    SEXUAL_EXPLOITATION = "sexual_exploitation", "Sexual exploitation"
    CRIMINAL_EXPLOITATION = "criminal_exploitation", "Criminal exploitation"
    DOMESTIC_ABUSE = "domestic_abuse", "Domestic abuse"
    ONLINE = "online", "Online"
    PEER_ON_PEER = "peer_on_peer", "Between children"
    FGM = "fgm", "Female genital mutilation"
    RADICALISATION = "radicalisation", "Radicalisation"
    SELF_HARM = "self_harm", "Self-harm"
    MISSING = "missing", "Missing"
    MEDICATION = "medication", "Medication"
    RESTRAINT = "restraint", "Restraint"
    INTIMATE_CARE = "intimate_care", "Intimate care"
    COMMUNICATION_DENIED = "communication_denied", "Communication denied"
    EXPLAINED_AWAY = "explained_away", "Injury explained away by the impairment"


class State(TextChoices):
    """Where a concern stands; `states.py` says which steps are allowed."""

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    TRIAGED = "triaged", "Triaged"
    OPEN = "open", "Open"
    REFERRED = "referred", "Referred"
    MONITORING = "monitoring", "Monitoring"
    CLOSING = "closing", "Proposed for closing"
    CLOSED = "closed", "Closed"
    REOPENED = "reopened", "Reopened"
    ERROR = "error", "Entered in error"


class PersonRole(TextChoices):
    """In what role a person stands in a concern: a linked person is not a victim by default."""

    AFFECTED = "affected", "May have been harmed"
    SUBJECT = "subject", "May have caused harm"
    WITNESS = "witness", "Saw or heard it"
    PARENT = "parent", "Parent or carer"
    SIBLING = "sibling", "Brother or sister"
    REPORTER = "reporter", "Told us"
    OTHER = "other", "Connected otherwise"


class Agency(TextChoices):
    CHILDREN = "children", "Children's social care (MASH)"
    ADULTS = "adults", "Adult social care"
    LADO = "lado", "LADO"
    POLICE = "police", "Police (999 or 101)"
    NSPCC = "nspcc", "NSPCC"
    DBS = "dbs", "Disclosure and Barring Service"
    CHARITY_COMMISSION = "charity_commission", "Charity Commission (serious incident)"
    HEALTH = "health", "Ambulance, GP or health"


class LadoOutcome(TextChoices):
    SUBSTANTIATED = "substantiated", "Substantiated"
    FALSE = "false", "False"
    MALICIOUS = "malicious", "Malicious"
    UNSUBSTANTIATED = "unsubstantiated", "Unsubstantiated"
    UNFOUNDED = "unfounded", "Unfounded"


class RetentionClass(TextChoices):
    """How long a concern is kept. Where several fit, the longest clock wins."""

    CHILD = "child", "To the child's 25th birthday"
    SEXUAL = "sexual", "75 years: related to sexual abuse"
    STAFF = "staff", "To pension age, or 10 years if longer: about staff"


class OtherRecipient(TextChoices):
    """Who may be told besides the agencies to which a concern is referred."""

    SCHOOL = "school", "School or nursery"
    COURT = "court", "A court, or a solicitor by its order"
    INSURER = "insurer", "Our insurer"
    PARENT = "parent", "A parent or carer"
    OTHER = "other", "Somebody else"


# Everybody with whom something of a concern can be shared, in one list.
RECIPIENTS = Agency.choices + OtherRecipient.choices


class LawfulBasis(TextChoices):
    """Why the law lets us share (UK GDPR, Articles 6 and 9; Data Protection Act 2018)."""

    SAFEGUARDING = "safeguarding", "To protect a child or an adult at risk (DPA 2018, Schedule 1, paragraph 18)"
    VITAL = "vital", "To protect somebody’s life (UK GDPR, Articles 6(1)(d) and 9(2)(c))"
    CRIME = "crime", "To prevent or detect a crime (DPA 2018, Schedule 1, paragraph 10)"
    LEGAL_DUTY = "legal_duty", "A law or a court requires it (UK GDPR, Article 6(1)(c))"
    CLAIMS = "claims", "For legal claims and advice (UK GDPR, Article 9(2)(f))"
    CONSENT = "consent", "They agreed to it (UK GDPR, Articles 6(1)(a) and 9(2)(a))"


class ShareConsent(TextChoices):
    """Whether those whom it is about agreed to the sharing. Without a yes there is a reason."""

    GIVEN = "given", "Yes, they agreed"
    REFUSED = "refused", "They said no, and it is shared for a reason"
    NOT_ASKED = "not_asked", "They were not asked, for a reason"


class IdentityCheck(TextChoices):
    """How we knew that the one who receives it is who they say."""

    CALLED_BACK = "called_back", "Called back on the number that the agency publishes"
    OFFICIAL_ADDRESS = "official_address", "Official, secure e-mail address of the agency"
    OWN_FORM = "own_form", "The agency’s own secure form"
    BADGE = "badge", "Badge or warrant card seen"
    KNOWN = "known", "Known to us in person"


class FileKind(TextChoices):
    """What a file of a concern is, by its content; nothing else is kept."""

    JPEG = "jpeg", "Picture (JPEG)"
    PNG = "png", "Picture (PNG)"
    PDF = "pdf", "PDF"
    TEXT = "text", "Plain text"
