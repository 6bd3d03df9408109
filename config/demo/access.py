"""What a visitor of the demo needs to get in: written once to a file that only its owner reads.

`{"logins": [{role, username, password}], "client": {id, secret, scopes}, "sample": {…}}`; the
launcher prints it. Passwords and secrets are random and known nowhere else.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.settings import oauth2_settings

from config.demo import staff
from config.local.files import write_private
from loyalty.models import Order, Product
from members.models import ApiClient, Channel, Identity, Member
from members.selectors import members
from members.services import clients

FILE = settings.BASE_DIR / ".demo" / "access.json"
_SOURCE = "demo-till"


def write(file: Path, *, at: datetime) -> dict[str, Any]:
    """The content of `file`; what it holds already and still works stays as it is."""
    known: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    access = {
        "logins": staff.appoint(known=known.get("logins", []), at=at),
        "client": _client(known.get("client", {}), at),
        "sample": _sample(),
    }
    if access != known:
        file.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        write_private(file, json.dumps(access, ensure_ascii=False, indent=2))
    return access


def _client(known: dict[str, Any], at: datetime) -> dict[str, Any]:
    found = ApiClient.objects.filter(source=_SOURCE).first()
    if found is not None and known.get("id") == found.client_id:
        return known
    if found is None:
        client, secret = clients.create(
            name="演示收银系统 Demo till",
            source=_SOURCE,
            channel=Channel.objects.get(code="pos"),
            scopes=list(oauth2_settings.SCOPES),
            at=at,
        )
    else:
        # The file was lost, and with it the secret that nothing can tell a second time.
        client, secret = found, generate_client_secret()
        client.client_secret = secret
        client.save(update_fields=["client_secret", "updated"])
    return {"id": client.client_id, "secret": secret, "scopes": client.scopes.split()}


def sample_order() -> Order | None:
    """The order whose member the launcher tells: of the shop whose clerk one can log in as."""
    bought = Order.objects.filter(source="demo", store__code=staff.STORE, refunded_amount=0)
    newest = bought.order_by("-occurred_at", "-pk")
    # Rather one whose page the shop's clerk may open; a very small demo may have none.
    return newest.filter(member__store__code=staff.STORE).first() or newest.first()


def _sample() -> dict[str, Any]:
    """The sample order's member, and something to buy."""
    order = sample_order()
    if order is None:
        return {}
    line = order.lines.select_related("product").order_by("-net_amount", "number").first()
    assert line is not None
    product: Product = line.product
    return {
        "phone": _phone(order.member_id),
        "store": staff.STORE,
        "sku": product.sku,
        "product_name": product.name_en,
        "unit_price_amount": 12_900,
        "currency": order.currency,
    }


def _phone(member_id: int | None) -> str:
    owner = Member.objects.get(pk=member_id)
    identities = members.identities_of(member=owner)
    return str(next(one.value for one in identities if one.kind == Identity.Kind.PHONE))
