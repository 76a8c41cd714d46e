"""Makes worker processes quickly: it has loaded the portal once and forks for every order.

Orders are JSON lines on stdin. `{"meeting": id, "zoom": url}` starts a process that brings the meeting on and
answers with its process id; `{"wait": pid}` answers with how it ended, a negative number for a signal.
"""

import json
import os
import sys
import traceback

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "whippersnappers.settings"
django.setup()

from django.conf import settings  # noqa: E402 - only now are there settings

from sessions_app.meetings import ensure_meeting  # noqa: E402


def work(order: dict[str, str]) -> None:
    """The worker itself."""
    settings.ZOOM_OAUTH_URL, settings.ZOOM_API_URL = order["zoom"], f"{order['zoom']}/v2"
    try:
        ensure_meeting(order["meeting"])
    except BaseException:  # noqa: BLE001 - the test reads how it ended
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def main() -> None:
    """Take orders until stdin ends."""
    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            answer = os.waitstatus_to_exitcode(os.waitpid(order["wait"], 0)[1])
        else:
            answer = os.fork()
            if answer == 0:
                work(order)
        print(answer, flush=True)


if __name__ == "__main__":
    main()
