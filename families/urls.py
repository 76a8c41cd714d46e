"""Addresses of the families' pages about themselves."""

from django.urls import path

from families.portal import easy_read

urlpatterns = [
    path("portal/easy-read/", easy_read.switch, name="portal_easy_read"),
]
