"""Which concern was made from which policy alert. The alert itself knows nothing of it: others read alerts too."""

import uuid

from django.db import models

from safeguarding.models.people import CONCERN, certified
from sessions_app.models import PolicyAlert
from whippersnappers.accounts.models import User
from whippersnappers.append_only import append_only


class ConcernFromAlert(models.Model):
    """Somebody who safeguards made a concern of a policy alert. Each of them makes one of an alert at most."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.OneToOneField(CONCERN, on_delete=models.PROTECT, related_name="from_alert")
    alert = models.ForeignKey(PolicyAlert, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["alert", "by"], name="concernfromalert_once")]
        triggers = append_only(unless=certified())

    def __str__(self) -> str:
        return f"Made from an alert ({self.pk})"
