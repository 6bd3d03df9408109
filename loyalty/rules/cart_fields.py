"""What the scope of an offer or of a coupon type may ask about a cart, as that of an earning rule
may about an order. Amounts are not among it: thresholds are fields of their own, taken on what is
left after the discounts before.
"""

from collections.abc import Mapping

from loyalty.rules import order_fields
from members.rules.conditions import Field

_LEFT_OUT = frozenset(
    {"order.eligible_amount", "order.net_amount", "line.net_amount", "line.quantity"}
)

FIELDS: Mapping[str, Field] = {
    code: field for code, field in order_fields.FIELDS.items() if code not in _LEFT_OUT
}
# Of a line alone: what the parts of a bundle are told by.
LINE_FIELDS: Mapping[str, Field] = {
    code: field for code, field in FIELDS.items() if field.scope == order_fields.LINE
}
