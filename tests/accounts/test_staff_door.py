"""Staff come in with a password and, where it is required, a second factor."""

import re
import threading
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from tests.factories import UserFactory
from whippersnappers.accounts import emails, people
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox import catalogue
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db

IN, SECOND = "/accounts/login/", "/accounts/2fa/authenticate/"
PASSWORD = "drums and songs on Tuesday"


@pytest.fixture
def maya() -> User:
    user = UserFactory(email="maya@whippersnappers.org", name="Maya Lind", roles=[Role.PRACTITIONER])
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client, email: str = "maya@whippersnappers.org", password: str = PASSWORD, **more: str):
    return client.post(IN, {"login": email, "password": password, **more})


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def events() -> list[str]:
    return list(AuditEvent.objects.order_by("sequence").values_list("event", flat=True))


def totp_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def with_app(user: User) -> str:
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def test_staff_sign_in_with_their_password(client, maya):
    assert sign_in(client, "Maya@Whippersnappers.org").url == "/admin/"
    assert signed_in(client)
    event = AuditEvent.objects.get()
    assert (event.event, event.actor, event.detail) == ("sign_in.done", f"user:{maya.pk}", {"methods": ["password"]})


@pytest.mark.parametrize(
    ("email", "password"),
    [("maya@whippersnappers.org", "wrong"), ("nobody@whippersnappers.org", PASSWORD), ("parent@example.com", PASSWORD)],
)
def test_every_failure_gets_the_same_answer(client, maya, email, password):
    UserFactory(email="parent@example.com", roles=[Role.GUARDIAN])
    response = sign_in(client, email, password)
    assert response.status_code == 200
    assert response.context["form"].non_field_errors() == ["The e-mail address and the password do not match."]
    event = AuditEvent.objects.get()
    assert (event.event, event.actor, event.detail) == ("sign_in.failed", "system:sign-in", {"method": "password"})
    assert email not in str(vars(event))


def test_who_may_not_sign_in_looks_like_a_wrong_password(client, maya):
    User.objects.filter(pk=maya.pk).update(is_active=False)
    response = sign_in(client)
    assert response.context["form"].non_field_errors() == ["The e-mail address and the password do not match."]


def test_the_answer_costs_one_hash_whoever_asks(client, maya, monkeypatch):
    hashed = []
    real = MD5PasswordHasher.encode

    def counted(self, password, salt):
        hashed.append(password)
        return real(self, password, salt)

    UserFactory(email="parent@example.com", roles=[Role.GUARDIAN])
    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    for email in ("maya@whippersnappers.org", "nobody@whippersnappers.org", "parent@example.com"):
        sign_in(client, email, "wrong")
    assert hashed == ["wrong"] * 3


def test_a_staff_session_ends_after_twelve_hours_whatever_happens(client, maya, time_machine_at):
    sign_in(client)
    assert client.session.get_expiry_age() == pytest.approx(12 * 3600, abs=5)
    time_machine_at.shift(timedelta(hours=11))
    assert client.get("/accounts/password/change/").status_code == 200
    time_machine_at.shift(timedelta(hours=1, seconds=10))
    assert client.get("/accounts/password/change/").url.startswith(IN)


def test_who_is_deactivated_is_out_at_once(client, maya, administrator):
    sign_in(client)
    people.deactivate(maya, by=administrator, now=timezone.now())
    assert client.get("/accounts/password/change/").url.startswith(IN)
    people.reactivate(maya, by=administrator, now=timezone.now())
    assert client.get("/accounts/password/change/").url.startswith(IN)


def test_the_way_to_a_page_is_kept_but_not_to_other_sites(client, maya):
    assert (
        client.post(f"{IN}?next=/admin/families/", {"login": maya.email, "password": PASSWORD}).url
        == "/admin/families/"
    )
    client.post("/accounts/logout/")
    assert client.post(f"{IN}?next=https://evil.example/", {"login": maya.email, "password": PASSWORD}).url == "/admin/"


def test_signing_out_is_audited(client, maya):
    sign_in(client)
    client.post("/accounts/logout/")
    assert events() == ["sign_in.done", "sign_out.done"]
    assert not signed_in(client)


def test_a_mistaken_code_request_does_not_block_the_staff_door(client, maya):
    client.post("/accounts/login/code/", {"email": maya.email})
    assert client.get(IN).status_code == 200
    assert sign_in(client).url == "/admin/"


def test_the_second_factor_is_asked_for_and_only_then_is_one_in(client, maya):
    secret = with_app(maya)
    assert sign_in(client).url == SECOND
    assert not signed_in(client)
    assert client.post(SECOND, {"code": "000000" if totp_now(secret) != "000000" else "111111"}).status_code == 200
    assert client.post(SECOND, {"code": totp_now(secret)}).url == "/admin/"
    assert events() == ["second_factor.added", "second_factor.failed", "sign_in.done"]
    assert AuditEvent.objects.get(event="sign_in.done").detail == {"methods": ["password", "mfa"]}


def test_a_second_factor_code_works_once(client, maya):
    secret = with_app(maya)
    sign_in(client)
    code = totp_now(secret)
    client.post(SECOND, {"code": code})
    other = Client()
    sign_in(other)
    assert other.post(SECOND, {"code": code}).status_code == 200
    assert not signed_in(other)


def test_the_app_secret_is_not_readable_in_the_database(maya):
    secret = with_app(maya)
    stored = Authenticator.objects.get(user=maya)
    assert secret not in str(stored.data)
    assert stored.wrap().validate_code(totp_now(secret)) is True


def test_setting_up_an_app_gives_recovery_codes_that_work_once(client, maya):
    sign_in(client)
    page = client.get("/accounts/2fa/totp/activate/")
    assert page.status_code == 200
    assert (
        client.post("/accounts/2fa/totp/activate/", {"code": totp_now(page.context["form"].secret)}).status_code == 302
    )
    codes = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    assert len(codes) == 10
    assert OutgoingMail.objects.get().context["what"] == "totp_added"
    for expected in (True, False):
        other = Client()
        sign_in(other)
        other.post(SECOND, {"code": codes[0]})
        assert signed_in(other) is expected


def test_where_a_second_factor_is_required_nothing_else_opens_before(client, maya, settings):
    settings.MFA_REQUIRED = True
    sign_in(client)
    for path in ("/admin/", "/", "/accounts/password/change/"):
        assert client.get(path).url == "/accounts/2fa/"
    page = client.get("/accounts/2fa/totp/activate/")
    client.post("/accounts/2fa/totp/activate/", {"code": totp_now(page.context["form"].secret)})
    assert client.get("/accounts/password/change/").status_code == 200


def test_a_session_from_before_the_second_factor_does_not_count(client, maya, settings):
    settings.MFA_REQUIRED = True
    sign_in(client)
    with_app(maya)
    assert client.get("/admin/").url == "/accounts/2fa/"


def test_who_takes_the_last_factor_away_must_set_up_another(client, maya, settings, time_machine_at):
    settings.MFA_REQUIRED = True
    secret = with_app(maya)
    sign_in(client)
    client.post(SECOND, {"code": totp_now(secret)})
    assert client.get("/accounts/password/change/").status_code == 200
    client.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=maya).exists()
    assert client.get("/accounts/password/change/").url == "/accounts/2fa/"
    notices = list(OutgoingMail.objects.order_by("created_at").values_list("context__what", flat=True))
    assert notices == ["totp_added", "totp_removed"]


def test_changing_second_factors_asks_for_the_password_after_five_minutes(client, maya, time_machine_at):
    sign_in(client)
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200
    time_machine_at.shift(timedelta(minutes=6))
    assert client.get("/accounts/2fa/totp/activate/").url.startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/?next=/accounts/2fa/totp/activate/", {"password": PASSWORD})
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200


def link_in_mail(kind: str) -> str:
    mail = OutgoingMail.objects.get(kind=kind)
    rendered = catalogue.kind_of(kind).render(mail, timezone.now())
    link = re.search(r"http://localhost:8000(/accounts/password/reset/key/\S+)", rendered.text)
    assert link
    assert link[0] in rendered.html
    return urlsplit(link[0]).path


def choose(client: Client, link: str, password: str = "a brand new password"):
    page = client.get(link)
    if page.status_code != 302:
        return page
    return client.post(page.url, {"password1": password, "password2": password})


def test_new_staff_choose_a_password_with_the_link_in_the_mail(client, administrator):
    now = timezone.now()
    user = people.create_staff("New@whippersnappers.org", "New  Person", [Role.COORDINATOR], by=administrator, now=now)
    link = link_in_mail("account_welcome")
    assert choose(client, link).url == "/accounts/password/reset/key/done/"
    assert sign_in(client, "new@whippersnappers.org", "a brand new password").url == "/admin/"
    assert choose(Client(), link).status_code == 200
    user.refresh_from_db()
    assert (user.name, user.roles) == ("New Person", ["coordinator"])
    assert events() == ["person.added", "password.set", "sign_in.done"]


@pytest.mark.parametrize(("days", "works"), [(6.9, True), (7.1, False)])
def test_a_first_link_works_for_a_week(client, administrator, time_machine_at, days, works):
    people.create_staff("new@whippersnappers.org", "New", [Role.LEAD], by=administrator, now=timezone.now())
    link = link_in_mail("account_welcome")
    time_machine_at.shift(timedelta(days=days))
    assert (choose(client, link).status_code == 302) is works


@pytest.mark.parametrize(("minutes", "works"), [(59, True), (61, False)])
def test_a_link_for_a_forgotten_password_works_for_an_hour(client, maya, time_machine_at, minutes, works):
    assert client.post("/accounts/password/reset/", {"email": maya.email}).url == "/accounts/password/reset/done/"
    link = link_in_mail("password_reset")
    time_machine_at.shift(timedelta(minutes=minutes))
    assert (choose(client, link).status_code == 302) is works


def test_a_link_dies_with_the_account(client, maya, administrator):
    link = urlsplit(emails.set_password_url(maya)).path
    User.objects.filter(pk=maya.pk).update(is_active=False)
    assert choose(client, link).status_code == 200
    guardian = UserFactory(roles=[Role.GUARDIAN])
    assert choose(client, urlsplit(emails.set_password_url(guardian)).path).status_code == 200


@pytest.mark.parametrize("email", ["nobody@whippersnappers.org", "parent@example.com"])
def test_only_staff_are_mailed_a_link_and_nobody_sees_the_difference(client, maya, email):
    UserFactory(email="parent@example.com", roles=[Role.GUARDIAN])
    assert client.post("/accounts/password/reset/", {"email": email}).url == "/accounts/password/reset/done/"
    assert OutgoingMail.objects.count() == 0


def test_weak_passwords_are_refused(client, maya):
    link = urlsplit(emails.set_password_url(maya)).path
    for weak in ("short", "password1234", "maya@whippersnappers.org"):
        assert choose(Client(), link, weak).status_code == 200
    assert choose(client, link, "long enough to be good").status_code == 302


def test_start_over_takes_password_factors_and_sessions_and_sends_a_link(client, maya, administrator):
    secret = with_app(maya)
    sign_in(client)
    client.post(SECOND, {"code": totp_now(secret)})
    people.start_over(maya, by=administrator, now=timezone.now())
    assert client.get("/accounts/password/change/").url.startswith(IN)
    assert not Authenticator.objects.filter(user=maya).exists()
    assert choose(Client(), link_in_mail("account_welcome")).status_code == 302


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/"])
def test_the_admin_uses_our_door(client, maya, path):
    response = client.get(path, follow=True)
    door, _status = response.redirect_chain[-1]
    assert door == f"{IN}?next=%2Fadmin%2F"
    assert client.post(door, {"login": maya.email, "password": PASSWORD}).url == "/admin/"


def test_leaving_through_the_admin_is_audited_too(client, maya):
    sign_in(client)
    assert client.post("/admin/logout/").url == "/"
    assert events() == ["sign_in.done", "sign_out.done"]


def test_the_admin_is_closed_to_families(client):
    client.force_login(UserFactory(roles=[Role.GUARDIAN]))
    assert client.get("/admin/", follow=True).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_one_code_in_two_places_at_the_same_moment_works_once():
    user = UserFactory(roles=[Role.LEAD])
    secret = with_app(user)
    code, start, worked = totp_now(secret), threading.Barrier(4), []

    def enter() -> None:
        start.wait()
        try:
            with transaction.atomic():
                worked.append(Authenticator.objects.get(user=user).wrap().validate_code(code))
        finally:
            connection.close()

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(worked) == [False, False, False, True]
