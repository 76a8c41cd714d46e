"""Addresses of the families' pages about themselves."""

from django.urls import path

from families.portal import asking, children, consent, easy_read, me, zoom

urlpatterns = [
    path("portal/easy-read/", easy_read.switch, name="portal_easy_read"),
    path("portal/children/", children.children, name="portal_children"),
    path("portal/children/<uuid:pk>/", children.child, name="portal_child"),
    path("portal/children/<uuid:pk>/change/", children.change, name="portal_child_change"),
    path("portal/children/<uuid:pk>/nothing-changed/", children.nothing_changed, name="portal_child_nothing_changed"),
    path("portal/children/<uuid:pk>/consent/", consent.consent, name="portal_consent"),
    path("portal/changes/<uuid:pk>/take-back/", children.take_back, name="portal_take_back"),
    path("portal/zoom/", zoom.guides, name="portal_zoom"),
    path("portal/zoom/test/", zoom.device_test, name="portal_device_test"),
    path("portal/zoom/speed/", zoom.speed, name="portal_speed"),
    path("portal/zoom/<str:device>/", zoom.guide, name="portal_zoom_guide"),
    path("portal/help/", asking.ask, name="portal_help"),
    path("portal/me/", me.me, name="portal_me"),
    path("portal/me/contact/", me.contact, name="portal_contact"),
    path("portal/me/e-mail/", me.address, name="portal_address"),
]
