"""Which offers are found for a cart: by product, category, brand, threshold and instant."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from campaigns.rules import offer_books, offer_entries
from tests.campaigns import carts
from tests.campaigns.carts import AT, applied, line, quote, reasons, where

DAY = timedelta(days=1)
CART = carts.of_lines(
    line("1", "A", 1_000, category="tea", brand="Leaf"),
    line("2", "B", 2_000, category="cups", brand="Clay"),
)


def leaf(field: str, value: Any, op: str = "eq") -> dict[str, Any]:
    return {"field": f"line.{field}", "op": op, "value": value}


@pytest.mark.parametrize(
    ("tree", "keys", "lines"),
    [
        (leaf("sku", "A"), (("line.sku", "A"),), {"1"}),
        (leaf("category", ["cups", "pots"], "in"), None, {"2"}),
        (leaf("brand", "Leaf"), (("line.brand", "Leaf"),), {"1"}),
        ({"any": [leaf("sku", "A"), leaf("category", "cups")]}, None, {"1", "2"}),
        # The key with the fewest values finds it; the rest is asked of the lines found.
        (
            {"all": [leaf("category", ["tea", "cups"], "in"), leaf("brand", "Clay")]},
            (("line.brand", "Clay"),),
            {"2"},
        ),
        ({"all": [leaf("sku", "A"), leaf("brand", "Clay")]}, (("line.sku", "A"),), set()),
        ({"not": leaf("sku", "A")}, (), {"2"}),
        ({"all": [{"all": [leaf("sku", "B")]}]}, (("line.sku", "B"),), {"2"}),
        ({"any": [leaf("sku", "A"), {"not": leaf("brand", "Leaf")}]}, (), {"1", "2"}),
        # Of the line or of the order: both facts together.
        (
            {"any": [leaf("sku", "A"), {"field": "channel.code", "op": "eq", "value": "x"}]},
            (),
            {"1"},
        ),
        ({}, (), {"1", "2"}),
    ],
)
def test_an_offer_is_found_by_what_its_condition_names(
    tree: dict[str, Any], keys: tuple[tuple[str, str], ...] | None, lines: set[str]
) -> None:
    offer = carts.percent("o", 1_000, condition=where(tree))

    if keys is not None:
        assert (offer_entries.read(offer).keys or ()) == keys
    found = quote(CART, offer)
    assert {line_id for one in found.applied for line_id, _ in one.line_amounts} == lines


def test_a_bundle_is_found_by_the_part_with_the_fewest_products() -> None:
    pair = carts.bundle("pair", 100, "A", "B")
    wide = replace(pair, parts=(carts.Part(carts.skus("A", "C", "D")), pair.parts[1]))

    assert offer_entries.read(wide).keys == (("line.sku", "B"),)
    assert applied(quote(CART, wide)) == {"pair": 2_900}


def test_of_one_code_the_newest_version_that_has_begun_decides() -> None:
    old = carts.offer("o", amount=100, id=1, valid_from=AT - 3 * DAY)
    new = carts.offer("o", amount=200, id=2, valid_from=AT - DAY)
    next_one = carts.offer("o", amount=300, id=3, valid_from=AT + DAY)

    assert applied(quote(CART, next_one, old, new)) == {"o": 200}
    later = replace(CART, at=AT + DAY)
    assert applied(quote(later, next_one, old, new)) == {"o": 300}


def test_an_older_version_does_not_come_to_life_again() -> None:
    old = carts.offer("o", amount=100, id=1, valid_from=AT - 3 * DAY)
    ended = carts.offer("o", amount=200, id=2, valid_from=AT - DAY, valid_until=AT)

    assert reasons(quote(CART, old, ended)) == {"o": ("expired", {})}


def test_a_book_answers_for_any_instant_in_any_order() -> None:
    book = offer_books.compile_book(
        [carts.offer("o", amount=100, valid_from=AT, valid_until=AT + DAY)]
    )

    assert [bool(book.at(at).problems) for at in (AT + DAY, AT, AT - DAY, AT)] == [
        True, False, True, False,
    ]  # fmt: skip
    assert book.at(AT) is book.at(AT + timedelta(hours=3))


def test_a_book_compiled_in_another_order_is_the_same() -> None:
    some = [carts.offer(code, amount=100) for code in "cab"]

    pages = [offer_books.compile_book(order).at(AT) for order in (some, some[::-1])]

    assert [[one.discount.code for one in page.open_to_all] for page in pages] == [
        ["a", "b", "c"],
        ["a", "b", "c"],
    ]
