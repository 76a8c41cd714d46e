"""How the web process runs. `WEB_CONCURRENCY` sets the number of worker processes, which is 2 otherwise."""

import os
import shutil
from pathlib import Path
from typing import Any

from prometheus_client import multiprocess

from whippersnappers.logs import logging_settings

bind = "0.0.0.0:8000"  # inside its container; the proxy is the only one who reaches it
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = 4
timeout = 30
graceful_timeout = 20
# Workers are renewed now and then, not all at once.
max_requests = 2000
max_requests_jitter = 400
# A heartbeat on a disc that is busy would make workers look dead.
_memory = Path("/dev/shm")  # noqa: S108  # only gunicorn's own heartbeat files
worker_tmp_dir = str(_memory) if _memory.is_dir() else None
# Requests are logged by the portal itself, without personal data; gunicorn's own lines look like all others.
logconfig_dict = logging_settings(as_json=os.environ.get("ENVIRONMENT", "production") == "production", level="INFO")
accesslog = None
control_socket_disable = True

_metrics = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
if _metrics:
    shutil.rmtree(_metrics, ignore_errors=True)
    Path(_metrics).mkdir(parents=True)


def child_exit(server: Any, worker: Any) -> None:
    """A worker that is gone must not count in the figures for ever."""
    if _metrics:
        multiprocess.mark_process_dead(worker.pid)
