"""Who we are: the organisation's facts as settings give them, for pages, mails and checks."""

from dataclasses import dataclass
from datetime import time
from email.utils import parseaddr

from django.conf import settings
from django.http import HttpRequest


@dataclass(frozen=True)
class Organisation:
    """The charity that runs this portal. Times are wall-clock times in Europe/London."""

    name: str
    domain: str
    website: str
    policies_url: str
    support_email: str
    support_phone: str
    safeguarding_lead_name: str
    safeguarding_lead_email: str
    safeguarding_lead_phone: str
    opens_at: time
    closes_at: time
    site_url: str
    from_email: str

    @property
    def from_address(self) -> str:
        """The bare address that mails are sent from."""
        return parseaddr(self.from_email)[1]


def organisation() -> Organisation:
    """The organisation as the settings describe it now."""
    return Organisation(
        name=settings.ORGANISATION_NAME,
        domain=settings.ORGANISATION_DOMAIN,
        website=settings.ORGANISATION_WEBSITE,
        policies_url=settings.ORGANISATION_POLICIES_URL,
        support_email=settings.ORGANISATION_SUPPORT_EMAIL,
        support_phone=settings.ORGANISATION_SUPPORT_PHONE,
        safeguarding_lead_name=settings.ORGANISATION_SAFEGUARDING_LEAD_NAME,
        safeguarding_lead_email=settings.ORGANISATION_SAFEGUARDING_LEAD_EMAIL,
        safeguarding_lead_phone=settings.ORGANISATION_SAFEGUARDING_LEAD_PHONE,
        opens_at=settings.ORGANISATION_OPENS_AT,
        closes_at=settings.ORGANISATION_CLOSES_AT,
        site_url=settings.SITE_URL,
        from_email=settings.DEFAULT_FROM_EMAIL,
    )


def context(request: HttpRequest) -> dict[str, object]:
    """Template context: every page can name the organisation, its support contact and the demo."""
    return {"organisation": organisation(), "demo": settings.DEMO}
