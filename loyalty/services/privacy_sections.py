"""What a member's package holds of this app: orders with their lines, refunds, the ledger, tiers,
coupons. Amounts are minor units."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from loyalty.models import (
    Coupon,
    LedgerEntry,
    Order,
    OrderLine,
    PrizeGrant,
    Redemption,
    Refund,
    TierChange,
    Transfer,
)
from loyalty.rules import redemptions
from members.registry.privacy import ExportSection, add_export_section
from members.services.privacy_sections import stream

Rows = Iterable[Mapping[str, Any]]
_ORDER = (
    "uid",
    "source",
    "external_id",
    "store",
    "occurred_at",
    "currency",
    "net_amount",
    "shipping_amount",
    "money_amount",
    "refunded_amount",
    "earned_points",
    "spent_points",
    "metadata",
)
_LINE = ("order", "line_id", "sku", "product", "quantity", "net_amount", "earned_points")
_REFUND = ("uid", "order", "external_id", "occurred_at", "value_amount", "money_amount", "reason")
_ENTRY = ("id", "kind", "points", "balance_after", "reason", "note", "occurred_at", "recorded_at")
_COUPON = ("code", "type", "state", "claimed_at", "expires_at", "redeemed_at", "discount_amount")
_TIER = ("from_tier", "to_tier", "reason", "occurred_at", "until_at")
_PRIZE = ("uid", "origin", "what", "state", "points", "given_at", "undone_at")
_TRANSFER = ("uid", "is_received", "points", "recorded_at")

_REDEMPTION = (
    "uid",
    "reward",
    "state",
    "quantity",
    "points",
    "money_amount",
    "payment_ref",
    "requested_at",
    "expires_at",
    "fulfilled_at",
    "fulfilled_store",
    "ended_at",
    "end_reason",
    "returned_points",
)


def register() -> None:
    """Called by `apps.ready`."""
    for code, order, title, columns, rows in (
        ("loyalty.orders", 110, _("Orders"), _ORDER, _orders),
        ("loyalty.order_lines", 120, _("Order lines"), _LINE, _lines),
        ("loyalty.refunds", 130, _("Refunds"), _REFUND, _refunds),
        ("loyalty.points", 140, _("Ledger of points"), _ENTRY, _entries),
        ("loyalty.transfers", 150, _("Transfers"), _TRANSFER, _transfers),
        ("loyalty.tiers", 160, _("Tiers"), _TIER, _tiers),
        ("loyalty.coupons", 170, _("Coupons"), _COUPON, _coupons),
        ("loyalty.redemptions", 175, _("Rewards"), _REDEMPTION, _redemptions),
        ("loyalty.prizes", 175, _("Prizes"), _PRIZE, _prizes),
    ):
        add_export_section(ExportSection(code, order, title, columns, rows))


def _orders(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = Order.objects.filter(member_id__in=member_ids).select_related("store").order_by("pk")
    for row in stream(rows):
        values = {name: getattr(row, name) for name in _ORDER}
        yield {**values, "store": row.store.code if row.store else ""}


def _lines(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = OrderLine.objects.filter(order__member_id__in=member_ids).order_by("pk")
    named = rows.select_related("order", "product")
    for row in stream(named):
        yield {
            "order": row.order.external_id,
            "line_id": row.line_id,
            "sku": row.product.sku,
            "product": row.product.name,
            "quantity": row.quantity,
            "net_amount": row.net_amount,
            "earned_points": row.earned_points,
        }


def _refunds(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = Refund.objects.filter(member_id__in=member_ids).order_by("pk")
    for row in stream(rows):
        yield {**{name: getattr(row, name) for name in _REFUND}, "order": row.order_external_id}


def _entries(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = LedgerEntry.objects.filter(member_id__in=member_ids).order_by("pk")
    for row in stream(rows.select_related("member__key")):
        yield {
            "id": row.pk,
            "kind": row.kind,
            "points": row.points,
            "balance_after": row.active_after,
            "reason": row.reason,
            "note": row.note,
            "occurred_at": row.occurred_at,
            "recorded_at": row.recorded_at,
        }


def _transfers(member_ids: Sequence[int], at: datetime) -> Rows:
    """Whom points came from, or went to, is that other person's datum."""
    for is_received, side in ((False, "from_member_id__in"), (True, "to_member_id__in")):
        for row in stream(Transfer.objects.filter(**{side: member_ids}).order_by("pk")):
            yield {
                "uid": row.uid,
                "is_received": is_received,
                "points": row.points,
                "recorded_at": row.recorded_at,
            }


def _tiers(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = TierChange.objects.filter(member_id__in=member_ids).order_by("pk")
    for row in stream(rows.select_related("from_tier", "to_tier")):
        yield {
            "from_tier": row.from_tier.code if row.from_tier else "",
            "to_tier": row.to_tier.code,
            "reason": row.reason,
            "occurred_at": row.occurred_at,
            "until_at": row.until_at,
        }


def _coupons(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = Coupon.objects.filter(member_id__in=member_ids).select_related("type").order_by("pk")
    for row in stream(rows):
        yield {**{name: getattr(row, name) for name in _COUPON}, "type": row.type.code}


def _prizes(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = PrizeGrant.objects.filter(member_id__in=member_ids).order_by("pk")
    for row in stream(rows):
        yield {name: getattr(row, name) for name in _PRIZE}


def _redemptions(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = Redemption.objects.filter(member_id__in=member_ids).order_by("pk")
    for row in stream(rows.select_related("reward", "fulfilled_store")):
        values = {name: getattr(row, name) for name in _REDEMPTION}
        store = row.fulfilled_store.code if row.fulfilled_store else ""
        state = redemptions.state_at(row.state, row.expires_at, at)
        yield {**values, "reward": row.reward.code, "state": state, "fulfilled_store": store}
