"""The portal's own commands and worker, in a process of their own that also knows the kinds of mail for tests.

`celery -A tests.faults.mail_worker worker …`, `python -m tests.faults.mail_worker deliver …` (any management
command). `put 30` before the command puts that many mails into the outbox first. The command `fork` makes senders
quickly: for each line on stdin it forks one that sweeps once, says its process id, and waits.
"""

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "whippersnappers.settings"
django.setup()

from django.core.management import call_command  # noqa: E402 - only now are there settings

from tests import mail_kinds  # noqa: E402
from whippersnappers.celery import app  # noqa: E402, F401 - what celery looks for here
from whippersnappers.outbox.sweeping import sweep  # noqa: E402

mail_kinds.add()


def fork_senders() -> None:
    """Make one sender after the other until stdin ends."""
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            # What it logs must not come between the process ids.
            os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
            sweep()
            os._exit(0)
        print(pid, flush=True)
        os.waitpid(pid, 0)


def main(words: list[str]) -> None:
    """Do what the words on the command line say."""
    if words[0] == "put":
        for number in range(int(words[1])):
            mail_kinds.put(number)
        words = words[2:]
    if words == ["fork"]:
        fork_senders()
    elif words:
        call_command(*words)


if __name__ == "__main__":
    main(sys.argv[1:])
