"""Apps, database, cache, languages, files."""

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config.settings.environment import BASE_DIR, env, require

ENVIRONMENTS = ("production", "demo", "test")
REGULARS_ENV = require("REGULARS_ENV", default="production")
if REGULARS_ENV not in ENVIRONMENTS:
    raise ImproperlyConfigured(
        f"REGULARS_ENV is {REGULARS_ENV!r}; it must be one of {', '.join(ENVIRONMENTS)}."
    )

DEBUG = require("DEBUG", env.bool, default=False)
SECRET_KEY = require("SECRET_KEY")
# Keys before it: links in messages and quotes that they sealed go on counting.
SECRET_KEY_FALLBACKS = require("SECRET_KEY_FALLBACKS", env.list, default=[])
ALLOWED_HOSTS = require("ALLOWED_HOSTS", env.list, default=["localhost", "127.0.0.1"])

INSTALLED_APPS = [
    "config",
    "campaigns",
    "analytics",
    "loyalty",
    "members",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "config.console.apps.ConsoleConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "oauth2_provider",
    "import_export",
    "pghistory",
    "pgtrigger",
    "django_celery_beat",
    "axes",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_structlog",
    "phonenumber_field",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "members.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
            ],
        },
    },
]

# The app's own role: it can't update, delete or truncate what is append-only. Migrations run
# as the owner: `DATABASE_URL=$DATABASE_OWNER_URL manage.py migrate`.
DATABASES = {"default": require("DATABASE_URL", env.db_url)}
DATABASES["default"].update(
    ENGINE="config.database",
    # Persistent connections: one per request costs ten times the processor time.
    CONN_MAX_AGE=None,
    CONN_HEALTH_CHECKS=True,
    ATOMIC_REQUESTS=False,
)
DATABASE_APP_ROLE = env.str("DATABASE_APP_ROLE", default="regulars_app")

REDIS_URL = require("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "regulars",
    }
}

LANGUAGE_CODE = require("LANGUAGE_CODE", default="zh-hans")
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
USE_THOUSAND_SEPARATOR = True
USE_TZ = True
# The console shows the programme's zone; the database holds UTC.
TIME_ZONE = require("TIME_ZONE", default="Asia/Shanghai")

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Demo and tests serve the files from where they lie; production collects and compresses them.
WHITENOISE_USE_FINDERS = REGULARS_ENV != "production"
MEDIA_ROOT = require("MEDIA_ROOT", env.path, default=str(BASE_DIR / "media"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}

EMAIL_CONFIG = require("EMAIL_URL", env.email_url, default="consolemail://")
# A provider's own interface in SMTP's stead, by its dotted path, with what it needs in ANYMAIL.
EMAIL_BACKEND = env.str("EMAIL_BACKEND", default=EMAIL_CONFIG["EMAIL_BACKEND"])
EMAIL_HOST = EMAIL_CONFIG.get("EMAIL_HOST", "")
EMAIL_PORT = EMAIL_CONFIG.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = EMAIL_CONFIG.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = EMAIL_CONFIG.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = EMAIL_CONFIG.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = EMAIL_CONFIG.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
ANYMAIL = {**require("ANYMAIL", env.dict, default={}), "REQUESTS_TIMEOUT": EMAIL_TIMEOUT}
DEFAULT_FROM_EMAIL = require("DEFAULT_FROM_EMAIL", default="Regulars <no-reply@localhost>")
