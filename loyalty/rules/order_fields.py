"""What a condition of an earning rule may ask about an order; days and hours are the shop's.

A rule's tree is judged per line: the lines where it is true are its base. A tree without fields
of scope LINE is judged once and holds for all lines.
"""

from collections.abc import Mapping

from members.rules import conditions
from members.rules.conditions import OPS, Condition, Field, Op, Type

ORDER = "ORDER"
LINE = "LINE"


def _field(
    code: str,
    kind: Type,
    *,
    least: int | None = None,
    most: int | None = None,
    ops: tuple[Op, ...] | None = None,
) -> Field:
    scope = LINE if code.startswith("line.") else ORDER
    return Field(code, kind, ops or OPS[kind], scope, least, most)


_ALL = (
    _field("order.eligible_amount", Type.AMOUNT, least=0),
    _field("order.net_amount", Type.AMOUNT, least=0),
    _field("order.lines_count", Type.INTEGER, least=0),
    _field("order.quantity", Type.INTEGER, least=0),
    _field("line.sku", Type.TEXT),
    _field("line.category", Type.CHOICE),
    _field("line.brand", Type.CHOICE),
    _field("line.net_amount", Type.AMOUNT, least=0),
    _field("line.quantity", Type.INTEGER, least=0),
    _field("store.code", Type.CHOICE),
    _field("store.city", Type.CHOICE),
    _field("channel.code", Type.CHOICE),
    # 1 is Monday, 7 Sunday.
    _field("time.weekday", Type.INTEGER, least=1, most=7),
    _field("time.hour", Type.INTEGER, least=0, most=23),
    _field("time.date", Type.DATE),
    _field("time.day_of_month", Type.INTEGER, least=1, most=31),
    _field("member.tier", Type.CHOICE),
    _field("member.tags", Type.SET),
    _field("member.is_birthday_month", Type.BOOLEAN),
    _field("member.is_birthday", Type.BOOLEAN),
    # 1 is a member's first order.
    _field("member.order_number", Type.INTEGER, least=1),
    _field("member.is_first_order", Type.BOOLEAN),
)

FIELDS: Mapping[str, Field] = {field.code: field for field in _ALL}


def is_per_line(condition: Condition) -> bool:
    """Whether some lines of an order may match and others not."""
    return any(FIELDS[code].scope == LINE for code in conditions.fields_of(condition))
