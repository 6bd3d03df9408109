"""The catalogue as the ERP sends it: by SKU, however often."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from loyalty.models import Product

_ROWS_AT_ONCE = 2_000


@dataclass(frozen=True, kw_only=True)
class ProductItem:
    """One product; amounts in minor units of the programme's currency."""

    sku: str
    name_zh: str = ""
    name_en: str = ""
    category: str = ""
    brand: str = ""
    list_price_amount: int | None = None
    cost_amount: int | None = None
    image_url: str = ""
    is_active: bool = True


def sync(*, items: Sequence[ProductItem]) -> int:
    """How many products now are as told. One that a till named first stops being provisional.

    Written in the order of SKUs, as everything that writes products does: two syncs at once
    wait for each other, never in a ring.
    """
    by_sku = {item.sku: item for item in items}
    rows = [Product(**vars(by_sku[sku]), is_provisional=False) for sku in sorted(by_sku)]
    with transaction.atomic():
        Product.objects.bulk_create(
            rows,
            batch_size=_ROWS_AT_ONCE,
            update_conflicts=True,
            unique_fields=["sku"],
            update_fields=[*ProductItem.__dataclass_fields__.keys() - {"sku"}, "is_provisional"],
        )
    return len(rows)
