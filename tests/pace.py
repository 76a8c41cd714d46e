"""pytest plugin: what would slow every test down and gives none of them anything.

Python looks for garbage after every 700 new objects, and each third look or so goes through all that the portal, its
libraries and five thousand collected tests hold: a sixth of the run. What is there when the tests begin stays until
they end, so it is set aside; what tests make is looked through less often.

The portal is also started some thirty times in processes of its own. Where Python was told to keep no compiled
modules, each start compiled all of them anew.
"""

import gc
import os
import sys

import pytest

# New objects before a look for garbage: about what one page makes.
OBJECTS = 20_000


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    gc.disable()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS, 10, 10)
    gc.enable()
