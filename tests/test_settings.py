"""Production starts only with safe values, and says in one sentence what is wrong."""

import importlib.util
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from tests.production_environment import ROOT, manage, production_environment
from whippersnappers.checks import from_address
from whippersnappers.production import faults, refuse_unsafe_production

SAFE = {
    "ENVIRONMENT": "production",
    "PRODUCTION": True,
    "SECRET_KEY": "kF3x9mQ7vR2pL8sW4zT6yB1nC5dG0hJ_eUaIoXqZrYtMwVbN-lk",
    "AUDIT_KEY": "0Qm3nB6vC9xZ2aS5dF8gH1jK4lP7oI_uYtReWq",
    "FIELD_ENCRYPTION_KEYS": settings.FIELD_ENCRYPTION_KEYS,
    "CONCERN_ENCRYPTION_KEYS": settings.CONCERN_ENCRYPTION_KEYS,
    "METRICS_TOKEN": "",
    "DEBUG": False,
    "DEMO": False,
    "MFA_REQUIRED": True,
    "ALLOWED_HOSTS": ["portal.whippersnappers.org"],
    "SITE_URL": "https://portal.whippersnappers.org",
    "DEFAULT_FROM_EMAIL": "Whippersnappers <hello@whippersnappers.org>",
    "ORGANISATION_DOMAIN": "whippersnappers.org",
    "EMAIL_CONFIG": {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "mail.example.org",
        "EMAIL_USE_TLS": True,
    },
    "DATABASE_URL": "postgres://localhost/portal",
    "REDIS_URL": "redis://localhost:6379/0",
    "ZOOM_ACCOUNT_ID": "a",
    "ZOOM_CLIENT_ID": "b",
    "ZOOM_CLIENT_SECRET": "c",
    "ZOOM_WEBHOOK_SECRET": "d",
    "ZOOM_OAUTH_URL": "https://zoom.us",
    "ZOOM_API_URL": "https://api.zoom.us/v2",
}
PLAIN_MAIL = {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": "mail.example.org"}

UNSAFE = [
    ({"SECRET_KEY": ""}, "SECRET_KEY must be a random text"),
    ({"SECRET_KEY": "short"}, "SECRET_KEY must be a random text"),
    ({"SECRET_KEY": "a" * 60}, "SECRET_KEY must be a random text"),
    ({"SECRET_KEY": "django-insecure-kF3x9mQ7vR2pL8sW4zT6yB1nC5dG0hJ_eUaIoXq"}, "SECRET_KEY must be a random text"),
    ({"AUDIT_KEY": ""}, "AUDIT_KEY must be a random text"),
    ({"AUDIT_KEY": SAFE["SECRET_KEY"]}, "AUDIT_KEY must not be the same"),
    ({"FIELD_ENCRYPTION_KEYS": ""}, "FIELD_ENCRYPTION_KEYS must be a keyset"),
    ({"FIELD_ENCRYPTION_KEYS": "not base64!"}, "FIELD_ENCRYPTION_KEYS must be a keyset"),
    ({"FIELD_ENCRYPTION_KEYS": "e30="}, "FIELD_ENCRYPTION_KEYS must be a keyset"),
    ({"CONCERN_ENCRYPTION_KEYS": ""}, "CONCERN_ENCRYPTION_KEYS must be a keyset"),
    ({"CONCERN_ENCRYPTION_KEYS": settings.FIELD_ENCRYPTION_KEYS}, "CONCERN_ENCRYPTION_KEYS must not be the same"),
    ({"METRICS_TOKEN": "guess"}, "METRICS_TOKEN must be a random text"),
    ({"DEBUG": True}, "DEBUG must be off"),
    ({"DEMO": True}, "DEMO must be off"),
    ({"MFA_REQUIRED": False}, "MFA_REQUIRED must be on"),
    ({"ALLOWED_HOSTS": []}, "ALLOWED_HOSTS must name"),
    ({"ALLOWED_HOSTS": ["*"]}, "ALLOWED_HOSTS must name"),
    ({"ALLOWED_HOSTS": [".whippersnappers.org"]}, "ALLOWED_HOSTS must name"),
    ({"ALLOWED_HOSTS": ["other.example.org"]}, "ALLOWED_HOSTS must contain the host of SITE_URL"),
    ({"SITE_URL": "http://portal.whippersnappers.org"}, "SITE_URL must begin with https://"),
    ({"DEFAULT_FROM_EMAIL": "Whippersnappers <hello@gmail.com>"}, "DEFAULT_FROM_EMAIL must be an address at"),
    ({"DEFAULT_FROM_EMAIL": "hello@evil-whippersnappers.org"}, "DEFAULT_FROM_EMAIL must be an address at"),
    ({"DEFAULT_FROM_EMAIL": "hello@whippersnappers.org.evil.com"}, "DEFAULT_FROM_EMAIL must be an address at"),
    ({"DEFAULT_FROM_EMAIL": ""}, "DEFAULT_FROM_EMAIL must be an address at"),
    ({"EMAIL_CONFIG": PLAIN_MAIL}, "EMAIL_URL must begin with smtp+tls://"),
    ({"EMAIL_CONFIG": {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}}, "EMAIL_URL must name"),
    ({"DATABASE_URL": ""}, "DATABASE_URL must be set"),
    ({"REDIS_URL": ""}, "REDIS_URL must be set"),
    ({"ZOOM_WEBHOOK_SECRET": ""}, "ZOOM_WEBHOOK_SECRET must be set"),
    ({"ZOOM_CLIENT_SECRET": ""}, "ZOOM_CLIENT_SECRET must be set"),
    ({"ZOOM_API_URL": "http://127.0.0.1:8001/v2"}, "ZOOM_OAUTH_URL and ZOOM_API_URL must begin with https://"),
]


def test_safe_values_are_accepted():
    assert faults(SAFE) == []
    refuse_unsafe_production(SAFE)


@pytest.mark.parametrize(
    ("change", "sentence"), UNSAFE, ids=[f"{next(iter(c))}-{n}" for n, (c, _) in enumerate(UNSAFE)]
)
def test_each_unsafe_value_is_refused_and_named(change, sentence):
    found = faults(SAFE | change)
    assert len(found) == 1
    assert found[0].startswith(sentence)


@pytest.mark.parametrize(
    "change",
    [
        {"EMAIL_CONFIG": {**PLAIN_MAIL, "EMAIL_HOST": "127.0.0.1"}},
        {"EMAIL_CONFIG": {**PLAIN_MAIL, "EMAIL_HOST": "localhost"}},
        {"EMAIL_CONFIG": {**PLAIN_MAIL, "EMAIL_USE_SSL": True}},
        {"DEFAULT_FROM_EMAIL": "hello@Mail.Whippersnappers.org"},
        {"METRICS_TOKEN": "0Qm3nB6vC9xZ2aS5dF8gH1jK4lP7oI_u"},
    ],
)
def test_what_is_safe_is_not_refused(change):
    assert faults(SAFE | change) == []


def test_all_faults_stand_in_one_sentence():
    with pytest.raises(ImproperlyConfigured) as refusal:
        refuse_unsafe_production(SAFE | {"DEBUG": True, "DEMO": True})
    assert str(refusal.value) == "This is not safe for production: DEBUG must be off; DEMO must be off."


def test_outside_production_nothing_is_refused_but_unknown_names_are():
    refuse_unsafe_production(SAFE | {"ENVIRONMENT": "demo", "PRODUCTION": False, "DEBUG": True})
    with pytest.raises(ImproperlyConfigured, match="production, demo, test"):
        refuse_unsafe_production(SAFE | {"ENVIRONMENT": "prod", "PRODUCTION": False})


def test_check_deploy_is_clean_in_production():
    result = manage("check", "--deploy", "--fail-level", "WARNING", environment=production_environment())
    assert (result.returncode, result.stderr) == (0, "")
    assert "no issues" in result.stdout


def test_production_does_not_start_unsafely():
    environment = production_environment(DEBUG="1", DEFAULT_FROM_EMAIL="hello@gmail.com")
    result = manage("check", environment=environment)
    assert result.returncode == 1
    sentence = "DEBUG must be off; DEFAULT_FROM_EMAIL must be an address at whippersnappers.org."
    assert result.stderr.strip().endswith(f"This is not safe for production: {sentence}")


def test_a_forgotten_environment_is_production():
    result = manage("check", environment={"PATH": production_environment()["PATH"]})
    assert result.returncode == 1
    assert "This is not safe for production" in result.stderr


def test_keys_can_be_made_before_there_are_any():
    result = manage("generate_keys", environment={"PATH": production_environment()["PATH"]})
    assert (result.returncode, result.stderr) == (0, "")
    made = dict(line.split("=", 1) for line in result.stdout.splitlines())
    assert sorted(made) == ["AUDIT_KEY", "CONCERN_ENCRYPTION_KEYS", "FIELD_ENCRYPTION_KEYS", "SECRET_KEY"]
    assert faults(SAFE | made) == []


def test_the_from_address_is_checked_outside_production_too(settings):
    assert from_address(None) == []
    settings.DEFAULT_FROM_EMAIL = "hello@gmail.com"
    assert [error.id for error in from_address(None)] == ["whippersnappers.E001"]


def test_cookies_are_bound_to_the_host_in_production():
    names = (
        "SESSION_COOKIE_NAME CSRF_COOKIE_NAME SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE SESSION_COOKIE_DOMAIN"
        " SESSION_COOKIE_PATH SECURE_HSTS_SECONDS"
    )
    code = f"from django.conf import settings as s; print(*[getattr(s, name) for name in {names.split()}])"
    result = manage("shell", "-v", "0", "-c", code, environment=production_environment())
    assert result.stdout.split() == ["__Host-session", "__Host-csrf", "True", "True", "None", "/", "63072000"]


def test_example_environment_names_exactly_what_the_settings_read(capsys):
    path = ROOT / ".ci" / "env_example.py"
    spec = importlib.util.spec_from_file_location("env_example", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (module.main(), capsys.readouterr().out) == (0, "")
    assert len(module.read_by_settings()) > 30


def test_the_example_starts_once_its_gaps_are_filled():
    lines = [line for line in (ROOT / ".env.example").read_text().splitlines() if line and line[0] != "#"]
    example = dict(line.split("=", 1) for line in lines)
    gaps = {name for name, value in example.items() if not value} - {"POSTGRES_PASSWORD"}
    safe = production_environment()
    assert gaps == {name for name in safe if "ZOOM" in name or "KEY" in name}
    environment = {"PATH": safe["PATH"], **example, **{name: safe[name] for name in gaps}}
    result = manage("check", "--deploy", "--fail-level", "WARNING", environment=environment)
    assert (result.returncode, result.stderr) == (0, "")


def test_every_variable_of_the_example_is_explained():
    lines = (ROOT / ".env.example").read_text().splitlines()
    for number, line in enumerate(lines):
        if line.lstrip("#").strip()[:1].isupper() and "=" in line.split()[0 if line[0] != "#" else -1]:
            assert lines[number - 1].startswith("#"), f"line {number + 1} of .env.example has no explanation above it"


@pytest.mark.django_db
class TestHeaders:
    """What browsers are told."""

    def test_a_public_page_allows_nothing_from_elsewhere_and_nothing_inline(self, client):
        response = client.get("/")
        policy = response["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy + ";"
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "camera=()" in response["Permissions-Policy"]
        assert response["Referrer-Policy"] == "same-origin"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["X-Frame-Options"] == "DENY"
        assert response["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "Cache-Control" not in response

    def test_only_the_admin_may_evaluate_and_style_inline(self, client, coordinator):
        client.force_login(coordinator)
        admin = client.get("/admin/")["Content-Security-Policy"]
        assert "script-src 'self' 'unsafe-eval'" in admin
        assert "style-src 'self' 'unsafe-inline'" in admin
        assert "script-src 'self' 'unsafe-inline'" not in admin
        assert "unsafe" not in client.get(reverse("mfa_index"))["Content-Security-Policy"]

    @pytest.mark.parametrize("path", ["/", "/accounts/password/change/"])
    def test_nobody_keeps_a_copy_of_signed_in_pages(self, client, coordinator, path):
        client.force_login(coordinator)
        assert client.get(path)["Cache-Control"] == "no-store, private"

    @pytest.mark.parametrize("path", ["/join/unknown-token/", "/accounts/login/", "/accounts/login/code/"])
    def test_nor_of_ways_in(self, client, path):
        assert client.get(path)["Cache-Control"] == "no-store, private"


def test_the_settings_are_the_only_reader_of_the_environment():
    readers = [
        str(path.relative_to(ROOT))
        for app in ("whippersnappers", "families", "sessions_app")
        for path in (ROOT / app).rglob("*.py")
        if any(word in path.read_text() for word in ("os.environ[", "os.environ.get", "os.getenv"))
    ]
    assert readers == []
    assert "whippersnappers.settings" in sys.modules
