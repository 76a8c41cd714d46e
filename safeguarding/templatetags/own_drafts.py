"""For staff pages: whether whoever reads them has begun a concern and not sent it."""

from django import template

from safeguarding.models import Concern
from whippersnappers.accounts.models import User

register = template.Library()


@register.simple_tag
def own_drafts(user: User) -> list[Concern]:
    """The drafts of this person, the one kept last first."""
    return list(Concern.objects.drafts_of(user))
