"""All settings, read from the environment here and nowhere else.

`ENVIRONMENT` is `production` unless said otherwise, so that a forgotten variable is never the unsafe one.
What production refuses stands in `refuse_unsafe_production` at the end of this file.
"""

import logging
import sys
from datetime import time, timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF

from whippersnappers.finding import ALIKE
from whippersnappers.logs import configure_structlog, logging_settings, start_error_reports
from whippersnappers.production import refuse_unsafe_production
from whippersnappers.sign_in_settings import *  # noqa: F403
from whippersnappers.theme import unfold_settings

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

ENVIRONMENT = env.str("ENVIRONMENT", "production")
PRODUCTION = ENVIRONMENT == "production"
DEMO = env.bool("DEMO", False)
DEBUG = env.bool("DEBUG", False)

# --- Secrets -------------------------------------------------------------------------------------------
SECRET_KEY = env.str("SECRET_KEY", "")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# A Tink keyset (JSON, then base64, so that it survives shells and env files): its primary key encrypts,
# every key in it decrypts. `manage.py generate_keys` prints a new one or adds a new primary.
FIELD_ENCRYPTION_KEYS = env.str("FIELD_ENCRYPTION_KEYS", "")
# The same for safeguarding concerns: a key of their own.
CONCERN_ENCRYPTION_KEYS = env.str("CONCERN_ENCRYPTION_KEYS", "")
AUDIT_KEY = env.str("AUDIT_KEY", "")

# --- The organisation ----------------------------------------------------------------------------------
ORGANISATION_NAME = env.str("ORGANISATION_NAME", "Whippersnappers")
ORGANISATION_DOMAIN = env.str("ORGANISATION_DOMAIN", "whippersnappers.org")
ORGANISATION_WEBSITE = env.str("ORGANISATION_WEBSITE", "https://www.whippersnappers.org")
ORGANISATION_POLICIES_URL = env.str("ORGANISATION_POLICIES_URL", "https://www.whippersnappers.org")
ORGANISATION_SUPPORT_EMAIL = env.str("ORGANISATION_SUPPORT_EMAIL", f"support@{ORGANISATION_DOMAIN}")
ORGANISATION_SUPPORT_PHONE = env.str("ORGANISATION_SUPPORT_PHONE", "")
ORGANISATION_SAFEGUARDING_LEAD_NAME = env.str("ORGANISATION_SAFEGUARDING_LEAD_NAME", "the Safeguarding Lead")
ORGANISATION_SAFEGUARDING_LEAD_EMAIL = env.str(
    "ORGANISATION_SAFEGUARDING_LEAD_EMAIL", f"safeguarding@{ORGANISATION_DOMAIN}"
)
ORGANISATION_SAFEGUARDING_LEAD_PHONE = env.str("ORGANISATION_SAFEGUARDING_LEAD_PHONE", "")
# Wall-clock times in Europe/London between which sessions may take place.
ORGANISATION_OPENS_AT = time.fromisoformat(env.str("ORGANISATION_OPENS_AT", "08:00"))
ORGANISATION_CLOSES_AT = time.fromisoformat(env.str("ORGANISATION_CLOSES_AT", "20:00"))
SITE_URL = env.str("SITE_URL", "http://localhost:8000").rstrip("/")

# --- When families are contacted -----------------------------------------------------------------------
PRE_SESSION_LEAD_TIME = timedelta(hours=env.float("PRE_SESSION_HOURS", 48))
REMINDER_AT = time.fromisoformat(env.str("REMINDER_AT", "09:00"))
JOIN_OPENS_BEFORE = timedelta(minutes=env.float("JOIN_OPENS_MINUTES", 15))
PLACE_OFFER_TIME = timedelta(hours=env.float("PLACE_OFFER_HOURS", 24))
CHANGE_MAIL_DELAY = timedelta(minutes=env.float("CHANGE_MAIL_MINUTES", 5))
# How long an urgent policy alert may wait for somebody before the deputy hears of it too.
POLICY_ALERT_WAITS = timedelta(minutes=env.float("POLICY_ALERT_MINUTES", 15))
RECORDINGS_KEPT_DAYS = env.int("RECORDINGS_KEPT_DAYS", 30)  # recordings of group entertainment (X1)
TWO_MEMBERS_GRACE_SECONDS = env.float("TWO_MEMBERS_GRACE_SECONDS", 30)  # before an alert (W5)
# A child is proposed as attended when its family was there for at least so long.
ATTENDED_AFTER = timedelta(minutes=env.float("ATTENDED_AFTER_MINUTES", 5))
BULK_UNDO_WINDOW = timedelta(seconds=env.float("BULK_UNDO_SECONDS", 120))

# What a form may bring in its fields, in bytes: 5,000 rows pasted from a spreadsheet,
# or a million signs of any script, and the form around them (see whippersnappers/too_much.py).
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024 + 200_000

# --- Applications --------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "whippersnappers.apps.StaffPagesConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "pgtrigger",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_prometheus",
    "django_structlog",
    "whippersnappers",
    "whippersnappers.accounts",
    "whippersnappers.audit",
    "whippersnappers.outbox",
    "whippersnappers.finding",
    "whippersnappers.staff_lists",
    "families",
    "sessions_app",
    "safeguarding",
]
if DEMO:
    INSTALLED_APPS.append("demo")

MIDDLEWARE = [
    "whippersnappers.health.ProbesMiddleware",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whippersnappers.headers.CompressTextMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "whippersnappers.headers.PageHeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "whippersnappers.too_much.UrlencodedLimitMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "whippersnappers.logs.RequestLogMiddleware",
    "whippersnappers.accounts.middleware.DoorMiddleware",
    "whippersnappers.accounts.middleware.SecondFactorMiddleware",
    "whippersnappers.accounts.middleware.DeviceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "whippersnappers.layout.LayoutMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "whippersnappers.urls"
WSGI_APPLICATION = "whippersnappers.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "whippersnappers.organisation.context",
                "families.portal.frame.context",
            ],
        },
    }
]

# --- Data ----------------------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", "")
DATABASES = {"default": env.db("DATABASE_URL", default="postgres://localhost/whippersnappers")}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
# How nearly a word must be spelled like the one searched for (whippersnappers/finding).
DATABASES["default"]["OPTIONS"].setdefault("options", f"-c pg_trgm.word_similarity_threshold={ALIKE}")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# The cache remembers used second-factor codes, which must hold while Redis is down: it lives in Postgres.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entries",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
REDIS_URL = env.str("REDIS_URL", "" if PRODUCTION else "redis://localhost:6379/0")

# --- Time and language ---------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = True
DATE_INPUT_FORMATS = ["%d/%m/%Y", "%Y-%m-%d", "%d %B %Y", "%d %b %Y"]

# --- Signing in: the rest stands in sign_in_settings.py ------------------------------------------------
# Whether staff must have a second factor before they see anything.
MFA_REQUIRED = env.bool("MFA_REQUIRED", PRODUCTION)
MFA_TOTP_ISSUER = ORGANISATION_NAME
# A code typed as its half minute ends, or on a phone whose clock is a little off, counts too.
MFA_TOTP_TOLERANCE = 1
# Browsers allow passkeys on plain http only for localhost, which is where the demo and the tests live.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION

# --- Pages ---------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL.startswith("https://") else []

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
HTTPS = SITE_URL.startswith("https://")
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 63_072_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# How many proxies of our own stand before the web process: only their X-Forwarded-For entries count.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None

# --- Staff pages (Unfold) ------------------------------------------------------------------------------
UNFOLD = unfold_settings(ORGANISATION_NAME)

# --- Mail ----------------------------------------------------------------------------------------------
EMAIL_URL = env.str("EMAIL_URL", "smtp://localhost:25")
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="smtp://localhost:25")
# Seconds for each step with the mail server, and for its word after the text of a mail: who hangs up
# there too early gets mails repeated.
EMAIL_TIMEOUT = env.float("EMAIL_TIMEOUT", 10)
EMAIL_ANSWER_TIMEOUT = env.float("EMAIL_ANSWER_TIMEOUT", 60)
# Connections to the mail server at once: so many processes send, each over one. A process that is killed may
# repeat one mail.
OUTBOX_CONNECTIONS = env.int("OUTBOX_CONNECTIONS", 2)
# After so long a mail whose worker vanished is sent again; longer than any mail can take.
OUTBOX_LEASE = timedelta(seconds=env.float("OUTBOX_LEASE_SECONDS", 180))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"{ORGANISATION_NAME} <hello@{ORGANISATION_DOMAIN}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Workers -------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Unless a worker is told otherwise (--concurrency).
CELERY_WORKER_CONCURRENCY = OUTBOX_CONNECTIONS
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A page that saves must answer within a second when Redis is away: a wake-up is tried once, briefly.
CELERY_BROKER_CONNECTION_TIMEOUT = 0.3
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 90, "socket_connect_timeout": 0.3, "max_retries": 0}
CELERY_TIMEZONE = "UTC"

# --- Zoom ----------------------------------------------------------------------------------------------
ZOOM_ACCOUNT_ID = env.str("ZOOM_ACCOUNT_ID", "")
ZOOM_CLIENT_ID = env.str("ZOOM_CLIENT_ID", "")
ZOOM_CLIENT_SECRET = env.str("ZOOM_CLIENT_SECRET", "")
ZOOM_WEBHOOK_SECRET = env.str("ZOOM_WEBHOOK_SECRET", "")
ZOOM_OAUTH_URL = env.str("ZOOM_OAUTH_URL", "https://zoom.us").rstrip("/")
ZOOM_API_URL = env.str("ZOOM_API_URL", "https://api.zoom.us/v2").rstrip("/")

# --- Watching it ---------------------------------------------------------------------------------------
LOGGING = logging_settings(as_json=PRODUCTION, level=env.str("LOG_LEVEL", "INFO"))
configure_structlog()
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
# Whoever reads /metrics from another computer sends this as a bearer token.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
SENTRY_DSN = env.str("SENTRY_DSN", "")
if SENTRY_DSN:
    start_error_reports(SENTRY_DSN, ENVIRONMENT)

# --- The demo ------------------------------------------------------------------------------------------
DEMO_DATA = Path(env.str("DEMO_DATA", str(BASE_DIR / "var")))
DEMO_ZOOM_PORT = env.int("DEMO_ZOOM_PORT", 8001)
# Outside production, pages find their style sheets without `collectstatic`.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION

refuse_unsafe_production(globals(), command=sys.argv[1] if len(sys.argv) > 1 else "")
