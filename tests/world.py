"""The cast: one shop, one programme, three members, and the channels that serve them.

Everything here is made by calling services, as the product itself would.
- **Alice** owns what a test is about: phone 138 0013 8000, joined in SH01.
- **Bob** is another member of the same chain: phone 139 0013 9000, joined in BJ01.
- **Charlie** is somebody else, who must not get at what is Alice's.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.test import Client as Browser
from django.utils import timezone
from oauth2_provider.models import get_access_token_model, set_token_value

from loyalty.services import programs
from members.models import ApiClient, Channel, Member, Store, User
from members.services import clients, members, stores
from members.services.consents import ConsentGiven
from members.services.identities import IdentityClaim

# A Monday, 14:00 on the wall in Shanghai.
NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
# The hard hour: in UTC still 28 February, in Shanghai midnight of 1 March.
HARD_HOUR = datetime(2026, 2, 28, 16, tzinfo=UTC)
OPENED = NOW - timedelta(days=400)

ALICE_PHONE = "13800138000"
BOB_PHONE = "13900139000"
CHARLIE_PHONE = "13700137000"

ALICE = members.Registration(
    identities=(
        IdentityClaim("PHONE", ALICE_PHONE, is_verified=True),
        IdentityClaim("EMAIL", "alice@example.org"),
    ),
    name="张爱丽",
    birthday=date(1990, 5, 17),
    gender="FEMALE",
    language="zh-hans",
    channel="pos",
    store="SH01",
    placement="counter",
    guide="g-12",
)
BOB = members.Registration(
    identities=(IdentityClaim("PHONE", BOB_PHONE),),
    name="Bob Stone",
    language="en",
    channel="mini",
    store="BJ01",
)
CHARLIE = members.Registration(
    identities=(IdentityClaim("PHONE", CHARLIE_PHONE),), name="Charlie", channel="web"
)
EVERY_SCOPE = (
    "members:read",
    "members:pii",
    "members:write",
    "orders:write",
    "orders:backdate",
    "points:redeem",
    "coupons:redeem",
    "coupons:grant",
    "benefits:use",
    "rewards:redeem",
    "events:write",
    "messages:write",
    "webhooks:manage",
    "reports:read",
)


def open_shop() -> None:
    """Programme (yuan, Shanghai, four tiers), three channels and two stores."""
    programs.set_up(at=OPENED)
    stores.sync_channels(
        channels=[
            stores.ChannelItem("pos", "POS", "门店收银", "Store till"),
            stores.ChannelItem("mini", "MINI_PROGRAM", "小程序", "Mini-program"),
            stores.ChannelItem("web", "WEB", "网上商城", "Web shop"),
        ]
    )
    stores.sync(
        stores=[
            stores.StoreItem("SH01", "静安店", "Jing'an", "Shanghai"),
            stores.StoreItem("BJ01", "三里屯店", "Sanlitun", "Beijing"),
        ]
    )


def register(registration: members.Registration, *, at: datetime = NOW) -> Member:
    return members.register(registration=registration, at=at).member


def yes(*media: str, purpose: str = "MARKETING") -> tuple[ConsentGiven, ...]:
    """Consents to be written to by these media."""
    return tuple(ConsentGiven(purpose, medium, True, "2026-01") for medium in media)


def operator(name: str, *, role: str = "", store_codes: Collection[str] = ()) -> User:
    """Somebody of the staff, in the group of a role."""
    user: User = User.objects.create_user(username=name, password=f"{name}-password")
    if role:
        user.groups.add(Group.objects.get(name=role))
    user.stores.set(Store.objects.filter(code__in=store_codes))
    return user


def api_client(
    *,
    source: str = "till",
    channel: str = "pos",
    scopes: Collection[str] = EVERY_SCOPE,
    store_codes: Collection[str] = (),
    secret: str | None = None,
) -> ApiClient:
    """A channel application."""
    client, _secret = clients.create(
        name=source,
        source=source,
        channel=Channel.objects.filter(code=channel).first(),
        scopes=scopes,
        stores=Store.objects.filter(code__in=store_codes),
        at=NOW,
        secret=secret,
    )
    return client


def token_of(client: ApiClient, *, scopes: Collection[str] | None = None) -> str:
    """A bearer token of an hour, as `/oauth/token/` would issue it."""
    raw = secrets.token_urlsafe(24)
    token = get_access_token_model()(
        application=client,
        scope=client.scopes if scopes is None else " ".join(scopes),
        expires=timezone.now() + timedelta(hours=1),
    )
    set_token_value(token, raw)
    token.save()
    return raw


@dataclass
class Till:
    """A caller of the API with a bearer token; each POST bears a key of its own by default."""

    client: ApiClient
    token: str
    language: str = "en"
    browser: Browser = field(default_factory=lambda: Browser(raise_request_exception=False))

    def get(self, path: str, **headers: str) -> Any:
        return self.browser.get(f"/api/v1/{path}", headers=self._headers(headers))

    def post(self, path: str, body: Any, *, key: str | None = None, **headers: str) -> Any:
        headers.setdefault("Idempotency-Key", key or secrets.token_hex(8))
        return self._send("post", path, body, headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self._send("patch", path, body, headers)

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        call = getattr(self.browser, method)
        return call(
            f"/api/v1/{path}",
            data=body,
            content_type="application/json",
            headers=self._headers(headers),
        )

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return {
            "Authorization": f"Bearer {self.token}",
            "Accept-Language": self.language,
            **named,
        }


def till(**options: Any) -> Till:
    """A channel application that is logged in; `scopes` and `store_codes` narrow it."""
    client = api_client(**options)
    return Till(client=client, token=token_of(client))
