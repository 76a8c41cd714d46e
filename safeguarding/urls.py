"""Addresses of the pages about worries and concerns."""

from django.urls import path

from safeguarding import portal

urlpatterns = [
    path("worried/", portal.worried, name="portal_worried"),
    path("worried/sent/", portal.sent, name="portal_worried_sent"),
]
