"""What a cart would cost with drafts in force beside what is published: a quote that nobody can
use. Reads; writes nothing.

Source: docs/decisions/0058-trying-offers.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from campaigns.models import Offer
from campaigns.rules import offer_entries
from campaigns.rules.offer_books import Book
from campaigns.rules.quote_shapes import OFFER, Discount
from campaigns.services import offer_discounts, quote_answers, quotes
from campaigns.services.offer_books import Limits, Name, Shelf
from campaigns.services.quote_documents import CartDocument
from campaigns.services.quote_inputs import Desk
from campaigns.services.quote_members import Person
from loyalty.errors import UnknownTier
from loyalty.models import Product
from loyalty.rules.earning_facts import Buyer
from loyalty.services.documents import Source

Answer = dict[str, Any]
_SOMEBODY = "trial"


@dataclass(frozen=True)
class Somebody:
    """A member described, where none is named: tier by code, tags, the number of the purchase."""

    tier: str
    tags: frozenset[str] = frozenset()
    order_number: int = 2


@dataclass(frozen=True)
class Trial:
    """A cart, whose `member` is known or `somebody` described (neither: a guest), and drafts that
    count as if they were published, each in place of the versions of its code."""

    cart: CartDocument
    source: Source
    somebody: Somebody | None = None
    draft_ids: Sequence[int] = ()


def try_out(*, trial: Trial, at: datetime) -> Answer:
    """The quote as the API answers it; its `quote_id` is left out. Budgets and limits count as
    they stand, those of a draft as it sets them. Of a draft that multiplies points the earning
    rules know nothing yet.

    Raises: DuplicateLine, UnknownStore, UnknownChannel, UnknownTier, NoProgram.
    """
    desk = quotes.enquire(cart=trial.cart, source=trial.source, at=at)
    drafts = _drafts(trial.draft_ids)
    if drafts:
        desk = _with_drafts(desk, drafts)
    described = None
    if trial.somebody is not None:
        described = _person(trial.somebody, desk)
        # Somebody who has used nothing yet, so that limits per person can be counted.
        desk = replace(desk, enquiry=replace(desk.enquiry, guest=_SOMEBODY))
    judged = quotes.judge_desk(desk=desk, described=described)
    answer = quote_answers.answer(judged)
    del answer["quote_id"]
    return answer


def _drafts(ids: Sequence[int]) -> list[Offer]:
    rows = Offer.objects.filter(pk__in=list(ids), state=Offer.State.DRAFT)
    return list(rows.prefetch_related("stores").order_by("pk"))


def _person(somebody: Somebody, desk: Desk) -> Person:
    level = next((one for one in desk.terms.levels if one.code == somebody.tier), None)
    if level is None:
        raise UnknownTier(tier=somebody.tier)
    return Person(
        Buyer(
            tier=level.code,
            coefficient_percent=level.coefficient_percent,
            order_number=somebody.order_number,
            tags=somebody.tags,
        )
    )


def _with_drafts(desk: Desk, drafts: Sequence[Offer]) -> Desk:
    shelf = desk.shelf
    codes = {row.code for row in drafts}
    discounts = [one for row in drafts if (one := offer_discounts.of_offer(row)) is not None]
    names = {(OFFER, row.pk): Name(row.name_zh, row.name_en) for row in drafts}
    limits = [one for one in shelf.limits if one.code not in codes]
    tried = replace(
        shelf,
        book=_book(shelf, codes, discounts),
        names={**shelf.names, **names},
        limits=[*limits, *(_limits(row) for row in drafts)],
    )
    pools = {**desk.seen.pools, **_pools(desk, drafts)}
    return replace(desk, shelf=tried, seen=msgspec.structs.replace(desk.seen, pools=pools))


def _book(shelf: Shelf, codes: set[str], discounts: Sequence[Discount]) -> Book:
    """The published book with the drafts in place of their codes."""
    kept = [entry for entry in shelf.book.offers if entry.discount.code not in codes]
    prices = _prices(discounts)
    drafted = [offer_entries.read(one, _worth(one, prices)) for one in discounts]
    return Book(
        offers=(*kept, *drafted),
        coupon_types=shelf.book.coupon_types,
        floors=shelf.book.floors,
    )


def _prices(discounts: Sequence[Discount]) -> dict[str, int]:
    skus = {step.gift_sku for one in discounts for step in one.steps} - {""}
    rows = Product.objects.filter(sku__in=skus, list_price_amount__isnull=False)
    return {sku: price or 0 for sku, price in rows.values_list("sku", "list_price_amount")}


def _worth(discount: Discount, prices: Mapping[str, int]) -> list[int]:
    """What the gift of each step is worth, where the catalogue knows it."""
    return [prices.get(step.gift_sku, 0) * step.gift_quantity for step in discount.steps]


def _limits(row: Offer) -> Limits:
    return Limits(
        code=row.code,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        member=row.limit_member,
        member_day=row.limit_member_day,
        count=row.limit_count,
        budget_amount=row.budget_amount,
    )


def _pools(desk: Desk, drafts: Sequence[Offer]) -> dict[str, int]:
    """What would be left of the drafts' budgets and counts if they were published: what was used
    of the version in force stays used."""
    in_force = desk.shelf.limited(desk.enquiry.judged_at)
    found = {}
    for row in drafts:
        before = in_force.get(row.code)
        for what, total, former in (
            ("amount", row.budget_amount, before and before.budget_amount),
            ("count", row.limit_count, before and before.count),
        ):
            key = f"offer:{row.code}:{what}"
            if total is not None:
                used = max(0, (former or 0) - desk.seen.pools.get(key, former or 0))
                found[key] = max(0, total - used)
    return found
