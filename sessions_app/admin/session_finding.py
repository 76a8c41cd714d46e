"""How sessions are found: by what they are, where, and who delivers them."""

from django.db.models import DurationField, ExpressionWrapper, F, QuerySet
from django.db.models.functions import Abs, Extract
from django.http import HttpRequest
from django.utils import timezone

from sessions_app.admin.cards import STATE_COLOUR
from sessions_app.admin.session_list import DELIVERED
from sessions_app.models import Session
from whippersnappers import dates
from whippersnappers.finding.lists import Found


class FindsSessions:
    """The search of the sessions' list, and their place on the search page."""

    search_fields = [
        "search_text",
        "place__search_text",
        "assignments__staff__search_text",
        "assignments__staff__user__search_text",
    ]
    search_help_text = "Title, member of staff or place"
    search_place = 4
    search_all = "&when=all"

    def rows_for_search(self, request: HttpRequest) -> QuerySet[Session]:
        """The nearest in time first, ahead or past."""
        seconds = Extract(ExpressionWrapper(F("starts_at") - timezone.now(), DurationField()), "epoch")
        return self.get_queryset(request).select_related("place").order_by(Abs(seconds))  # type: ignore[attr-defined]

    def as_result(self, row: Session) -> Found:
        when = dates.when(row.starts_at, row.ends_at, now=timezone.now())
        where = row.place.name if row.place else DELIVERED[row.delivery]
        state = (row.get_state_display(), STATE_COLOUR[Session.State(row.state)])
        return Found(row.title, f"{when}, {where}", [state])
