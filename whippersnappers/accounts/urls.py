"""Signing in and out, and the second factor. Only what we offer of allauth's pages has an address."""

from allauth.account import views
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import URLPattern, path, re_path

from whippersnappers.accounts import doors


def _staff(view: doors.View) -> doors.View:
    return doors.staff_only(doors.in_one_transaction(view))


urlpatterns: list[URLPattern] = [
    # The staff door, and what staff can do about their password.
    path("login/", doors.staff_door, name="account_login"),
    path("password/reset/", doors.forgotten_password, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    path("password/reset/key/done/", views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        doors.new_password,
        name="account_reset_password_from_key",
    ),
    path("password/change/", doors.again(_staff(views.password_change)), name="account_change_password"),
    path("reauthenticate/", doors.again(_staff(views.reauthenticate)), name="account_reauthenticate"),
    # The families' door.
    path("login/code/", doors.family_door, name="account_request_login_code"),
    path("login/code/confirm/", doors.code_entry, name="account_confirm_login_code"),
    # The way out.
    path("logout/", doors.in_one_transaction(views.logout), name="account_logout"),
    # The second factor of staff.
    path("2fa/", _staff(mfa.index), name="mfa_index"),
    path("2fa/authenticate/", doors.second_step(doors.in_one_transaction(mfa.authenticate)), name="mfa_authenticate"),
    path("2fa/reauthenticate/", doors.again(_staff(mfa.reauthenticate)), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", doors.again(_staff(totp.activate_totp)), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", _staff(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", _staff(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        _staff(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        _staff(recovery_codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("2fa/webauthn/", _staff(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", _staff(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path(
        "2fa/webauthn/reauthenticate/",
        doors.again(_staff(webauthn.reauthenticate_webauthn)),
        name="mfa_reauthenticate_webauthn",
    ),
    path("2fa/webauthn/keys/<int:pk>/remove/", _staff(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/edit/", _staff(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
]
