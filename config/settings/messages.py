"""Messages to members: what leaves the house, and to where."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.settings.environment import env, require

# Places of one's own network that webhooks may reach, each "host:port"; they may be plain HTTP.
# Every other address has to be https and public.
OUTBOUND_TRUSTED_HOSTS = require("OUTBOUND_TRUSTED_HOSTS", env.list, default=[])
# Certificates of an authority of one's own that those places show, as PEM.
OUTBOUND_CA_FILE = env.str("OUTBOUND_CA_FILE", default="")


def _origin(name: str, told: str) -> str:
    """An address without a path, such as https://m.example.com; empty where none is set."""
    address = told.strip().rstrip("/")
    parts = urlsplit(address)
    is_origin = parts.scheme in ("http", "https") and parts.netloc and not parts.path
    if address and not is_origin:
        raise ImproperlyConfigured(
            f"{name} is {address!r}; it must be like https://m.example.com, without a path."
        )
    return address


# Where members' phones and mail programs, and providers of messages, reach this product. Empty:
# messages bear no links of ours, and nothing is heard of who opened or clicked.
PUBLIC_URL = _origin("PUBLIC_URL", env.str("PUBLIC_URL", default=""))
# Calls of one address at those links.
LINK_RATE_PER_SECOND = require("LINK_RATE_PER_SECOND", env.float, default=20.0)
LINK_RATE_BURST = require("LINK_RATE_BURST", env.int, default=200)
# Calls of one address with providers' reports: a gateway tells of each message by itself, as fast
# as we hand them over, and some of them never tell again what was turned away.
REPORT_RATE_PER_SECOND = require("REPORT_RATE_PER_SECOND", env.float, default=200.0)
REPORT_RATE_BURST = require("REPORT_RATE_BURST", env.int, default=4_000)

# Where the gateway of free texts tells what became of a message; its signature is over this.
_SMS_RECEIPTS_URL = f"{PUBLIC_URL}/receipts/sms-basic/" if PUBLIC_URL else ""
SMS_RECEIPTS_URL = env.str("SMS_RECEIPTS_URL", default=_SMS_RECEIPTS_URL)

# The mini program whose subscription messages members grant.
WECHAT_URL = require("WECHAT_URL", default="https://api.weixin.qq.com")
WECHAT_APP_ID = env.str("WECHAT_APP_ID", default="")
WECHAT_APP_SECRET = env.str("WECHAT_APP_SECRET", default="")
# By which issuer its openids are kept; the application's id unless tills name another.
WECHAT_ISSUER = env.str("WECHAT_ISSUER", default=WECHAT_APP_ID)
# Which edition of the mini program a tap opens: formal, trial or developer.
WECHAT_EDITION = require("WECHAT_EDITION", default="formal")
WECHAT_TIMEOUT_SECONDS = require("WECHAT_TIMEOUT_SECONDS", env.float, default=6.0)
# Of the events that it posts to us: the token and the key of the safe mode (43 characters).
WECHAT_EVENT_TOKEN = env.str("WECHAT_EVENT_TOKEN", default="")
WECHAT_EVENT_KEY = env.str("WECHAT_EVENT_KEY", default="")

# How long an operator's own system may take for a push message.
PUSH_TIMEOUT_SECONDS = require("PUSH_TIMEOUT_SECONDS", env.float, default=6.0)
