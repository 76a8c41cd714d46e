"""`python -m bench`: the benchmarks, each a table on stdout; `python -m bench pages` runs one of them."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.ground import engines

# The module that measures, and the settings with which it does.
PARTS = {
    "outbox": ("bench.table", "whippersnappers.settings"),
    "pages": ("bench.pages", "bench.settings"),
    "presses": ("bench.presses", "bench.settings"),
    "webhooks": ("bench.webhooks", "bench.settings"),
}


def run(part: str) -> int:
    """One benchmark on fresh engines of its own; returns its exit status."""
    module, settings = PARTS[part]
    with tempfile.TemporaryDirectory(prefix="whippersnappers-bench-") as directory:
        # Postgres may run as a user of its own.
        Path(directory).chmod(0o755)
        with engines(Path(directory)):
            environment = os.environ | {"DJANGO_SETTINGS_MODULE": settings}
            return subprocess.run([sys.executable, "-m", module], env=environment).returncode


if __name__ == "__main__":
    wanted = sys.argv[1:] or list(PARTS)
    unknown = set(wanted) - set(PARTS)
    if unknown:
        sys.exit(f"There is no benchmark called {', '.join(unknown)}: choose from {', '.join(PARTS)}.")
    sys.exit(max(run(part) for part in wanted))
