"""Machines ask whether the portal is alive, ready, and how busy it is."""

import json
import time
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from tests.factories import UserFactory
from tests.production_environment import manage, production_environment
from whippersnappers import health
from whippersnappers.outbox.models import Heartbeat, OutgoingMail

pytestmark = pytest.mark.django_db


@pytest.fixture
def beating() -> None:
    Heartbeat.objects.create(name="beat", at=timezone.now() - timedelta(seconds=20))


def mail(late: timedelta) -> None:
    due = timezone.now() - late
    OutgoingMail.objects.create(key="m", kind="security_notice", to="zoe@example.com", not_before=due)


def checks(client: Client) -> tuple[int, dict[str, bool]]:
    response = client.get("/readyz")
    answer = json.loads(response.content)
    assert answer["ready"] is (response.status_code == 200)
    return response.status_code, {name: check["ok"] for name, check in answer["checks"].items()}


WELL = {"database": True, "redis": True, "beat": True, "mail": True}


def test_alive_asks_nobody(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz", HTTP_HOST="10.1.2.3:8000")
    assert (response.status_code, response.content) == (200, b"alive\n")


def test_ready_when_all_is_well(client, beating):
    mail(timedelta(minutes=1))
    assert checks(client) == (200, WELL)


def test_not_ready_without_a_tick(client):
    assert checks(client) == (503, WELL | {"beat": False})


def test_not_ready_when_the_tick_is_old(client):
    Heartbeat.objects.create(name="beat", at=timezone.now() - timedelta(minutes=3))
    assert checks(client) == (503, WELL | {"beat": False})


def test_not_ready_when_a_mail_waits_too_long(client, beating):
    mail(timedelta(minutes=11))
    assert checks(client) == (503, WELL | {"mail": False})


def test_not_ready_without_redis_and_says_so_fast(client, beating, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    started = time.monotonic()
    assert checks(client) == (503, WELL | {"redis": False})
    assert time.monotonic() - started < 2


def test_not_ready_without_the_database(client, monkeypatch):
    def gone(*args: object, **kwargs: object) -> None:
        raise OperationalError("connection to zoe@example.com failed")

    monkeypatch.setattr(health.transaction, "atomic", gone)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert json.loads(response.content)["checks"]["database"] == {"ok": False, "error": "OperationalError"}
    assert b"example.com" not in response.content


def test_a_real_process_without_its_database_still_answers():
    environment = production_environment(DATABASE_URL="postgres://portal@127.0.0.1:1/portal")
    code = (
        "import time, django.test as t; b = time.monotonic(); r = t.Client().get('/readyz', HTTP_HOST='10.0.0.1');"
        " print(r.status_code, time.monotonic() - b < 5, t.Client().get('/healthz').status_code)"
    )
    result = manage("shell", "-v", "0", "-c", code, environment=environment)
    assert result.stdout.split()[-3:] == ["503", "True", "200"]


def test_the_answer_holds_no_person(client, beating):
    mail(timedelta(minutes=11))
    UserFactory(email="zoe@example.com")
    assert b"zoe" not in client.get("/readyz").content


def test_containers_ask_by_command(beating, capsys, settings):
    call_command("is_well")
    assert capsys.readouterr().out == "Well: database, redis, beat, mail.\n"
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    call_command("is_well", "beat", "database")
    with pytest.raises(CommandError, match=r"Not well: redis \(ConnectionError\)"):
        call_command("is_well", "redis")
    with pytest.raises(CommandError, match="no check called weather"):
        call_command("is_well", "weather")


class TestMetrics:
    """Prometheus reads figures; nobody else does."""

    TOKEN = "0Qm3nB6vC9xZ2aS5dF8gH1jK4lP7oI_uYtReWq"

    def test_from_this_computer(self, client):
        assert b"django_http_requests_before_middlewares_total" in client.get("/metrics").content

    @pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP"])
    def test_not_through_a_proxy_on_this_computer(self, client, header):
        assert client.get("/metrics", **{header: "127.0.0.1"}).status_code == 404

    def test_with_the_token_from_anywhere(self, client, settings):
        settings.METRICS_TOKEN = self.TOKEN
        away = {"REMOTE_ADDR": "203.0.113.1", "HTTP_X_FORWARDED_FOR": "203.0.113.1"}
        assert client.get("/metrics", HTTP_AUTHORIZATION=f"Bearer {self.TOKEN}", **away).status_code == 200
        assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer wrong", **away).status_code == 404
        assert client.get("/metrics", HTTP_AUTHORIZATION=f"Basic {self.TOKEN}", **away).status_code == 404
        assert client.get("/metrics", **away).status_code == 404

    def test_without_a_token_no_token_works(self, client, settings):
        settings.METRICS_TOKEN = ""
        assert client.get("/metrics", REMOTE_ADDR="203.0.113.1", HTTP_AUTHORIZATION="Bearer ").status_code == 404

    def test_being_signed_in_does_not_help(self, client, administrator):
        client.force_login(administrator)
        assert client.get("/metrics", REMOTE_ADDR="203.0.113.1").status_code == 404

    def test_no_person_and_no_token_in_the_figures(self, client):
        client.get("/join/t0ken-of-a-family/?q=needle")
        client.post("/accounts/login/", {"login": "zoe@example.com", "password": "needle"})
        text = client.get("/metrics").content.decode()
        assert [word for word in ("t0ken", "needle", "zoe", "example.com") if word in text] == []
