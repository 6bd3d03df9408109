"""What is asked: a cart as a channel sent it, or as a promise carries it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.services import quote_promises
from campaigns.services.quote_documents import CartDocument, CartLineDocument
from campaigns.services.quote_inputs import Enquiry
from campaigns.services.quote_promises import Promise
from loyalty.errors import DuplicateLine
from loyalty.rules import coupons as coupon_rules
from loyalty.services import references
from loyalty.services.documents import Source
from members.models import Store


@dataclass(frozen=True, slots=True)
class _Asker:
    """How the member is found, and whose limits count where there is none."""

    claim: Mapping[str, Any] | None = None
    guest: str = ""


def of_cart(
    cart: CartDocument, source: Source, at: datetime, former: Promise | None = None
) -> Enquiry:
    """A cart that was sent; the prices of a `former` quote are kept within its time.

    Raises: DuplicateLine.
    """
    return _enquiry(cart, source, _asker(cart), _Moment(at, former))


def of_promise(promise: Promise, source: Source, at: datetime) -> Enquiry:
    """What was promised, asked once more."""
    if promise["member"] is None:
        asker = _Asker(guest=promise["holder"])
    else:
        asker = _Asker({"id": promise["member"]})
    return _enquiry(_cart_of(promise), source, asker, _Moment(at, promise))


def codes(cart: CartDocument) -> tuple[str, ...]:
    """The codes that were entered, normalized, each once, in an order of their own."""
    return tuple(sorted({coupon_rules.normalize(code) for code in cart.coupons} - {""}))


def subject(cart: CartDocument) -> str:
    """Whom codes are tried for, as at a coupon's desk (`loyalty.services.coupon_desk`), so that
    one count holds for both: the member however they are named, the phone of a guest, else the
    store; "" for nobody and nowhere. At most two queries, and only a cart with codes asks."""
    holder = references.holder_of(cart.member)
    if holder or not cart.store:
        return holder
    store_id = Store.objects.filter(code=cart.store).values_list("pk", flat=True).first()
    return f"store:{store_id}" if store_id else ""


@dataclass(frozen=True, slots=True)
class _Moment:
    """Now, and the quote whose time may not be over."""

    at: datetime
    former: Promise | None

    @property
    def kept(self) -> Promise | None:
        is_kept = self.former is not None and not quote_promises.is_over(self.former, self.at)
        return self.former if is_kept else None


def _asker(cart: CartDocument) -> _Asker:
    if cart.member is None:
        return _Asker()
    claim = references.claim(cart.member)
    if claim is None or claim.get("kind") != "PHONE":
        return _Asker(claim)
    # As `references.holder`, whose index of the phone this is.
    return _Asker(claim, f"guest:{claim['digest']}")


def _enquiry(cart: CartDocument, source: Source, asker: _Asker, moment: _Moment) -> Enquiry:
    times = Counter(line.line_id for line in cart.lines)
    if len(times) != len(cart.lines):
        raise DuplicateLine(line_ids=sorted(name for name, count in times.items() if count > 1))
    judged_at, until = moment.at, None
    if moment.kept is not None:
        judged_at, until = quote_promises.period(moment.kept)
    return Enquiry(
        cart=cart,
        source=source,
        codes=codes(cart),
        claim=asker.claim,
        guest=asker.guest,
        at=moment.at,
        judged_at=judged_at,
        former=moment.former["id"] if moment.former else "",
        until=until,
    )


def _cart_of(promise: Promise) -> CartDocument:
    """The cart of a promise. Which of its lines earn points is not in it: prices don't ask."""
    return CartDocument(
        channel=promise["channel"],
        store=promise["store"],
        currency=promise["currency"],
        lines=tuple(
            CartLineDocument(
                line_id=line.line_id,
                sku=line.sku,
                category=line.category,
                brand=line.brand,
                quantity=line.quantity,
                unit_price_amount=line.unit_price_amount,
            )
            for line in quote_promises.lines(promise)
        ),
        shipping_amount=promise["shipping"][0],
        coupons=tuple(promise["entered"]),
        uses_held_coupons=promise["uses_held"],
        points_to_use=promise["points"]["used"],
    )
