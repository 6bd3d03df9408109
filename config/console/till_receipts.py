"""The receipt: what was bought, what lowered it, what it earned. From what is kept of the order,
so that it prints the same again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import segno
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from campaigns.admin import quote_words
from campaigns.models import Offer, OrderQuote
from config.console import till_carts, till_gifts, till_sales
from loyalty.admin import words
from loyalty.models import CouponType, Order, OrderLine, Tier
from loyalty.rules import money
from loyalty.services import programs
from members.models import Member
from members.sealing import masking

_QR_PIXELS = 4


@dataclass(frozen=True)
class Points:
    """What the purchase did to the member's points, and where they stand after it."""

    earned: int
    spent: int
    pending: int
    available: int
    active_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True)
class Standing:
    """The tier after the purchase; `lifted_from` is the one before, if it rose."""

    name: str
    lifted_from: str
    progress: str


@dataclass(frozen=True)
class Piece:
    """A line as it is printed; amounts before and after its discounts."""

    name: str
    quantity: Decimal
    unit_price_amount: int
    gross_amount: int
    net_amount: int


@dataclass(frozen=True)
class Receipt:
    """All that is printed, and what the counter shows of a sale."""

    order: Order
    lines: list[Piece]
    total_amount: int
    discounts: list[tuple[str, int]]
    payments: list[tuple[str, int]]
    gifts: list[str]
    coupons: list[str]
    card: str
    points: Points | None
    standing: Standing | None
    qr: str


def receipt(*, order: Order) -> Receipt:
    """At most nine queries."""
    answer = order.answer
    promise = OrderQuote.objects.filter(order_id=order.pk).values_list("promise", flat=True)
    applied = (promise.first() or {}).get("applied", [])
    gifts = answer.get("settled", {}).get("gifts", [])
    return Receipt(
        order=order,
        lines=[_piece(row) for row in order.lines.select_related("product").order_by("number")],
        total_amount=order.net_amount + order.shipping_amount - order.rounding_amount,
        discounts=_discounts(order, applied),
        payments=[(_method(row), row["amount"]) for row in order.payments],
        gifts=[quote_words.gift(row) for row in till_gifts.named(gifts)],
        coupons=_codes(gifts),
        card=_card(order),
        points=_points(answer),
        standing=_standing(answer, order.currency),
        qr=_qr(order.external_id),
    )


def refusals(order: Order) -> list[str]:
    """What of the sale could not be honored, in words; the sale itself stands."""
    rows = order.answer.get("refused", [])
    # Points that were not held any more were taken from the others, or `points` says how many not.
    return [_refusal(row, order) for row in rows if row.get("what") != "points_hold"]


def _piece(row: OrderLine) -> Piece:
    product = row.product
    return Piece(
        name=_("Amount") if product.sku == till_carts.AMOUNT_SKU else product.name or product.sku,
        quantity=row.quantity,
        unit_price_amount=row.unit_price_amount,
        gross_amount=row.net_amount + row.discount_amount,
        net_amount=row.net_amount,
    )


def _refusal(row: Mapping[str, Any], order: Order) -> str:
    what = row.get("what")
    if what == "points":
        short = min(programs.kept().amount_of(row["asked_points"]), order.points_amount)
        text = _("Points did not pay: collect %(amount)s in money.")
        return text % {"amount": money.text(short, order.currency)}
    if what == "member":
        return _("The member is not known any more: the sale counts for nobody.")
    if what == "quote":
        return _("The price was not guaranteed any more: its offers were not counted.")
    code = row.get("coupon") or row.get("offer") or row.get("coupon_type") or what
    return _("“%(name)s”: %(why)s") % {"name": code, "why": quote_words.reason(row)}


def _discounts(order: Order, applied: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """Each by name with what it took off; what the order doesn't name is told as one sum."""
    rows = [row for row in applied if row["amount"]]
    names = _names(rows)
    told = [(names.get((row["what"], _type_of(row)), row["code"]), row["amount"]) for row in rows]
    rest = order.discount_amount - sum(row["amount"] - row.get("shipping", 0) for row in rows)
    return [*told, (_("Discount"), rest)] if rest > 0 else told


def _names(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    codes: dict[str, set[str]] = {"offer": set(), "coupon": set()}
    for row in rows:
        codes[row["what"]].add(_type_of(row))
    found: dict[tuple[str, str], str] = {}
    if codes["offer"]:
        # The newest version of an offer names it last.
        for offer in Offer.objects.filter(code__in=codes["offer"]).order_by("pk"):
            found["offer", offer.code] = offer.name
    if codes["coupon"]:
        for kind in CouponType.objects.filter(code__in=codes["coupon"]):
            found["coupon", kind.code] = kind.name
    return found


def _type_of(row: Mapping[str, Any]) -> str:
    return str(row.get("type_code") or row["code"])


def _method(row: Mapping[str, Any]) -> str:
    if row["kind"] == "POINTS":
        return _("Points")
    return str(till_sales.METHODS.get(row["method"], row["method"]))


def _codes(gifts: Iterable[Mapping[str, Any]]) -> list[str]:
    """Codes of coupons that came with the purchase, where the answer tells them."""
    return [str(row["coupon"]) for row in gifts if row.get("coupon")]


def _card(order: Order) -> str:
    """The end of the card's number: a receipt is left lying about."""
    if order.member_id is None:
        return ""
    number = Member.objects.filter(pk=order.member_id).values_list("card_number", flat=True).first()
    return masking.card(number) if number else ""


def _points(answer: Mapping[str, Any]) -> Points | None:
    told, account = answer.get("points"), answer.get("account")
    if not told or not account:
        return None
    return Points(
        earned=told["earned"],
        spent=told["spent"],
        pending=told["pending"],
        available=account["available"],
        active_at=_instant(told["active_at"]),
        expires_at=_instant(told["expires_at"]),
    )


def _standing(answer: Mapping[str, Any], currency: str) -> Standing | None:
    told = answer.get("tier")
    if not told:
        return None
    codes = [told["code"], told["changed_from"], told["progress"]["next"]]
    tiers = {
        tier.code: tier for tier in Tier.objects.filter(code__in=filter(None, codes)).order_by("pk")
    }
    own, before = tiers.get(told["code"]), tiers.get(told["changed_from"])
    return Standing(
        name=own.name if own else told["code"],
        lifted_from=before.name if before else "",
        progress=_progress(told["progress"], tiers.get(told["progress"]["next"]), currency),
    )


def _progress(told: Mapping[str, Any], above: Tier | None, currency: str) -> str:
    if above is None:
        return ""
    lacks = []
    if told["missing_amount"]:
        lacks.append(money.text(told["missing_amount"], currency, short=True))
    if told["missing_orders"]:
        lacks.append(words.orders(told["missing_orders"]))
    if not lacks:
        return ""
    link = _(" and ") if above.match == Tier.Match.ALL else _(" or ")
    what = _("%(things)s more") % {"things": link.join(lacks)}
    return _("%(what)s to reach %(tier)s") % {"what": what, "tier": above.name}


def _instant(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None


def _qr(number: str) -> str:
    """The order's number as a picture in the page: scanned at the counter it opens the order."""
    return str(segno.make(number, micro=False, error="m").svg_data_uri(scale=_QR_PIXELS, border=2))
