"""Kinds of mail for tests, and a mail server that takes them."""

from collections.abc import Iterator
from typing import Any

import environ
import pytest

from tests import mail_kinds
from tests.mail_sink import Sink


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    mail_kinds.add()
    yield
    mail_kinds.remove()


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """A mail server without faults, and the settings that lead to it."""
    with Sink() as sink:
        use(settings, sink.url)
        yield sink


def use(settings: Any, url: str) -> None:
    """Send through the server with this EMAIL_URL."""
    settings.EMAIL_CONFIG = environ.Env.email_url_config(url)
    settings.EMAIL_TIMEOUT = settings.EMAIL_ANSWER_TIMEOUT = 10
