"""What a challenge may ask about an order: goods, place and time, and the purchase as it stands.

Who takes part is asked by fields of the challenge itself, judged once, when a step arrives: a
condition on a tag would turn an old order's step with every tag given or taken.
"""

from collections.abc import Mapping

from loyalty.rules import order_fields
from members.rules.conditions import Field

FIELDS: Mapping[str, Field] = {
    code: field
    for code, field in order_fields.FIELDS.items()
    if not code.startswith("member.") and code != "order.eligible_amount"
}
