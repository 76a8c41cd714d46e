"""Fails unless .env.example names exactly the variables that the settings read."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The demo makes these for itself; an installation has no use for them.
ONLY_DEMO = {"DEMO_DATA", "DEMO_PORT", "DEMO_ZOOM_PORT", "DEMO_SMTP_PORT"}
# Read by docker-compose.yml itself, not by the settings.
ONLY_COMPOSE = re.compile(r"^(POSTGRES|COMPOSE|WEB|VALKEY)_")


def read_by_settings() -> set[str]:
    """The names in `env.str("NAME"…)` and the like."""
    text = (ROOT / "whippersnappers" / "settings.py").read_text()
    return set(re.findall(r"""\benv(?:\.\w+)?\(\s*["']([A-Z][A-Z0-9_]*)["']""", text)) - ONLY_DEMO


def named_in_example() -> set[str]:
    """The names of all lines `NAME=…`, commented out or not."""
    text = (ROOT / ".env.example").read_text()
    return set(re.findall(r"^#?\s?([A-Z][A-Z0-9_]*)=", text, flags=re.MULTILINE))


def main() -> int:
    wanted, named = read_by_settings(), named_in_example()
    for name in sorted(wanted - named):
        print(f".env.example does not explain {name}, which the settings read")
    stale = {name for name in named - wanted if not ONLY_COMPOSE.match(name)}
    for name in sorted(stale):
        print(f".env.example explains {name}, which nothing reads")
    return 1 if wanted - named or stale else 0


if __name__ == "__main__":
    sys.exit(main())
