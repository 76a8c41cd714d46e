"""What the demo makes for itself, what it leaves as it is, and where it refuses to run."""

import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from demo import launch
from demo.environment import HERE, data_directory, demo_environment, kept_secrets, ports


def test_secrets_are_made_once_and_nobody_else_may_read_them(tmp_path):
    first = kept_secrets(tmp_path)
    assert kept_secrets(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert all(len(value) >= 24 for value in first.values())


def test_what_is_set_already_stays_as_it_is(tmp_path):
    present = {
        "EMAIL_URL": "smtp://127.0.0.1:2525",
        "ZOOM_API_URL": "http://127.0.0.1:9/v2",
        "SECRET_KEY": "mine",
        "DEMO_PORT": "8123",
        "SITE_URL": "",
    }
    made = demo_environment(present, tmp_path)
    assert [made[name] for name in ("EMAIL_URL", "ZOOM_API_URL", "SECRET_KEY")] == [
        "smtp://127.0.0.1:2525",
        "http://127.0.0.1:9/v2",
        "mine",
    ]
    # An empty value is as good as none.
    assert made["SITE_URL"] == "http://localhost:8123"


def test_the_simulator_knows_the_sample_charitys_hosts_as_licensed(tmp_path):
    made = demo_environment({}, tmp_path)
    assert json.loads(made["DEMO_ZOOM_USERS"]) == [f"zoom{n}@whippersnappers.org" for n in (1, 2, 3)]


def test_ports_and_data_come_from_the_environment(tmp_path):
    at = ports({"DEMO_PORT": "1", "DEMO_ZOOM_PORT": "2", "DEMO_SMTP_PORT": "3"})
    assert (at.web, at.zoom, at.smtp) == (1, 2, 3)
    at = ports({})
    assert (at.web, at.zoom, at.smtp) == (8000, 8001, 8025)
    assert data_directory({}) == HERE / "var"
    assert data_directory({"DEMO_DATA": str(tmp_path)}) == tmp_path


def test_a_port_that_is_taken_is_named_with_its_variable():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(launch.CannotStart, match=f"Port {port} is taken. Choose another one with DEMO_ZOOM_PORT"):
            launch.refuse_taken_ports({"DEMO_PORT": "0", "DEMO_ZOOM_PORT": str(port), "DEMO_SMTP_PORT": "0"})


def test_two_demos_do_not_share_their_data(tmp_path, monkeypatch):
    monkeypatch.setattr(launch, "_STOPPING_SECONDS", 0)
    with launch.only_one(tmp_path), pytest.raises(launch.CannotStart, match="running already"):
        launch.reset({"DEMO_DATA": str(tmp_path)})


def test_reset_removes_what_the_demo_made_and_nothing_else(tmp_path):
    kept_secrets(tmp_path)
    (tmp_path / "mailbox").mkdir()
    (tmp_path / "mailbox" / "000001.eml").write_text("Hello")
    (tmp_path / "mine.txt").write_text("not the demo's")
    launch.reset({"DEMO_DATA": str(tmp_path)})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo.lock", "mine.txt"]


def test_reset_says_that_somebody_elses_database_was_left_alone(tmp_path):
    said = launch.reset({"DEMO_DATA": str(tmp_path), "DATABASE_URL": "postgres://elsewhere/db"})
    assert "The database of DATABASE_URL was left as it is" in said


@pytest.mark.parametrize("environment", ["production", "test"])
def test_the_demo_stays_out_of_a_real_installation(environment):
    with pytest.raises(launch.CannotStart, match="real installation"):
        launch.refuse_installation({"ENVIRONMENT": environment})


def test_the_command_refuses_production_and_starts_nothing(tmp_path: Path):
    environment = {"PATH": os.environ["PATH"], "ENVIRONMENT": "production", "DEMO_DATA": str(tmp_path / "var")}
    done = subprocess.run(
        [sys.executable, "manage.py", "demo"], cwd=HERE, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "production" in done.stderr.lower()
    assert not (tmp_path / "var" / "postgres").exists()
