"""What the scope of an offer or of a coupon type may ask about a cart, in the operator's words:
those of earning rules, with which operators know them.
"""

from collections.abc import Mapping

from loyalty.admin import order_fields
from loyalty.rules import cart_fields
from members.registry import fields
from members.registry.fields import Vocabulary, Wording
from members.rules.conditions import Field

CODE = "cart"
# Of an item alone, for the parts of a bundle.
LINES_CODE = "cart_lines"


def register() -> None:
    """Called by `apps.ready`."""
    fields.add_vocabulary(VOCABULARY)
    fields.add_vocabulary(LINES_VOCABULARY)


def _worded(asked: Mapping[str, Field]) -> Mapping[str, Wording]:
    return {code: order_fields.WORDINGS[code] for code in asked}


VOCABULARY = Vocabulary(CODE, cart_fields.FIELDS, _worded(cart_fields.FIELDS))
LINES_VOCABULARY = Vocabulary(LINES_CODE, cart_fields.LINE_FIELDS, _worded(cart_fields.LINE_FIELDS))
