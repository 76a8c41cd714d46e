"""Addresses of the pages about sessions."""

from django.urls import path

from sessions_app import portal, staff_feed

urlpatterns = [
    path("portal/", portal.home, name="portal"),
    path("rota/<str:token>.ics", staff_feed.rota_feed, name="rota_feed"),
    path("place/<str:token>/", portal.place, name="place"),
    path("join/<str:token>/", portal.join, name="join"),
]
