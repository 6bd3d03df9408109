"""A gateway of free texts: forms, a name with a password, and signed news of each message.

It knows the protocol from its description alone: nothing of ours is imported here.
"""

import base64
import hashlib
import hmac
from urllib.parse import urlencode

from tests.campaigns.provider_server import Answer, Asked, ProviderServer

ACCOUNT, KEY, SECRET, SENDER = "AC0123456789", "SK42", "a password", "+12025550123"
RECEIPTS_URL = "https://m.shop.example/receipts/sms-basic/"


class SmsGateway(ProviderServer):
    """It takes messages to numbers that it knows the form of, and names them SM1, SM2 …"""

    def settings(self) -> dict[str, str]:
        return {
            "SMS_PROVIDER": "basic",
            "SMS_URL": self.url,
            "SMS_APP_ID": ACCOUNT,
            "SMS_KEY_ID": KEY,
            "SMS_SECRET": SECRET,
            "SMS_SENDER": SENDER,
            "SMS_RECEIPTS_URL": RECEIPTS_URL,
            "SMS_RECEIPTS_SECRET": SECRET,
        }

    def answer(self, asked: Asked) -> Answer:
        token = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {token}":
            return 401, _fault(20003, 401)
        if asked.path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
            return 404, _fault(20404, 404)
        if not asked.form.get("To", "").startswith("+"):
            return 400, _fault(21211, 400)
        if not asked.form.get("Body") or not asked.form.get("From"):
            return 400, _fault(21602, 400)
        self.taken.append(asked)
        return 201, {"sid": f"SM{len(self.taken)}", "status": "queued", "error_code": None}


def _fault(code: int, status: int) -> dict[str, object]:
    return {"code": code, "message": "no", "more_info": "", "status": status}


def report(**told: str) -> tuple[bytes, dict[str, str]]:
    """The post by which the gateway tells of a message: its body and its headers."""
    text = RECEIPTS_URL + "".join(f"{name}{told[name]}" for name in sorted(told))
    mac = hmac.new(SECRET.encode(), text.encode(), hashlib.sha1)
    return urlencode(told).encode(), {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": base64.b64encode(mac.digest()).decode(),
    }
