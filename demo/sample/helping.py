"""A mother who cannot hear the sessions on her tablet, and a father who was helped last week."""

from datetime import datetime, timedelta

from families.helping import ask_for_help, finish
from families.models import Guardian, HelpRequest
from whippersnappers.accounts.models import User

WAITS = "fatima.elsayed@example.net"
WAS_HELPED = "mark.ellis@example.org"
TESTED = "Browser: Your browser can do all that is needed.\nLoudspeaker: Turn the volume up. Turn off “silent”."


def make_requests_for_help(now: datetime) -> None:
    """One request waits since this morning, one is done."""
    waits, helped = (Guardian.objects.get(email=email) for email in (WAITS, WAS_HELPED))
    ask_for_help(
        waits,
        device=HelpRequest.Device.TABLET,
        trying=HelpRequest.Trying.HEAR,
        words="We see you but there is no sound. The children like the drums so much.",
        test_result=TESTED,
        by=waits.user,
        now=now - timedelta(hours=2),
    )
    last_week = now - timedelta(days=7)
    asked = ask_for_help(helped, device=HelpRequest.Device.PHONE, by=helped.user, now=last_week)
    cora = User.objects.get(email="cora@whippersnappers.org")
    note = "Zoom was old. He took the update from the Play Store, and it was fine."
    finish(asked, note=note, by=cora, now=last_week + timedelta(hours=3))
