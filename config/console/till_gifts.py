"""Gifts by name: a clerk looks for a mug on the shelf, not for a number."""

from collections.abc import Iterable, Mapping
from typing import Any

from loyalty.models import CouponType, Product

Row = Mapping[str, Any]


def named(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The gifts of a quote or an order with names beside their codes. At most two queries, none
    without gifts."""
    given = list(rows)
    skus = {row["sku"] for row in given if row.get("sku")}
    codes = {row["coupon_type"] for row in given if row.get("coupon_type")}
    goods = {one.sku: one.name for one in Product.objects.filter(sku__in=skus)} if skus else {}
    types = {}
    if codes:
        types = {one.code: one.name for one in CouponType.objects.filter(code__in=codes)}
    return [_named(row, goods, types) for row in given]


def _named(row: Row, goods: Mapping[str, str], types: Mapping[str, str]) -> dict[str, Any]:
    sku, code = row.get("sku") or "", row.get("coupon_type") or ""
    name = goods.get(sku, "")
    return {
        **row,
        "sku": f"{name} ({sku})" if name and name != sku else sku,
        "coupon_type": types.get(code, code),
    }
