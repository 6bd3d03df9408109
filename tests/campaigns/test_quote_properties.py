"""What holds for every cart, whatever its offers and coupons."""

import random
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.rules import offer_books, quotes
from campaigns.rules.quote_shapes import Quote, Wallet
from tests.campaigns.quote_strategies import Case, cases

EACH = settings(max_examples=80, deadline=None)


def quoted(case: Case) -> Quote:
    return quotes.quote(
        case.cart, offer_books.compile_book(case.discounts, case.floors), case.wallet
    )


def shuffled(case: Case, seed: int) -> Case:
    dice = random.Random(seed)

    def mixed(some: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(dice.sample(some, len(some)))

    return replace(
        case,
        cart=replace(case.cart, lines=mixed(case.cart.lines)),
        discounts=mixed(case.discounts),
        coupons=mixed(case.coupons),
    )


@EACH
@given(case=cases(most=7), seed=st.integers(0, 999))
def test_the_order_of_lines_offers_and_codes_changes_nothing(case: Case, seed: int) -> None:
    found, again = quoted(case), quoted(shuffled(case, seed))

    assert again.applied == found.applied
    assert again.rejected == found.rejected
    assert set(again.lines) == set(found.lines)


@EACH
@given(case=cases(most=8))
def test_no_line_goes_below_nothing_or_below_its_floor_by_a_discount(case: Case) -> None:
    found = quoted(case)

    assert all(0 <= one.net_amount <= one.gross_amount for one in found.lines)
    assert 0 <= found.shipping_discount_amount <= found.shipping_amount
    floor = case.floors.get(("A", ""))
    for line, one in zip(case.cart.lines, found.lines, strict=True):
        if floor and floor.amount and line.sku == "A":
            least = min(one.gross_amount, int(floor.amount * line.quantity))
            assert one.net_amount >= least


@EACH
@given(case=cases(most=8))
def test_parts_sum_to_the_whole(case: Case) -> None:
    found = quoted(case)
    by_line: dict[str, int] = {}
    for one in found.applied:
        parts = dict(one.line_amounts)
        assert sum(parts.values()) + one.shipping_amount == one.amount
        assert all(part > 0 for part in parts.values())
        for line_id, part in parts.items():
            by_line[line_id] = by_line.get(line_id, 0) + part

    assert by_line == {
        one.line_id: one.discount_amount for one in found.lines if one.discount_amount
    }
    assert sum(one.amount for one in found.applied) == (
        found.discount_amount + found.shipping_discount_amount
    )


@EACH
@given(case=cases(most=8))
def test_whatever_applies_takes_something_off_or_gives_something(case: Case) -> None:
    assert all(
        one.amount > 0 or one.gifts or one.multiplier_percent > 100 for one in quoted(case).applied
    )


@EACH
@given(case=cases(most=7))
def test_every_coupon_either_applies_or_says_why_not(case: Case) -> None:
    found = quoted(case)
    told = [one.code for one in found.applied] + [one.code for one in found.rejected]

    assert {one.code for one in case.coupons} <= set(told)
    assert len(told) == len(set(told))
    assert all(one.reason for one in found.rejected)


@EACH
@given(case=cases(most=6))
def test_what_won_is_the_same_when_what_lost_was_never_there(case: Case) -> None:
    """A return judges only what applied, and what is whole comes to the same."""
    found = quoted(case)
    winners = {(one.what, one.id) for one in found.applied}
    coupons = tuple(
        one for one in case.coupons if one.code in {applied.code for applied in found.applied}
    )
    book = offer_books.compile_book(
        [one for one in case.discounts if (one.what, one.id) in winners], case.floors
    )

    again = quotes.quote(case.cart, book, Wallet(coupons))

    assert again.net_amount == found.net_amount
    assert again.shipping_discount_amount == found.shipping_discount_amount
