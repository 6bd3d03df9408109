"""A consumer app in tests: its id, members who log in by it, and what the log-in code was.

Codes are read where they wait to be sent, as the provider would get them.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.test import Client as Browser
from django.utils import timezone

from members.models import ApiClient, OneTimeCode
from members.services import member_sessions
from members.services.member_sessions import Issued
from tests import world

LOGIN = ("members:login",)


@dataclass
class Phone:
    """A phone with an app on it; `token` once somebody is logged in."""

    client: ApiClient
    token: str = ""
    language: str = "en"
    browser: Browser = field(default_factory=lambda: Browser(raise_request_exception=False))

    def get(self, path: str, **headers: str) -> Any:
        return self._send("get", path, None, headers)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self._send("post", path, body, headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self._send("patch", path, body, headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self._send("delete", path, None, headers)

    def keyed(self, path: str, body: Any, *, key: str = "") -> Any:
        """A POST that writes, with an Idempotency-Key."""
        return self.post(path, body, Idempotency_Key=key or secrets.token_hex(8))

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        told = {"X-Client-Id": self.client.client_id, "Accept-Language": self.language}
        if self.token:
            told["Authorization"] = f"Bearer {self.token}"
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        told = {name: value for name, value in told.items() if value}
        call = getattr(self.browser, method)
        options = {} if method == "get" else {"content_type": "application/json"}
        return call(f"/api/v1/{path}", data=body, headers=told, **options)


def app(*, source: str = "app", channel: str = "mini") -> ApiClient:
    """An app that lets members log in."""
    return world.api_client(source=source, channel=channel, scopes=LOGIN)


def phone(client: ApiClient | None = None) -> Phone:
    return Phone(client=client or app())


def logged_in(
    member: Any, *, client: ApiClient | None = None, at: datetime | None = None
) -> tuple[Phone, Issued]:
    """A phone on which the member is logged in, and its tokens."""
    own = phone(client)
    issued = member_sessions.begin(
        member_id=member.pk, client_id=own.client.pk, at=at or timezone.now()
    )
    own.token = issued.access_token
    return own, issued


def code_for(client: ApiClient) -> str:
    """The newest code that waits to be sent for this app."""
    waiting = OneTimeCode.objects.filter(client=client).order_by("-pk")
    found = waiting.first()
    assert found is not None
    return found.code
