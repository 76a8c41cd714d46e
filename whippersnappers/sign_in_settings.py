"""How signing in works. Nothing here depends on the environment; `settings.py` takes it all over."""

from datetime import timedelta

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["whippersnappers.accounts.backends.RoleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["name", "email"]},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
# Staff sign in again after this long, whatever they do; guardians only if they did not ask to be remembered.
STAFF_SESSION_LENGTH = timedelta(hours=12)
GUARDIAN_SESSION_LENGTH = timedelta(days=30)
SESSION_COOKIE_AGE = int(STAFF_SESSION_LENGTH.total_seconds())
# A new member of staff has a week to choose a password; a forgotten one must be reset within the hour.
PASSWORD_RESET_TIMEOUT = int(timedelta(days=7).total_seconds())
PASSWORD_FORGOTTEN_TIMEOUT = timedelta(hours=1)
SIGN_IN_CODE_LENGTH = timedelta(minutes=15)

ACCOUNT_ADAPTER = "whippersnappers.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "whippersnappers.accounts.forms.StaffSignInForm",
    "request_login_code": "whippersnappers.accounts.forms.AskForCodeForm",
    "confirm_login_code": "whippersnappers.accounts.forms.EnterCodeForm",
    "reset_password": "whippersnappers.accounts.forms.ForgottenPasswordForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Addresses are entered by staff; whoever can read the code or the link in the mail owns them.
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ALLOW_UNVERIFIED_EMAIL = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = int(SIGN_IN_CODE_LENGTH.total_seconds())
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = 2
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
# The first code and two more, each good for its full time.
ACCOUNT_LOGIN_TIMEOUT = 3 * ACCOUNT_LOGIN_BY_CODE_TIMEOUT
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "whippersnappers.accounts.tokens.SetPasswordTokens"  # noqa: S105
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGOUT_ON_GET = False
# Attempts are counted in Postgres, by `accounts/limits.py`.
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False
MFA_ADAPTER = "whippersnappers.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
