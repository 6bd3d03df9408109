"""Products as a till asks for them."""

from django.db.models import QuerySet

from loyalty.models import Product


def by_sku(sku: str) -> Product | None:
    """The product with this SKU, also when it was typed in small letters; one query."""
    found = {row.sku: row for row in with_sku(sku)}
    return found.get(sku) or found.get(sku.upper())


def with_sku(sku: str) -> QuerySet[Product]:
    """The product with this SKU as it is typed, and the one in capital letters."""
    return Product.objects.filter(sku__in={sku, sku.upper()})
