"""What a cart costs, in the words that a clerk reads out: the same answer as `POST /quotes`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from campaigns.admin import quote_words
from campaigns.services import quotes
from campaigns.services.quote_documents import CartDocument, CartLineDocument
from config.console import till_gifts
from config.console.till_carts import Cart, Line
from loyalty.services.documents import MemberReference, Source
from members.models import Store

Row = Mapping[str, Any]
SOURCE = "counter"
# Customers hear how to reach these; the others are folded away.
_NEAR = {"min_spend", "min_quantity"}
_NEAR_AT_MOST = 3


@dataclass(frozen=True)
class Discount:
    """An offer or coupon that applies: its name, what it does, and what it takes off."""

    name: str
    does: str
    amount: int
    coupon: str = ""


@dataclass(frozen=True)
class Missed:
    """One that doesn't apply, and why. `coupon` is the code that was entered, or ""."""

    name: str
    why: str
    coupon: str = ""


@dataclass(frozen=True)
class Priced:
    """A line of the cart with its price; `notes` name what lowered it."""

    line: Line
    gross_amount: int
    net_amount: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """A quote as the counter shows it; `answer` is what the API answers."""

    answer: dict[str, Any]
    lines: tuple[Priced, ...]
    applied: tuple[Discount, ...]
    # Entered codes that don't apply, offers that are nearly reached, and the rest.
    refused: tuple[Missed, ...]
    near: tuple[Missed, ...]
    missed: tuple[Missed, ...]
    gifts: tuple[str, ...]


def source(*, channel: str, store: Store, operator_id: int) -> Source:
    """Who quotes and sells: this operator, in this store and no other."""
    return Source(
        name=SOURCE, channel=channel, store_ids=frozenset({store.pk}), actor_id=operator_id
    )


def quote(
    *, cart: Cart, store: Store, sender: Source, currency: str, at: datetime
) -> dict[str, Any]:
    """The answer for a cart with lines.

    Raises: what `campaigns.services.quotes.quote` refuses.
    """
    document = CartDocument(
        channel=sender.channel,
        store=store.code,
        member=MemberReference(type="id", value=cart.member) if cart.member else None,
        currency=currency,
        lines=tuple(_line(line) for line in cart.lines),
        coupons=cart.codes,
        uses_most_points=cart.uses_points,
    )
    return quotes.quote(cart=document, source=sender, at=at)


def noted(cart: Cart, answer: Row) -> Cart:
    """The cart that remembers what was shown of it."""
    return replace(cart, quote_id=answer["quote_id"], payable_amount=answer["payable_amount"])


def shown(cart: Cart, answer: dict[str, Any]) -> Shown:
    """The answer in words."""
    currency = answer["currency"]
    names = {row["code"]: quote_words.name(row) for row in answer["applied"]}
    missed = [_missed(row, cart, currency, names) for row in answer["rejected"]]
    near = [one for one, row in zip(missed, answer["rejected"], strict=True) if _is_near(row)]
    return Shown(
        answer=answer,
        lines=tuple(_lines(cart, answer, names)),
        applied=tuple(_applied(row, cart, currency) for row in answer["applied"]),
        refused=tuple(one for one in missed if one.coupon),
        near=tuple(one for one in near if not one.coupon)[:_NEAR_AT_MOST],
        missed=tuple(one for one in missed if not one.coupon and one not in near[:_NEAR_AT_MOST]),
        gifts=tuple(quote_words.gift(row) for row in till_gifts.named(answer["gifts"])),
    )


def unpriced(cart: Cart) -> tuple[Priced, ...]:
    """The lines as they stand before any discount."""
    return tuple(Priced(line, line.gross_amount, line.gross_amount) for line in cart.lines)


def _line(line: Line) -> CartLineDocument:
    return CartLineDocument(
        line_id=line.line_id,
        sku=line.item.sku,
        name=line.item.name,
        category=line.item.category,
        brand=line.item.brand,
        quantity=line.quantity,
        unit_price_amount=line.item.unit_price_amount,
    )


def _lines(cart: Cart, answer: Row, names: Mapping[str, str]) -> list[Priced]:
    by_id = {row["line_id"]: row for row in answer["lines"]}
    return [
        Priced(
            line,
            by_id[line.line_id]["gross_amount"],
            by_id[line.line_id]["net_amount"],
            tuple(names.get(row["code"], row["code"]) for row in by_id[line.line_id]["discounts"]),
        )
        for line in cart.lines
    ]


def _applied(row: Row, cart: Cart, currency: str) -> Discount:
    return Discount(
        name=quote_words.name(row),
        # Gifts are told by name in a place of their own.
        does=quote_words.discount({**row, "gifts": ()}, currency=currency),
        amount=row["amount"],
        coupon=_entered(row, cart),
    )


def _missed(row: Row, cart: Cart, currency: str, names: Mapping[str, str]) -> Missed:
    return Missed(
        name=quote_words.name(row),
        why=quote_words.reason(row, currency=currency, names=names),
        coupon=_entered(row, cart),
    )


def _entered(row: Row, cart: Cart) -> str:
    """The code if somebody entered it, and so may take it out again."""
    return row["code"] if row["what"] == "coupon" and row["code"] in cart.codes else ""


def _is_near(row: Row) -> bool:
    return row["reason"] in _NEAR and bool(row.get("figures"))
