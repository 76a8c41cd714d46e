"""Pages in a real browser. Assertions in `eyes.py` explain themselves like those of tests."""

import pytest

pytest.register_assert_rewrite("tests.browser.eyes")
