"""Products as a till asks for them."""

from collections.abc import Collection

from django.db.models import QuerySet

from loyalty.models import Product


def by_sku(sku: str) -> Product | None:
    """The product with this SKU, also when it was typed in small letters; one query."""
    found = {row.sku: row for row in with_sku(sku)}
    return found.get(sku) or found.get(sku.upper())


def with_sku(sku: str) -> QuerySet[Product]:
    """The product with this SKU as it is typed, and the one in capital letters."""
    return Product.objects.filter(sku__in={sku, sku.upper()})


def names(skus: Collection[str]) -> dict[str, str]:
    """What these products are called, in the reader's language, by SKU; one query."""
    return {row.sku: row.name for row in Product.objects.filter(sku__in=skus) if row.name}
