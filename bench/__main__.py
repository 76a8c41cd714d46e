"""`python -m bench`: the benchmarks, as a table on stdout."""

import subprocess
import sys
import tempfile
from pathlib import Path

from bench.ground import engines

if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="whippersnappers-bench-") as directory:
        # Postgres may run as a user of its own.
        Path(directory).chmod(0o755)
        with engines(Path(directory)):
            sys.exit(subprocess.run([sys.executable, "-m", "bench.table"]).returncode)
