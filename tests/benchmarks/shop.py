"""The shop that is measured: members with phones, a till with a token, orders as it sends them."""

import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from oauth2_provider.models import get_access_token_model, set_token_value

from loyalty.services import programs
from members.models import Channel
from members.services import clients, keys, members, stores
from members.services.identities import IdentityClaim

SOURCE = "bench"
# Added to a member's id for the digest that pgbench uses, so that it always has seven digits.
DIGEST_OFFSET = 1_000_000
# So few that each web process has met them all before the first round.
PRODUCTS = 50
_CHUNK = 500


@dataclass(frozen=True)
class Shop:
    """How many members there are (ids from `first_id`), and the till's bearer token."""

    members: int
    first_id: int
    token: str


def open_shop(count: int) -> Shop:
    """A programme, a store, a channel and `count` members, through the services."""
    now = timezone.now()
    keys.init()
    programs.set_up(at=now - timedelta(days=400))
    stores.sync_channels(channels=[stores.ChannelItem("pos", "POS", "门店收银", "Store till")])
    stores.sync(stores=[stores.StoreItem("SH01", "静安店", "Jing'an", "Shanghai")])
    ids: list[int] = []
    for start in range(0, count, _CHUNK):
        registrations = [
            members.Registration(
                identities=(IdentityClaim("PHONE", phone(number)),), channel="pos", store="SH01"
            )
            for number in range(start, min(start + _CHUNK, count))
        ]
        made = members.register_many(registrations=registrations, at=now)
        ids += [one.member.pk for one in made]
    _let_pgbench_name_members()
    return Shop(members=count, first_id=min(ids), token=_token())


def phone(number: int) -> str:
    return f"138{number:08d}"


def order(external_id: str, number: int, *, lines: int = 1, **options: Any) -> dict[str, Any]:
    """The order of docs/openapi.yaml's example, for the member with this number."""
    rows = [
        {
            "line_id": str(line + 1),
            "sku": f"SK-{(number + line * 7) % PRODUCTS}",
            "name": "Face cream",
            "category": "skincare",
            "brand": "Acme",
            "quantity": "1",
            "unit_price_amount": 19_900,
            "discount_amount": 2_000,
            "net_amount": 17_900,
        }
        for line in range(lines)
    ]
    due = 17_900 * lines
    return {
        "external_id": external_id,
        "channel": "pos",
        "store": "SH01",
        "cashier": "c-07",
        "guide": "g-12",
        "member": {"type": "phone", "value": phone(number)},
        "occurred_at": timezone.now().isoformat(),
        "currency": "CNY",
        "lines": rows,
        "paid": [{"method": "wechat_pay", "kind": "MONEY", "amount": due}],
        **options,
    }


def request(path: str, body: Any, token: str) -> bytes:
    """A POST as bytes, with an idempotency key of its own."""
    content = json.dumps(body, separators=(",", ":")).encode()
    head = (
        f"POST /api/v1/{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nIdempotency-Key: {secrets.token_hex(12)}\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def _token() -> str:
    client, _secret = clients.create(
        name=SOURCE,
        source=SOURCE,
        channel=Channel.objects.get(code="pos"),
        scopes=["orders:write", "members:read", "members:write"],
        stores=[],
        at=timezone.now(),
    )
    raw = secrets.token_urlsafe(24)
    token = get_access_token_model()(
        application=client, scope=client.scopes, expires=timezone.now() + timedelta(hours=6)
    )
    set_token_value(token, raw)
    token.save()
    return raw


def _let_pgbench_name_members() -> None:
    """pgbench can't hash a phone: each member gets one identity whose digest is their number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO members_identity (kind, issuer, value, digest, member_id, created_at)"
            " SELECT 'EXTERNAL', 'pgbench', value, decode(lpad((member_id + %s)::text, 64, '0'),"
            " 'hex'), member_id, created_at FROM members_identity WHERE kind = 'PHONE'",
            [DIGEST_OFFSET],
        )
