"""WeChat, as far as subscription messages go: tokens, sending, events in its safe mode.

It knows the protocol from its description alone: nothing of ours is imported here.
"""

import base64
import hashlib
import json
import threading
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.campaigns.provider_server import Answer, Asked, ProviderServer

APP_ID, SECRET = "wx0123456789abcdef", "a secret"
TEMPLATE, OPENID = "tmpl-1", "oAlice"
EVENT_TOKEN, EVENT_KEY = "AAAAA", "A" * 43


class WechatServer(ProviderServer):
    """`granted` says how many messages by the template the member allows. `tokens` counts the
    tokens that it made, `asked` how often it was asked for one."""

    def __init__(self) -> None:
        super().__init__()
        self.granted = 100
        self.tokens = 1
        self.asked: list[bool] = []
        self.refuses_token = False
        self._lock = threading.Lock()

    def settings(self) -> dict[str, str]:
        return {
            "WECHAT_URL": self.url,
            "WECHAT_APP_ID": APP_ID,
            "WECHAT_APP_SECRET": SECRET,
            "WECHAT_ISSUER": APP_ID,
            "WECHAT_EVENT_TOKEN": EVENT_TOKEN,
            "WECHAT_EVENT_KEY": EVENT_KEY,
        }

    def takes_faults(self, asked: Asked) -> bool:
        return asked.path == "/cgi-bin/message/subscribe/send"

    @property
    def token(self) -> str:
        return f"token-{self.tokens}"

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/cgi-bin/stable_token":
            return self._give_token(asked.json)
        if asked.path != "/cgi-bin/message/subscribe/send":
            return 404, {}
        return self._take(asked)

    def _give_token(self, told: dict[str, Any]) -> Answer:
        with self._lock:
            self.asked.append(told["force_refresh"])
            if (told["grant_type"], told["appid"]) != ("client_credential", APP_ID):
                return 200, {"errcode": 40013, "errmsg": "invalid appid"}
            if told["secret"] != SECRET:
                return 200, {"errcode": 40125, "errmsg": "invalid appsecret"}
            if told["force_refresh"]:
                self.tokens += 1
            return 200, {"access_token": self.token, "expires_in": 7200}

    def _take(self, asked: Asked) -> Answer:
        told = asked.json
        with self._lock:
            if self.refuses_token or asked.query.get("access_token") != self.token:
                return 200, {"errcode": 40001, "errmsg": "invalid credential"}
            if told["touser"] != OPENID:
                return 200, {"errcode": 40003, "errmsg": "invalid openid"}
            if told["template_id"] != TEMPLATE:
                return 200, {"errcode": 40037, "errmsg": "invalid template_id"}
            if not told["data"] or not all(one["value"] for one in told["data"].values()):
                return 200, {"errcode": 47003, "errmsg": "argument invalid!"}
            if not self.granted:
                return 200, {"errcode": 43101, "errmsg": "user refuse to accept the msg"}
            self.granted -= 1
            self.taken.append(asked)
        return 200, {"errcode": 0, "errmsg": "ok", "msgid": 1_864_323_726_461_255_000}


def posted(event: dict[str, Any], *, at: int, app_id: str = APP_ID) -> tuple[bytes, dict[str, str]]:
    """What WeChat posts of an event: the body, and the query behind the address."""
    text = json.dumps(event).encode()
    full = b"0123456789abcdef" + len(text).to_bytes(4) + text + app_id.encode()
    padding = 32 - len(full) % 32
    key = base64.b64decode(f"{EVENT_KEY}=")
    sealer = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    sealed = sealer.update(full + bytes([padding]) * padding) + sealer.finalize()
    body = {"ToUserName": "gh_1", "Encrypt": base64.b64encode(sealed).decode()}
    return json.dumps(body).encode(), query(body["Encrypt"], at=at)


def query(*more: str, at: int) -> dict[str, str]:
    name = "msg_signature" if more else "signature"
    parts = sorted([EVENT_TOKEN, str(at), "77", *more])
    signature = hashlib.sha1("".join(parts).encode()).hexdigest()
    return {"timestamp": str(at), "nonce": "77", name: signature}
