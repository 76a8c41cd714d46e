"""All addresses of the portal. The apps' address lists are named as strings: the ground floor imports none."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from whippersnappers import door, health, metrics
from whippersnappers.accounts import portal

handler400 = "whippersnappers.too_much.bad_request"
urlpatterns = [
    path("", door.home, name="home"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("accounts/", include("whippersnappers.accounts.urls")),
    path("portal/devices/", portal.devices, name="portal_devices"),
    path("admin/", admin.site.urls),
    path("", include("families.urls")),
    path("", include("sessions_app.urls")),
    path("", include("safeguarding.urls")),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("demo.urls")))
