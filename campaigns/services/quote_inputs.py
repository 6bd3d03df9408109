"""All that a quote is worked out from, read in one statement.

Source: campaigns/migrations/sql/quotes.sql, "Reading".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from django.db import connection

from campaigns.services import offer_books
from campaigns.services.offer_books import Shelf
from campaigns.services.quote_documents import CartDocument
from loyalty.rules import calendar
from loyalty.services import places, programs
from loyalty.services.documents import Source
from loyalty.services.places import Places
from loyalty.services.programs import Terms
from loyalty.services.rule_extras import UseRow
from loyalty.services.states import AccountRow, Days, HoldRow, LotRow

# Held coupons that are looked at, the soonest to expire first.
MOST_HELD = 200


class CouponRow(msgspec.Struct, array_like=True, frozen=True):
    """A coupon. `is_ours`: what locks it is this very cart's lock; `is_entered`: by its code."""

    id: int
    code: str
    type_id: int
    state: str
    member_id: int | None
    holder: str
    valid_from: datetime | None
    expires_at: datetime | None
    locked_until: datetime | None
    is_ours: bool
    is_entered: bool


# Id, uid, birthday as month × 100 + day, from when on that counts, tags.
MemberRow = tuple[int, str, int | None, date | None, list[str]]


class Seen(msgspec.Struct, array_like=True, frozen=True):
    """What `campaigns_quote` found, field by field in its order."""

    program: tuple[int, int] | None
    stores: dict[str, tuple[int, str, str]] | None
    channels: dict[str, int] | None
    member: MemberRow | None
    account: AccountRow | None
    lots: list[LotRow] | None
    holds: list[HoldRow] | None
    # Days of the tier's window, where its term is over.
    aging: Days | None
    clv_amount: int | None
    coupons: list[CouponRow]
    uses: dict[str, int]
    pools: dict[str, int]
    # By offer the amount that this cart's own lock keeps.
    reserved: dict[str, int]
    # Category, brand and cost by SKU.
    products: dict[str, tuple[str, str, int | None]]
    rule_uses: list[UseRow] | None
    # Points left by the id of a budget's first rule.
    rule_budgets: dict[int, int]


@dataclass(frozen=True, kw_only=True)
class Enquiry:
    """A cart to be judged: `at` is now, `judged_at` the instant whose prices hold (earlier for a
    quote that is kept). `claim` is how the database finds the member, `guest` whose limits count
    when it finds none, `codes` are normalized, `former` is the id of the quote before it."""

    cart: CartDocument
    source: Source
    codes: tuple[str, ...]
    claim: Mapping[str, Any] | None
    guest: str
    at: datetime
    judged_at: datetime
    former: str = ""
    # The end of what is kept; None: the programme's time from now.
    until: datetime | None = None

    @property
    def channel(self) -> str:
        return self.cart.channel or self.source.channel


@dataclass(frozen=True)
class Desk:
    """What was read, with the compiled programme and shelf of that very version."""

    enquiry: Enquiry
    seen: Seen
    terms: Terms
    shelf: Shelf
    places: Places

    @property
    def holder(self) -> str:
        """Whose limits count: `member:<id>`, `guest:<blind index>`, or "" for nobody known."""
        member = self.seen.member
        return f"member:{member[0]}" if member else self.enquiry.guest


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Seen).decode


def read(enquiry: Enquiry) -> Desk:
    """One statement; twice only after the programme, an offer or a coupon type changed.

    Raises: NoProgram.
    """
    terms, shelf = programs.kept(), offer_books.kept()
    cart = enquiry.cart
    here = places.known([cart.store] if cart.store else [], [enquiry.channel], enquiry.at)
    while True:
        seen = _ask(_request(enquiry, terms, shelf, here))
        fresh = programs.current(version=seen.program)
        on_shelf = offer_books.current(version=(fresh.id, fresh.version))
        if fresh is terms and on_shelf is shelf:
            break
        terms, shelf = fresh, on_shelf
    if here is None:
        here = Places(seen.stores or {}, seen.channels or {})
        places.keep_on_commit(here, enquiry.at)
    return Desk(enquiry, seen, terms, shelf, here)


def _ask(request: Mapping[str, Any]) -> Seen:
    with connection.cursor() as cursor:
        cursor.execute("SELECT campaigns_quote(%s::jsonb)", [_encode(request).decode()])
        return _decode(cursor.fetchone()[0])


def _request(enquiry: Enquiry, terms: Terms, shelf: Shelf, here: Places | None) -> dict[str, Any]:
    cart = enquiry.cart
    request: dict[str, Any] = {
        "at": enquiry.at,
        "source": enquiry.source.name,
        "skus": list({line.sku: None for line in cart.lines}),
        # A public code may stand for one that the member has in hand.
        "reads_held": cart.uses_held_coupons or bool(enquiry.codes),
        "most_held": MOST_HELD,
        "day": day_of(enquiry, terms),
    }
    if enquiry.claim:
        request["identity"] = enquiry.claim
    if enquiry.guest:
        request["guest"] = enquiry.guest
    if enquiry.codes:
        request["codes"] = enquiry.codes
    if enquiry.former:
        request["former"] = enquiry.former
    if here is None:
        request["stores"] = [cart.store] if cart.store else []
        request["channels"] = [enquiry.channel]
    return request | _limits(enquiry, terms, shelf) | _rules(enquiry, terms)


def _limits(enquiry: Enquiry, terms: Terms, shelf: Shelf) -> dict[str, Any]:
    """Whose uses and pools are asked: of limited offers in force and of public codes entered."""
    day = day_of(enquiry, terms)
    names = [f"offer:{code}" for code in shelf.limited(enquiry.judged_at)]
    names += [
        f"coupon:{shelf.public_codes[code].id}"
        for code in enquiry.codes
        if code in shelf.public_codes
    ]
    if not names:
        return {}
    return {
        "use_keys": [key for name in names for key in (name, f"{name}:{day}")],
        "pool_keys": [f"{name}:{what}" for name in names for what in ("count", "amount")],
    }


def day_of(enquiry: Enquiry, terms: Terms) -> str:
    """The day that limits per day count: the programme's."""
    return calendar.local_day(enquiry.at, terms.zone).isoformat()


def _rules(enquiry: Enquiry, terms: Terms) -> dict[str, Any]:
    """What the forecast of points needs beside the account; mostly nothing."""
    if enquiry.claim is None:
        return {}
    selection = terms.rules.at(enquiry.judged_at)
    request: dict[str, Any] = {}
    if selection.capped_codes:
        day = calendar.local_day(enquiry.judged_at, terms.zone)
        request = {"rule_codes": selection.capped_codes, "since": day.replace(day=1)}
    if selection.budget_ids:
        request["rule_budgets"] = selection.budget_ids
    return request
