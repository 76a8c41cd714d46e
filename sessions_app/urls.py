"""Addresses of the pages about sessions."""

from django.urls import path

from sessions_app import staff_feed
from sessions_app.portal import home, join

urlpatterns = [
    path("portal/", home.home, name="portal"),
    path("rota/<str:token>.ics", staff_feed.rota_feed, name="rota_feed"),
    path("place/<str:token>/", join.place, name="place"),
    path("join/<str:token>/", join.join, name="join"),
]
