"""Benefits that a cart honors by itself: part of a hundred off, free shipping, for whoever has
them. They stand among the offers, asked of the member's row: tier, tags, birthday; what was given
by hand and who was drawn come as tags of their own (`campaigns_quote`).

Source: docs/algorithms/benefits.md, "In the cart".
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from campaigns.rules.quote_shapes import BENEFIT, BEST_OF, STACKABLE, Discount, Form, Layer
from loyalty.models import Benefit, BenefitRule
from loyalty.rules import cart_fields
from loyalty.selectors import benefits
from members.rules import conditions

_Kind = Benefit.Kind
KIND = "BENEFIT"
# Offers have codes of their own: a benefit may be called as one of them.
PREFIX = "benefit:"
# As `campaigns_quote` writes them; no tag has a colon.
GRANT, DRAWN = "grant:", "drawn:"
# Of several parts of a hundred that a member has, the best counts.
_GROUP = "benefit-discount"


def read() -> list[Benefit]:
    """All that are or were honored in carts; three queries."""
    return list(
        benefits.rows()
        .filter(kind__in=(_Kind.DISCOUNT, _Kind.FREE_SHIPPING), coupon_type__isnull=True)
        .exclude(state=Benefit.State.DRAFT)
        .order_by("pk")
    )


def of(rows: Iterable[Benefit]) -> list[Discount]:
    """As the rules judge them; of one that was stopped also what holds since then."""
    found = []
    for row in rows:
        found.append(_discount(row, [*_named(row), _given(row)], row.valid_from))
        if row.stopped_at is not None:
            found.append(_discount(row, [_given(row)], row.stopped_at))
    return found


def _discount(row: Benefit, trees: list[dict[str, Any]], begins: datetime | None) -> Discount:
    is_freight = row.kind == _Kind.FREE_SHIPPING
    return Discount(
        what=BENEFIT,
        id=row.pk,
        code=f"{PREFIX}{row.code}",
        kind=KIND,
        layer=Layer.SHIPPING if is_freight else Layer.ORDER,
        form=Form.FREE_SHIPPING if is_freight else Form.PERCENT_OFF,
        condition=conditions.parse({"any": trees}, cart_fields.FIELDS),
        off_basis_points=row.off_basis_points,
        min_amount=row.min_spend_amount,
        stacking=STACKABLE if is_freight else BEST_OF,
        group="" if is_freight else _GROUP,
        valid_from=begins,
        valid_until=row.valid_until,
        store_ids=frozenset(store.pk for store in row.stores.all()),
    )


def _given(row: Benefit) -> dict[str, Any]:
    return _bears(f"{GRANT}{row.code}")


def _named(row: Benefit) -> list[dict[str, Any]]:
    """Who has it by a rule: the tier first, as it is the reason that is told."""
    rules = sorted(row.rules.all(), key=lambda rule: rule.audience != BenefitRule.Audience.TIER)
    also = []
    if row.cap_percent is not None or row.cap_count is not None:
        also.append(_bears(f"{DRAWN}{row.code}"))
    if row.in_birthday_month:
        also.append({"field": "member.is_birthday_month", "op": "is", "value": True})
    return [_all([_who(rule), *also]) for rule in rules]


def _who(rule: BenefitRule) -> dict[str, Any]:
    if rule.tier is not None:
        return {"field": "member.tier", "op": "eq", "value": rule.tier.code}
    if rule.tag is not None:
        return _bears(rule.tag.code)
    # Whoever has an order number is a member; guests are kept out by the kind.
    return {"field": "member.order_number", "op": "gte", "value": 1}


def _bears(tag: str) -> dict[str, Any]:
    return {"field": "member.tags", "op": "contains", "value": tag}


def _all(trees: list[dict[str, Any]]) -> dict[str, Any]:
    return trees[0] if len(trees) == 1 else {"all": trees}
