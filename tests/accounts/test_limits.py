"""Tries are counted in Postgres: per account, per address, under races, without Redis."""

import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client

from tests.factories import UserFactory
from whippersnappers.accounts import limits
from whippersnappers.accounts.limits import Limit, account_counter, address_counter
from whippersnappers.accounts.models import RateCounter
from whippersnappers.accounts.roles import Role
from whippersnappers.accounts.tasks import sweep_sign_in
from whippersnappers.outbox.models import OutgoingMail

NOW = datetime(2026, 10, 25, 0, 30, tzinfo=ZoneInfo("Europe/London"))
RULE = Limit("test", per_account=3, per_address=5, period=timedelta(minutes=15))


@pytest.mark.django_db
def test_tries_drain_evenly_over_the_period():
    counter = account_counter(RULE, "a@example.org")
    assert [counter.take(NOW) for _ in range(3)] == [None, None, None]
    assert counter.take(NOW) == timedelta(minutes=5)
    assert counter.take(NOW + timedelta(minutes=3)) == timedelta(minutes=2)
    assert counter.take(NOW + timedelta(minutes=5)) is None
    assert counter.take(NOW + timedelta(minutes=5)) == timedelta(minutes=5)
    assert [counter.take(NOW + timedelta(hours=1)) for _ in range(4)].count(None) == 3


@pytest.mark.django_db
def test_a_good_try_is_given_back():
    counter = account_counter(RULE, "a@example.org")
    for _ in range(10):
        assert counter.take(NOW) is None
        counter.give_back()


@pytest.mark.django_db
def test_counters_do_not_mix_and_do_not_name_anybody():
    account_counter(RULE, " A@example.org ").take(NOW)
    account_counter(RULE, "a@example.org").take(NOW)
    account_counter(RULE, "b@example.org").take(NOW)
    address_counter(RULE, "2001:db8::1").take(NOW)
    address_counter(RULE, "2001:db8::2").take(NOW)
    account_counter(Limit("other", 3, 5), "a@example.org").take(NOW)
    keys = list(RateCounter.objects.values_list("key", flat=True))
    assert len(keys) == 4
    assert all(len(key) == 64 and set(key) <= set("0123456789abcdef") for key in keys)


@pytest.mark.django_db(transaction=True)
def test_a_race_of_many_connections_takes_no_more_than_there_is():
    rule = Limit("race", per_account=5, per_address=5)
    results: list[bool] = []
    start = threading.Barrier(8)

    def attack() -> None:
        start.wait()
        for _ in range(5):
            results.append(account_counter(rule, "a@example.org").take(NOW) is None)
        connection.close()

    threads = [threading.Thread(target=attack) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(results), sum(results)) == (40, 5)


@pytest.mark.django_db
def test_wrong_passwords_for_one_account_stop_from_any_address(client, settings):
    settings.TRUSTED_PROXIES = 1
    staff = UserFactory(email="maya@whippersnappers.org", roles=[Role.LEAD])
    staff.set_password("the right password")
    staff.save()

    def attempt(number: int, password: str):
        form = {"login": "maya@whippersnappers.org", "password": password}
        return client.post("/accounts/login/", form, HTTP_X_FORWARDED_FOR=f"6.6.6.6, 203.0.113.{number}")

    statuses = [attempt(n, "wrong").status_code for n in range(10)]
    assert statuses == [200] * 10
    stopped = attempt(11, "the right password")
    assert stopped.status_code == 429
    assert 60 < int(stopped["Retry-After"]) <= 90
    assert b"Please try again in 2 minutes" in stopped.content
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_right_passwords_are_not_counted_against_the_account(client):
    staff = UserFactory(email="maya@whippersnappers.org", roles=[Role.LEAD])
    staff.set_password("the right password")
    staff.save()
    for _ in range(12):
        response = client.post("/accounts/login/", {"login": staff.email, "password": "the right password"})
        assert response.status_code == 302
        client.logout()


@pytest.mark.django_db
def test_one_address_cannot_try_many_accounts_nor_hide_behind_forged_entries(client, settings):
    settings.TRUSTED_PROXIES = 1
    statuses = [
        client.post(
            "/accounts/login/",
            {"login": f"person{n}@example.org", "password": "x"},
            HTTP_X_FORWARDED_FOR=f"198.51.100.{n}, 203.0.113.7",
        ).status_code
        for n in range(limits.SIGN_IN.per_address + 2)
    ]
    assert statuses == [200] * limits.SIGN_IN.per_address + [429] * 2


@pytest.mark.django_db
def test_who_is_stopped_by_address_does_not_use_up_the_account():
    rule = Limit("both", per_account=3, per_address=2)
    seen = []

    @limits.limited(rule, lambda request: "victim@example.org")
    def view(request):
        seen.append(request)
        return limits.too_many(request, timedelta(seconds=1))

    client = Client()
    request = client.get("/accounts/login/").wsgi_request
    request.method = "POST"
    for _ in range(6):
        view(request)
    assert len(seen) == 2
    assert account_counter(rule, "victim@example.org").take(NOW.now(tz=NOW.tzinfo)) is None


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["parent@example.com", "stranger@example.com"])
def test_codes_are_mailed_only_so_often_and_strangers_see_the_same(email):
    UserFactory(email="parent@example.com", roles=[Role.GUARDIAN])
    statuses = [Client().post("/accounts/login/code/", {"email": email}).status_code for _ in range(7)]
    assert statuses == [302] * 5 + [429] * 2
    assert OutgoingMail.objects.count() == (5 if email == "parent@example.com" else 0)


@pytest.mark.django_db
def test_new_browsers_do_not_give_new_tries_at_the_code():
    UserFactory(email="parent@example.com", roles=[Role.GUARDIAN])
    statuses = []
    for _ in range(3):
        client = Client()
        client.post("/accounts/login/code/", {"email": "parent@example.com"})
        for _ in range(4):
            statuses.append(client.post("/accounts/login/code/confirm/", {"code": "nothing"}).status_code)
    assert statuses == [200] * 10 + [429] * 2


@pytest.mark.django_db
def test_links_for_new_passwords_are_mailed_only_so_often(client):
    UserFactory(email="maya@whippersnappers.org", roles=[Role.LEAD])
    statuses = [
        client.post("/accounts/password/reset/", {"email": "maya@whippersnappers.org"}).status_code for _ in range(6)
    ]
    assert statuses == [302] * 5 + [429]


@pytest.mark.django_db
def test_limits_hold_while_redis_is_away(client, settings):
    settings.REDIS_URL = settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    UserFactory(email="parent@example.com", roles=[Role.GUARDIAN])
    statuses = [client.post("/accounts/login/", {"login": "a@b.org", "password": "x"}).status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]


@pytest.mark.django_db
def test_the_sweep_forgets_counters_that_have_drained_and_sessions_that_ended():
    account_counter(RULE, "old").take(NOW)
    account_counter(RULE, "future").take(datetime.now(tz=NOW.tzinfo) + timedelta(days=1))
    sweep_sign_in()
    assert RateCounter.objects.count() == 1
