"""The product's addresses, and the bare views beside them."""

from django.urls import include, path

from bench.bare import bare, bare_row

urlpatterns = [
    path("bare/", bare, name="bare"),
    path("bare/row/", bare_row, name="bare_row"),
    path("", include("whippersnappers.urls")),
]
