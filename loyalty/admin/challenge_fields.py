"""What a challenge may ask about an order, in the operator's words: those of earning rules."""

from loyalty.admin import order_fields
from loyalty.rules import challenge_fields
from members.registry import fields
from members.registry.fields import Vocabulary

CODE = "challenge"
VOCABULARY = Vocabulary(
    CODE,
    challenge_fields.FIELDS,
    {code: order_fields.WORDINGS[code] for code in challenge_fields.FIELDS},
)


def register() -> None:
    """Called by `apps.ready`."""
    fields.add_vocabulary(VOCABULARY)
