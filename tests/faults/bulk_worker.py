"""A worker that does one run, in a process of its own: `python -m tests.faults.bulk_worker <id of the run>`."""

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "whippersnappers.settings"
django.setup()

from sessions_app.bulk import running  # noqa: E402 - only now are there settings

if __name__ == "__main__":
    running.work(sys.argv[1])
