"""pytest plugin: how the tests of `pytest -n 2` are dealt out to the workers.

One by one, so that no worker is left with a long file while the other has nothing to do. Only those of a file
that shares something slow to make stay together, and come first.
"""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    # what everybody can reach, crawled once
    "tests/access/test_leaks.py",
    # a running demo, and the sample charity
    "tests/demo/test_demo_process.py",
    "tests/demo/test_sample.py",
    # real workers
    "tests/faults/test_outbox_faults.py",
    "tests/faults/test_outbox_processes.py",
    "tests/faults/test_zoom_faults.py",
}


class OneByOne(LoadScopeScheduling):
    """Every test is a scope of its own, except those of a file whose tests stay together."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return file if file in TOGETHER else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneByOne | None:
    """Unless another way was asked for with `--dist`."""
    return OneByOne(config, log) if config.getvalue("dist") == "load" else None
