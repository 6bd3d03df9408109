"""What segments and rules of tags may ask about what a member bought, and when.

From the orders themselves, by when they were paid; net of refunds: an order counts while something
of it is left, a product while its line has. Shipping is no sale.
"""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from loyalty.models import Product
from members.admin.member_fields import field_of
from members.registry import member_fields
from members.registry.fields import Choices, Wording
from members.registry.member_fields import MemberField
from members.rules.conditions import Codes, Days, Type

_BUYS = _("Purchases")
_NET = "(o.net_amount - o.refunded_amount + o.refunded_shipping_amount)"
_LINES = """loyalty_order o
JOIN loyalty_orderline l ON l.order_id = o.id
JOIN loyalty_product p ON p.id = l.product_id"""
_COUNTED = """
SELECT o.member_id, count(DISTINCT o.id) AS orders_count
FROM {lines}
WHERE o.member_id IS NOT NULL AND l.net_amount > l.refunded_amount AND {{window[o.occurred_at]}}
  AND {{of[{column}]}} AND {{whose[o.member_id]}}
GROUP BY o.member_id"""
_BOUGHT = """
SELECT {column} FROM {lines}
WHERE o.member_id = m.id AND l.net_amount > l.refunded_amount AND {{window[o.occurred_at]}}"""
SOURCES = {
    # The sums are of bigints, and so numeric: as a bigint, division is whole. A store to the east
    # may be in tomorrow already: that is no day ago.
    "orders": f"""
SELECT o.member_id, count(*) AS orders_count, sum({_NET})::bigint AS net_amount,
  LEAST(min(o.business_date), %(today)s::date) AS first_on,
  LEAST(max(o.business_date), %(today)s::date) AS last_on
FROM loyalty_order o
WHERE o.member_id IS NOT NULL AND {_NET} > 0 AND {{window[o.occurred_at]}}
  AND {{whose[o.member_id]}}
GROUP BY o.member_id""",  # noqa: S608
    "products": _COUNTED.format(lines=_LINES, column="p.sku"),
    "categories": _COUNTED.format(lines=_LINES, column="p.category"),
}


def register() -> None:
    """Called with the fields of points and tier."""
    member_fields.add((*_orders(), *_things(), *_counts()), sources=SOURCES)


def _orders() -> Iterable[MemberField]:
    yield MemberField(
        field=field_of("orders.count", Type.INTEGER, least=0, days=Days()),
        wording=Wording(label=_("number of purchases"), group=_BUYS),
        sql="{s}.orders_count",
        source="orders",
        missing=0,
    )
    yield MemberField(
        field=field_of("orders.last_days", Type.INTEGER, least=0, days=Days()),
        wording=Wording(
            label=_("days since the last purchase"),
            group=_BUYS,
            hint=_("Who never bought has none, and meets no comparison with it."),
        ),
        sql="%(today)s::date - {s}.last_on",
        source="orders",
    )
    yield MemberField(
        field=field_of("orders.first_days", Type.INTEGER, least=0, days=Days()),
        wording=Wording(
            label=_("days since the first purchase"),
            group=_BUYS,
            hint=_("Who never bought has none, and meets no comparison with it."),
        ),
        sql="%(today)s::date - {s}.first_on",
        source="orders",
    )


def _things() -> Iterable[MemberField]:
    yield MemberField(
        field=field_of("bought.products", Type.SET, days=Days()),
        wording=Wording(
            label=_("products bought"),
            group=_BUYS,
            choices=_products,
            is_open=True,
            patterns={"contains": _("bought %(value)s"), "lacks": _("didn't buy %(value)s")},
            hint=_("By SKU."),
        ),
        sql=_BOUGHT.format(column="p.sku", lines=_LINES),
    )
    yield MemberField(
        field=field_of("bought.categories", Type.SET, days=Days()),
        wording=Wording(
            label=_("categories bought"),
            group=_BUYS,
            choices=_categories,
            is_open=True,
            patterns={
                "contains": _("bought something of %(value)s"),
                "lacks": _("bought nothing of %(value)s"),
            },
        ),
        sql=_BOUGHT.format(column="p.category", lines=_LINES),
    )
    yield MemberField(
        field=field_of("bought.brands", Type.SET, days=Days()),
        wording=Wording(
            label=_("brands bought"),
            group=_BUYS,
            is_open=True,
            patterns={
                "contains": _("bought something by %(value)s"),
                "lacks": _("bought nothing by %(value)s"),
            },
        ),
        sql=_BOUGHT.format(column="p.brand", lines=_LINES),
    )


def _counts() -> Iterable[MemberField]:
    needed = Codes(is_needed=True)
    yield MemberField(
        field=field_of("bought.product_orders", Type.INTEGER, least=0, days=Days(), of=needed),
        wording=Wording(
            label=_("purchases with products"),
            group=_BUYS,
            of_choices=_products,
            is_of_open=True,
        ),
        sql="{s}.orders_count",
        source="products",
        missing=0,
    )
    yield MemberField(
        field=field_of("bought.category_orders", Type.INTEGER, least=0, days=Days(), of=needed),
        wording=Wording(
            label=_("purchases with categories"),
            group=_BUYS,
            of_choices=_categories,
            is_of_open=True,
        ),
        sql="{s}.orders_count",
        source="categories",
        missing=0,
    )


def _products() -> Choices:
    rows = Product.objects.filter(is_active=True).order_by("sku")[: member_fields.MOST_CHOICES]
    return [(row.sku, row.name or row.sku) for row in rows]


def _categories() -> Choices:
    rows = Product.objects.exclude(category="").order_by("category")
    names = rows.values_list("category", flat=True).distinct()[: member_fields.MOST_CHOICES]
    return [(name, name) for name in names]
