"""The product's addresses, and the bare view beside them."""

from django.urls import include, path

from bench.bare import bare

urlpatterns = [path("bare/", bare, name="bare"), path("", include("whippersnappers.urls"))]
