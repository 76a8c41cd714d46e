#!/usr/bin/env python
"""Django's command line for the portal."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "whippersnappers.settings")
    if sys.argv[1:2] == ["demo"]:
        # The demo is there only where it is asked for; it makes all other settings itself.
        os.environ.setdefault("ENVIRONMENT", "demo")
        os.environ.setdefault("DEMO", "1")
    execute_from_command_line(sys.argv)
