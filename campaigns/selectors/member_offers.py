"""Offers that a member may use now, with what is left of them and what is still missing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from campaigns.models import Offer
from campaigns.rules import offer_entries
from campaigns.rules.offer_entries import Entry
from campaigns.services import (
    offer_discounts,
    quote_inputs,
    quote_members,
    quote_places,
    quote_wallets,
)
from campaigns.services.offer_books import Limits
from campaigns.services.quote_documents import CartDocument
from campaigns.services.quote_inputs import Desk, Enquiry
from loyalty.rules.earning_facts import Buyer, Facts
from loyalty.services.documents import Source
from members.errors import NotFound

# Whom an offer is not meant for doesn't hear of it; what may still come is said.
_NOT_MEANT = frozenset({"tag", "member", "store", "channel"})
_REASONS = {
    "member.tier": "tier",
    "member.tags": "tag",
    "member.": "member",
    "time.": "time",
    "store.": "store",
    "channel.": "channel",
}


@dataclass(frozen=True)
class MemberOffer:
    """An offer's version in force. `missing` are reasons for which this member can't use it now
    (tier, limit, budget, time); none: they can. What is left is None where there is no limit:
    orders of this member, those of today, and the budget in minor units."""

    offer: Offer
    missing: tuple[str, ...]
    left_orders: int | None
    left_today: int | None
    left_amount: int | None


def of_member(
    *, member_uid: UUID, source: Source, at: datetime, store: str = ""
) -> list[MemberOffer]:
    """Offers that this member may use, usable ones first, then by the latest. With `store` those
    of this store. Three statements.

    Raises: NotFound; UnknownStore.
    """
    desk = quote_inputs.read(_enquiry(member_uid, source, at, store))
    if desk.seen.member is None:
        raise NotFound
    place = quote_places.place(desk, needs_channel=False)
    facts = Facts(
        lines=(),
        eligible_amounts=(),
        buyer=quote_members.person(desk).buyer,
        place=place,
        occurred_at=at,
        program_zone=desk.terms.zone,
    )
    limited = desk.shelf.limited(at)
    found = [
        one
        for offer in _in_force(at)
        if (one := _seen(offer, desk, facts, limited.get(offer.code))) is not None
    ]
    return sorted(found, key=lambda one: (bool(one.missing), -one.offer.pk))


def _enquiry(member_uid: UUID, source: Source, at: datetime, store: str) -> Enquiry:
    cart = CartDocument(store=store, currency="", lines=(), uses_held_coupons=False)
    return Enquiry(
        cart=cart,
        source=source,
        codes=(),
        claim={"uid": str(member_uid)},
        guest="",
        at=at,
        judged_at=at,
    )


def _in_force(at: datetime) -> list[Offer]:
    """Of each code the newest version that has begun, unless it has ended."""
    begun = (
        Offer.objects.exclude(state=Offer.State.DRAFT)
        .filter(valid_from__lte=at)
        .order_by("code", "-valid_from", "-version")
        .distinct("code")
        .prefetch_related("stores")
    )
    return [offer for offer in begun if offer.valid_until is None or at < offer.valid_until]


def _seen(offer: Offer, desk: Desk, facts: Facts, limits: Limits | None) -> MemberOffer | None:
    """None for an offer that isn't meant for this member, or whose scope can't be read."""
    entry = _entry(offer)
    if entry is None:
        return None
    missing = list(dict.fromkeys(_missing(entry, desk, facts)))
    left = quote_wallets.left(desk, limits) if limits else None
    if left is not None and left.problem:
        missing.append(left.problem)
    if _NOT_MEANT & set(missing):
        return None
    used = desk.seen.uses
    day = quote_wallets.day_of(desk)
    budget = left.budget_amount if left else None
    if budget is not None and budget <= 0:
        missing.append("budget")
    return MemberOffer(
        offer=offer,
        missing=tuple(missing),
        left_orders=_rest(offer.limit_member, used.get(f"offer:{offer.code}", 0)),
        left_today=_rest(offer.limit_member_day, used.get(f"offer:{offer.code}:{day}", 0)),
        left_amount=budget,
    )


def _rest(most: int | None, used: int) -> int | None:
    return None if most is None else max(0, most - used)


def _entry(offer: Offer) -> Entry | None:
    if offer.kind == Offer.Kind.MULTIPLIER:
        discount = offer_discounts.of_multiplier(offer)
    else:
        discount = offer_discounts.of_offer(offer)
    return None if discount is None else offer_entries.read(discount)


def _missing(entry: Entry, desk: Desk, facts: Facts) -> Iterator[str]:
    """What the member, the time and the place lack. The cart isn't known: it is not asked."""
    discount, buyer = entry.discount, facts.buyer
    if discount.store_ids and not _sells(discount.store_ids, desk, facts):
        yield "store"
    if discount.kind == Offer.Kind.FIRST_ORDER and not _is_first(buyer):
        yield "member"
    values = facts.of_order()
    for test, node in entry.order_tests:
        fields = [leaf.field.code for leaf in offer_entries.leaves(node)]
        if _is_known(fields, values) and not test(values):
            yield _reason(fields[0])


def _is_first(buyer: Buyer) -> bool:
    return buyer.order_number == 1


def _sells(store_ids: frozenset[int], desk: Desk, facts: Facts) -> bool:
    """Whether one of these is the store asked for, or one that this channel speaks for."""
    if facts.place.store_id is not None:
        return facts.place.store_id in store_ids
    own = desk.enquiry.source.store_ids
    return own is None or bool(own & store_ids)


def _is_known(fields: list[str], values: Mapping[str, Any]) -> bool:
    for code in fields:
        if code.startswith("order.") or (
            code.startswith(("store.", "channel.")) and values.get(code) is None
        ):
            return False
    return True


def _reason(field: str) -> str:
    return next((why for begins, why in _REASONS.items() if field.startswith(begins)), "scope")
