"""What a newcomer's app or till tells of who brought them."""

from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from members.registry.introductions import Introduction

ReferralCode = Annotated[
    str,
    Meta(
        max_length=40,
        description="Code of the member who brought them, as it was typed. Binds who joins now; "
        "422 `unknown_referral_code` when it leads to nobody. For a member who is there already "
        "`POST …/referral` says it.",
    ),
]
Device = Annotated[
    str,
    Meta(
        max_length=200,
        description="What the app knows this device by. Kept as a blind index, to find one hand "
        "behind two members.",
    ),
]
PaymentCard = Annotated[
    str,
    Meta(
        max_length=200,
        description="The payment provider's token of a card, never its number. Kept as a blind "
        "index.",
    ),
]


class Sent(Protocol):
    """A body with these fields."""

    referrer: UUID | None
    referral_code: str
    device: str
    payment_card: str


def introduction(sent: Sent) -> Introduction | None:
    """None where nothing is told."""
    told = Introduction(
        code=sent.referral_code.strip(),
        device=sent.device.strip(),
        payment_card=sent.payment_card.strip(),
    )
    return None if told == Introduction() and sent.referrer is None else told
