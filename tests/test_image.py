"""What ships: an image without demo, tests and secrets, and a compose file that says how it runs."""

import re
from typing import Any

import pytest
import yaml

from tests.production_environment import ROOT
from whippersnappers.celery import app

DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("web", "worker", "mailer", "beat", "migrate")


def test_the_services_are_those_of_the_portal_and_its_engines():
    assert set(SERVICES) == {*OURS, "postgres", "valkey"}


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_each_service_comes_back_and_is_watched(name):
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"]
    assert service["logging"]["options"]["max-size"]


@pytest.mark.parametrize("name", OURS)
def test_our_services_may_as_little_as_possible(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


def test_nothing_starts_before_the_migrations_are_done():
    for name in ("web", "worker", "mailer", "beat"):
        waits = SERVICES[name]["depends_on"]
        assert waits["migrate"] == {"condition": "service_completed_successfully"}
        assert waits["postgres"] == waits["valkey"] == {"condition": "service_healthy"}
    assert SERVICES["migrate"]["restart"] == "no"


def test_only_the_proxy_of_this_computer_reaches_the_portal_and_nobody_the_engines():
    assert SERVICES["web"]["ports"] == ["127.0.0.1:${WEB_PORT:-8000}:8000"]
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["web"]


def test_the_data_outlive_the_containers():
    assert SERVICES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]
    assert set(COMPOSE["volumes"]) == {"postgres", "valkey"}


def test_there_is_no_secret_in_it():
    given = {name: value for service in SERVICES.values() for name, value in service.get("environment", {}).items()}
    secret = {name: value for name, value in given.items() if re.search("PASSWORD|SECRET|KEY|TOKEN", name)}
    assert secret == {"POSTGRES_PASSWORD": "${POSTGRES_PASSWORD:?set it in .env}"}
    assert given["DATABASE_URL"] == "postgres://portal:${POSTGRES_PASSWORD:?set it in .env}@postgres:5432/portal"
    assert re.findall(r"[A-Za-z0-9+_]{32,}", COMPOSE_TEXT + DOCKERFILE) == []
    assert not re.search("(?i)secret|password|_key", DOCKERFILE.replace("This needs no secret.", ""))


def test_beat_runs_once_and_workers_do_as_in_the_settings():
    commands = {name: SERVICES[name].get("command", []) for name in OURS}
    for name, what in (("worker", "worker"), ("mailer", "worker"), ("beat", "beat")):
        assert commands[name][:5] == ["celery", "-A", "whippersnappers.celery", "--quiet", what]
    queues = {commands[name][commands[name].index("--queues") + 1] for name in ("worker", "mailer")}
    assert queues == {queue.name for queue in app.conf.task_queues}
    # OUTBOX_CONNECTIONS says how many.
    assert "--concurrency" not in commands["mailer"]
    assert "deploy" not in SERVICES["beat"]


def test_the_image_holds_the_product_and_neither_demo_nor_tests():
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, flags=re.MULTILINE)
    names = {name for line in copied for name in line.split()}
    apps = {"whippersnappers", "families", "sessions_app", "safeguarding"}
    wanted = apps | {"manage.py", "gunicorn.conf.py", "templates", "static"}
    assert names == wanted | {"requirements.txt"}
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in allowed
    assert {f"!{name}" for name in names} <= set(allowed)
    assert [line for line in allowed if re.match(r"!(demo|tests|\.env)", line)] == []


def test_it_does_not_run_as_root_and_every_base_is_pinned():
    assert re.search(r"^USER portal$", DOCKERFILE, flags=re.MULTILINE)
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, flags=re.MULTILINE)) == {"python:3.11-slim-bookworm"}
    assert all(":" in SERVICES[name]["image"] for name in ("postgres", "valkey"))


def test_the_product_does_not_need_what_is_left_out():
    importing = re.compile(r"^\s*(?:from|import) (?:demo|tests|bench)\b", flags=re.MULTILINE)
    apps = ("whippersnappers", "families", "sessions_app", "safeguarding")
    guilty = [str(p) for app in apps for p in (ROOT / app).rglob("*.py") if importing.search(p.read_text())]
    assert guilty == []
