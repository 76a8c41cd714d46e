"""The product's settings, with a page to compare with and a way to count queries over HTTP."""

from whippersnappers.settings import *  # noqa: F403
from whippersnappers.settings import MIDDLEWARE as _MIDDLEWARE

ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "bench.urls"
MIDDLEWARE = ["bench.bare.CountQueries", *_MIDDLEWARE]
