"""Addresses of the pages about worries and concerns."""

from django.urls import path

from safeguarding import portal
from safeguarding.dashboard import concern, home, search

urlpatterns = [
    path("worried/", portal.worried, name="portal_worried"),
    path("worried/sent/", portal.sent, name="portal_worried_sent"),
    path("safeguarding/", home.home, name="safeguarding_home"),
    path("safeguarding/concerns/", search.search, name="safeguarding_search"),
    path("safeguarding/concerns/<uuid:pk>/", concern.concern, name="safeguarding_concern"),
]
