"""When the demo starts at other ports than before, the meetings that it made lead to where its Zoom is now."""

import re

from django.conf import settings

from sessions_app.models import Meeting

# As the simulator gives them: an address of this computer, and a port.
_BEFORE = re.compile(r"^http://(?:localhost|127\.0\.0\.1):\d+(?=/)")


def lead_meetings_here() -> int:
    """Correct the addresses of the simulator's meetings; answers how many were elsewhere.

    One by one: they are encrypted.
    """
    moved = 0
    for meeting in Meeting.objects.exclude(join_url="").only("pk", "join_url"):
        address = _BEFORE.sub(settings.ZOOM_OAUTH_URL, meeting.join_url)
        if address != meeting.join_url:
            meeting.join_url = address
            meeting.save(update_fields=["join_url"])
            moved += 1
    return moved
