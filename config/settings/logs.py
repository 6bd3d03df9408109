"""JSON logs without local variables: a traceback must never print a phone number."""

import re
from typing import Any

import structlog

from config.settings.environment import env

# A code of a coupon is money to whoever knows it, and the channels' addresses name codes; addresses
# of providers' reports hold secrets, and who has a message's token may unsubscribe its member.
_CODE = re.compile(r"(/coupons/|/receipts/[^/\s?\"]+/|/m/[ocu]/)[^/\s?\"]+")


def hide_codes(_logger: Any, _method: str, told: dict[str, Any]) -> dict[str, Any]:
    """The same entry without codes, secrets and tokens of addresses in its texts."""
    return {
        name: _CODE.sub(r"\1…", value) if isinstance(value, str) else value
        for name, value in told.items()
    }


_shared: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _shared,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                hide_codes,
                structlog.processors.ExceptionRenderer(
                    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
                ),
                structlog.processors.JSONRenderer(),
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.server": {"handlers": ["stderr"], "level": LOG_LEVEL, "propagate": False},
        "django_structlog": {"level": "WARNING"},
        # It writes down each address that it calls, and some hold a token.
        "httpx2": {"level": "WARNING"},
        "httpcore2": {"level": "WARNING"},
        # It says at each start that it draws no bitmaps, which nobody asked for.
        "pyBarcode": {"level": "WARNING"},
    },
}
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_shared,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
# config.request_ids has looked at the id before.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True
