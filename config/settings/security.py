"""Who may come in, and what a browser may do on our pages."""

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

from config.settings.base import REGULARS_ENV
from config.settings.environment import env, require

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.browser_middleware.Files",
    "config.origins.AddressMiddleware",
    "config.request_ids.RequestIdMiddleware",
    "config.origins.OriginMiddleware",
    "config.browser_middleware.Log",
    "config.browser_middleware.ContentSecurity",
    "config.browser_middleware.Session",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.browser_middleware.Authentication",
    "config.browser_middleware.SecondFactor",
    "config.browser_middleware.Messages",
    "config.console.sessions.SessionRules",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    # Never for passwords: for API clients' long random secrets (CLIENT_SECRET_HASHER).
    "members.api.oauth.LongSecretHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# A user at an address, never a whole store behind one address.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

# Roles that need a second factor until somebody saves the log-in rules in the console.
SECOND_FACTOR_ROLES = env.list(
    "SECOND_FACTOR_ROLES",
    default=["administrator", "dpo"] if REGULARS_ENV == "production" else [],
)

LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

BEHIND_TLS = require("BEHIND_TLS", env.bool, default=REGULARS_ENV == "production")
SESSION_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = BEHIND_TLS
SECURE_HSTS_PRELOAD = BEHIND_TLS
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = require("CSRF_TRUSTED_ORIGINS", env.list, default=[])
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# The longest that the console's log-in rules allow; they end sessions before (AccessPolicy).
SESSION_COOKIE_AGE = 24 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# Alpine in the console evaluates expressions; nothing else may run, and nothing may load from
# another host.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, UNSAFE_EVAL],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# The root key wraps all others; it lives in the environment or a file of mode 0400, never in
# the database or a backup. A KMS plugs in as a class by its dotted path.
ROOT_KEY = env.str("REGULARS_ROOT_KEY", default="")
ROOT_KEY_FILE = env.str("REGULARS_ROOT_KEY_FILE", default="")
ROOT_KEY_PROVIDER = env.str("REGULARS_ROOT_KEY_PROVIDER", default="")
# The root key before, while `manage.py keys reroot` is on its way: one of three, too.
OLD_ROOT_KEY = env.str("REGULARS_OLD_ROOT_KEY", default="")
OLD_ROOT_KEY_FILE = env.str("REGULARS_OLD_ROOT_KEY_FILE", default="")
OLD_ROOT_KEY_PROVIDER = env.str("REGULARS_OLD_ROOT_KEY_PROVIDER", default="")

# Names the privacy policy that members consent to; kept with each consent.
POLICY_VERSION = require("POLICY_VERSION", default="1")
# Under this age a parent has to agree before consents to marketing and profiling count.
MINOR_AGE_YEARS = require("MINOR_AGE_YEARS", env.int, default=14)

# Phone numbers without a country code belong here.
PHONENUMBER_DEFAULT_REGION = require("PHONE_REGION", default="CN")

IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "import"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "export"
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
