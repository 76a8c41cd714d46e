"""Addresses of the pages about sessions."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
