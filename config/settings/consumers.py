"""Consumer apps: short messages, codes by them, and how often members may call."""

from config.settings.base import REGULARS_ENV
from config.settings.environment import env, require

# `log` writes codes into the log, which production refuses; without a provider nobody logs in.
SMS_PROVIDER = env.str("SMS_PROVIDER", default="" if REGULARS_ENV == "production" else "log")
SMS_URL = env.str("SMS_URL", default="")
SMS_KEY_ID = env.str("SMS_KEY_ID", default="")
SMS_SECRET = env.str("SMS_SECRET", default="")
SMS_APP_ID = env.str("SMS_APP_ID", default="")
SMS_SIGN_NAME = env.str("SMS_SIGN_NAME", default="")
SMS_TEMPLATE_ID = env.str("SMS_TEMPLATE_ID", default="")
# Whose number a gateway with free text sends from, and what it signs its reports with.
SMS_SENDER = env.str("SMS_SENDER", default="")
SMS_RECEIPTS_SECRET = env.str("SMS_RECEIPTS_SECRET", default=SMS_SECRET)
# What people answer who want no more texts: each a whole answer, however wide, large or small.
SMS_STOP_WORDS = require(
    "SMS_STOP_WORDS",
    env.list,
    default=[
        *("T", "TD", "R", "N", "退订", "退訂", "拒收", "取消订阅"),
        *("STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE"),
        *("OPTOUT", "OPT-OUT", "OPT OUT"),
    ],
)
SMS_REGION = require("SMS_REGION", default="ap-guangzhou")
SMS_TIMEOUT_SECONDS = require("SMS_TIMEOUT_SECONDS", env.float, default=6.0)
# Countries to whose phones codes are sent (CN, HK …); none named: all.
SMS_COUNTRIES = require("SMS_COUNTRIES", env.list, default=[])

# Codes to one phone, whoever asks for them. Kept in the database: they hold without Redis.
CODES_PER_MINUTE = require("CODES_PER_MINUTE", env.int, default=1)
CODES_PER_HOUR = require("CODES_PER_HOUR", env.int, default=5)
CODES_PER_DAY = require("CODES_PER_DAY", env.int, default=10)
# Codes that one address, and one app, may ask for in an hour, evenly; a third of them at once.
CODES_PER_ADDRESS_HOUR = require("CODES_PER_ADDRESS_HOUR", env.int, default=300)
CODES_PER_APP_HOUR = require("CODES_PER_APP_HOUR", env.int, default=6_000)

# Calls of one member, and calls of one address before anybody is logged in.
MEMBER_RATE_PER_SECOND = require("MEMBER_RATE_PER_SECOND", env.float, default=5.0)
MEMBER_RATE_BURST = require("MEMBER_RATE_BURST", env.int, default=60)
ADDRESS_RATE_PER_SECOND = require("ADDRESS_RATE_PER_SECOND", env.float, default=10.0)
ADDRESS_RATE_BURST = require("ADDRESS_RATE_BURST", env.int, default=120)
# How many proxies of our own stand before the product: so many entries from the right of
# X-Forwarded-For are theirs. 0: the address is the one that connects.
TRUSTED_PROXIES = require("TRUSTED_PROXIES", env.int, default=0)
