"""A mail server for tests of what families and staff are sent."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.mail_sink import Sink
from tests.outbox.conftest import use


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """A mail server without faults, and the settings that lead to it."""
    with Sink() as sink:
        use(settings, sink.url)
        yield sink
