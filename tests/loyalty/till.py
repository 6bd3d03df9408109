"""A till that sends orders and refunds to the services, as documents."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from loyalty.models import Account
from loyalty.services import orders, programs, refunds
from loyalty.services.documents import OrderDocument, RefundDocument, Source
from members.models import Channel, Member, Store
from members.services import members
from members.services.identities import IdentityClaim

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 21, 14, 0, tzinfo=SHANGHAI)
TILL = Source(name="till", channel="pos", may_backdate=True)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def set_up(**settings: Any) -> None:
    programs.set_up(at=NOW - timedelta(days=4000), **settings)
    Channel.objects.get_or_create(code="pos", defaults={"name_en": "Till", "name_zh": "门店收银"})
    Store.objects.get_or_create(code="SH01", defaults={"name_en": "Jing'an", "name_zh": "静安店"})


def register(phone: str, name: str = "", when: datetime = NOW) -> Member:
    registration = members.Registration(
        identities=(IdentityClaim("PHONE", phone),), name=name, channel="pos", store="SH01"
    )
    return members.register(registration=registration, at=when).member


def line(line_id: str, amount: int, **options: Any) -> dict[str, Any]:
    return {
        "line_id": line_id,
        "sku": f"SK-{line_id}",
        "unit_price_amount": amount,
        "net_amount": amount,
        **options,
    }


def document(
    external_id: str,
    *lines: dict[str, Any],
    phone: str | None = "13800138000",
    when: datetime = NOW,
    points_amount: int = 0,
    **options: Any,
) -> OrderDocument:
    due = sum(one["net_amount"] for one in lines) + options.get("shipping_amount", 0)
    due -= options.get("rounding_amount", 0)
    paid = [{"method": "cash", "kind": "MONEY", "amount": due - points_amount}]
    if points_amount:
        paid.append({"method": "points", "kind": "POINTS", "amount": points_amount})
    sent = {
        "external_id": external_id,
        "channel": "pos",
        "store": "SH01",
        "occurred_at": when.isoformat(),
        "currency": "CNY",
        "lines": list(lines),
        "paid": paid,
        "member": {"type": "phone", "value": phone} if phone else None,
        **options,
    }
    return msgspec.convert(sent, OrderDocument, strict=True)


def sell(
    external_id: str, *lines: dict[str, Any], now: datetime | None = None, **options: Any
) -> Any:
    sent = document(external_id, *lines, **options)
    return orders.record(order=sent, source=TILL, at=now or sent.occurred_at).answer


def give_back(
    order: dict[str, Any],
    external_id: str,
    amounts: dict[str, int] | int | None = None,
    when: datetime = NOW,
    now: datetime | None = None,
    **options: Any,
) -> dict[str, Any]:
    return refunds.record(
        order_uid=UUID(order["id"]),
        refund=refund(external_id, amounts, when, **options),
        source=TILL,
        at=now or when,
    ).answer


def refund(
    external_id: str,
    amounts: dict[str, int] | int | None = None,
    when: datetime = NOW,
    **options: Any,
) -> RefundDocument:
    sent: dict[str, Any] = {"external_id": external_id, "occurred_at": when.isoformat(), **options}
    if isinstance(amounts, int):
        sent["amount"] = amounts
    elif amounts is not None:
        sent["lines"] = [
            {"line_id": line_id, "refund_amount": amount} for line_id, amount in amounts.items()
        ]
    return msgspec.convert(sent, RefundDocument, strict=True)


def balances(member: Member) -> tuple[int, int, int]:
    """(pending, active, debt) as the account row says."""
    account = Account.objects.get(member_id=member.pk)
    return account.pending_points, account.active_points, account.debt_points
