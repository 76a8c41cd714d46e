"""Addresses of the pages about sessions."""

from django.urls import path

from sessions_app import portal

urlpatterns = [
    path("portal/", portal.home, name="portal"),
    path("join/<str:token>/", portal.join, name="join"),
]
