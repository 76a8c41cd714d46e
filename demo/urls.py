"""Addresses of the demo."""

from django.urls import path

from demo import pages

urlpatterns = [
    path("", pages.home, name="demo"),
    path("sign-in/", pages.sign_in, name="demo_sign_in"),
    path("mailbox/", pages.mails, name="demo_mails"),
    path("mailbox/<int:number>/", pages.mail, name="demo_mail"),
    path("mailbox/<int:number>/html/", pages.mail_html, name="demo_mail_html"),
    path("mailbox/<int:number>/parts/<int:part>/", pages.mail_part, name="demo_mail_part"),
]
