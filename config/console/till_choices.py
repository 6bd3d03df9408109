"""What a text may be, to choose from. The choices ride in the signed cart, so that only what was
found can be picked, and nothing is looked up again while they wait."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from config.console import cards
from config.console.till_carts import Choice
from config.console.till_desks import Desk
from config.console.till_finds import Found
from members.models import Member


def of(found: Found, desk: Desk) -> tuple[Choice, ...]:
    """Members first, as `cards.hits` tells them apart."""
    return (*_members(found.members), *_things(found, desk))


def amount(minor: int, desk: Desk) -> Choice:
    """Digits that may be money."""
    return Choice(f"amount:{minor}", "payments", _("Amount"), desk.price(minor))


def enrollment(words: str) -> Choice:
    """A new customer, in the middle of a purchase."""
    return Choice(f"form:{words}", "person_add", _("New member"), words, waits=True)


def _members(members: Sequence[Member]) -> list[Choice]:
    return [
        Choice(
            f"pick:member:{hit.member.uid}",
            "person",
            hit.tier.name if hit.tier else _("Member"),
            hit.name or _("No name"),
            f"{hit.member.card_number} {hit.phone}".strip(),
        )
        for hit in (cards.hits(members=members) if members else [])
    ]


def _things(found: Found, desk: Desk) -> list[Choice]:
    things = []
    if found.product is not None:
        product, price = found.product, found.product.list_price_amount
        detail = f"{product.sku} {desk.price(price) if price is not None else ''}".strip()
        name = product.name or product.sku
        things.append(Choice("pick:product", "shopping_bag", _("Goods"), name, detail))
    if found.coupon:
        things.append(Choice("pick:coupon", "sell", _("Coupon"), found.coupon))
    if found.order is not None:
        number = found.order.external_id
        things.append(Choice("pick:order", "receipt_long", _("Order"), number))
    if found.redemption is not None:
        name = found.redemption.reward.name
        things.append(Choice("pick:reward", "featured_seasonal_and_gifts", _("Reward"), name))
    return things
