"""docs/algorithms/quotes.md, run row by row."""

from pathlib import Path
from typing import Any

import pytest

from campaigns.rules import quotes
from campaigns.rules.quote_shapes import EXCLUSIVE, Discount, Floor, HeldCoupon, Quote
from tests import documented
from tests.campaigns import carts
from tests.campaigns.carts import bundle, cart, coupon, coupon_type, line, net, quote
from tests.documented import Row

PAGE = "algorithms/quotes.md"


def rows(heading: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", documented.rows(PAGE, heading), ids=str)


@rows("Order of evaluation")
def test_layers_are_numbered_in_their_order(row: Row) -> None:
    kinds = {
        1: ["LIMITED_PRICE", "MEMBER_PRICE"],
        2: ["BUNDLE", "NTH_ITEM"],
        3: ["STEPPED", "GIFT", "FIRST_ORDER"],
        4: [],
        5: ["FREE_SHIPPING"],
    }
    assert {carts.LAYERS[kind] for kind in kinds[row.number("layer")]} <= {row.number("layer")}


@rows("One cart through all layers")
def test_a_cart_goes_through_all_layers(row: Row) -> None:
    """Each step is a quote with the discounts up to it."""
    tenth = coupon_type("tenth", "PERCENT_OFF", off_basis_points=1_000)
    ten = coupon_type("ten", amount=1_000)
    discounts = [
        carts.price("tag", 9_000, "C"),
        bundle("pair", 15_000, "A", "B"),
        carts.stepped("save", (10_000, 1_000)),
        tenth,
        ten,
        carts.free_shipping("post"),
    ]
    steps = [str(one.cells["step"]) for one in documented.rows(PAGE, "One cart through all layers")]
    number = steps.index(row.cells["step"])

    found = quote(
        cart(10_000, 7_000, 10_000, shipping_amount=800),
        *discounts[:number],
        coupons=[coupon(one) for one in (tenth, ten) if one in discounts[:number]],
    )

    assert net(found) == [row.amount(name) for name in "ABC"]
    assert 800 - found.shipping_discount_amount == row.amount("freight")
    assert (found.applied[-1].amount if found.applied else 0) == row.amount("takes")


@rows("Thresholds")
def test_the_highest_step_reached_counts_and_repeated_ones_several_times(row: Row) -> None:
    steps = [tuple(map(_fen, step.split("−"))) for step in row.cells["steps"].split()]
    offer = carts.stepped(
        "o",
        *((at, off) for at, off in steps),
        is_repeated=row.text("repeated") == "yes",
        max_times=int(row.cells["at most"]) if row.cells["at most"] else None,
    )

    found = quote(cart(row.amount("amount")), offer)

    assert found.discount_amount == row.amount("off")
    assert sum(one.times for one in found.applied) == row.number("times")


@rows("Percentages")
def test_percentages_round_what_remains(row: Row) -> None:
    offers = [
        carts.percent(f"o{number}", hundredths * 100)
        for number, hundredths in enumerate(row.numbers("off %"))
    ]

    found = quote(cart(row.amount("amount"), percent_base=row.text("base")), *offers)

    assert (found.net_amount, found.percent_base) == (row.amount("left"), row.text("base"))


@rows("Shares of the lines")
def test_money_off_is_shared_by_the_largest_remainder(row: Row) -> None:
    found = quote(cart(*row.amounts("lines")), carts.offer("o", amount=row.amount("off")))

    assert [one.discount_amount for one in found.lines] == row.amounts("parts")


@rows("Bundles and n-th items")
def test_bundles_take_the_dearest_and_n_th_items_lower_the_cheapest(row: Row) -> None:
    pieces = [("A", price) for price in row.amounts("pieces of A")]
    pieces += [("B", price) for price in row.amounts("pieces of B")]
    lines = [line(str(number), sku, price) for number, (sku, price) in enumerate(pieces)]
    offers = {"bundle": bundle("o", 15_000, "A", "B"), "second": carts.nth("o", 5_000)}

    found = quote(carts.of_lines(*lines), offers[row.text("offer")])

    assert found.discount_amount == row.amount("off")
    assert sum(one.times for one in found.applied) == row.number("times")


@rows("The best combination")
def test_the_best_allowed_combination_applies(row: Row) -> None:
    candidates = [_candidate(text) for text in row.cells["candidates"].split("; ")]

    found = quote(
        cart(row.amount("cart")),
        *(one for one, _ in candidates),
        coupons=[held for _, held in candidates if held is not None],
    )

    assert sorted(one.type_code or one.code for one in found.applied) == row.text("applied").split()


@rows("Margin guard")
def test_what_would_go_below_the_floor_is_cut(row: Row) -> None:
    found = quote(
        cart(row.amount("price")),
        carts.offer("o", amount=row.amount("off")),
        floors={("A", ""): Floor(row.amount("floor"))},
    )

    assert found.net_amount == row.amount("left")
    assert [one.cut_amount for one in found.applied] == row.amounts("cut")


@rows("What lost, and why")
def test_every_reason_that_is_given_is_documented(row: Row) -> None:
    """The tests of reasons name each; here the page names no other."""
    source = (Path(__file__).parent / "test_quote_reasons.py").read_text()
    reasons = [reason.strip("`") for reason in row.cells["reason"].split()]
    assert [reason for reason in reasons if f'"{reason}"' not in source] == []


@rows("A return judged again")
def test_a_return_is_judged_again_by_what_it_was_sold_under(row: Row) -> None:
    save = carts.stepped("save", (10_000, 2_000))
    paid = quote(cart(7_000, 5_000), save).payable_amount

    left = quotes.evaluate(cart(row.amount("left")), [save])

    assert left.payable_amount == row.amount("costs then")
    assert paid - left.payable_amount == row.amount("comes back")


def test_every_table_of_the_page_is_run() -> None:
    source = Path(__file__).read_text()
    assert [one for one in documented.tables(PAGE) if f'"{one}"' not in source] == []


def _candidate(text: str) -> tuple[Discount, HeldCoupon | None]:
    """`a coupon from 95.00 20.00 of g`: a code, then what it is."""
    code, *words = text.split()
    more: dict[str, Any] = {}
    if "of" in words:
        more["group"] = words[words.index("of") + 1]
    if "exclusive" in words:
        more["stacking"] = EXCLUSIVE
    if "from" in words:
        more["min_amount"] = _fen(words[words.index("from") + 1])
    amount = _fen([word for word in words if "." in word][-1])
    if "price" in words:
        return carts.price(code, amount, "A", **more), None
    if "coupon" in words:
        made = coupon_type(code, amount=amount, **more)
        return made, coupon(made)
    return carts.offer(code, amount=amount, **more), None


def _fen(text: str) -> int:
    return int(text.replace(".", ""))


def test_a_quote_says_its_sums() -> None:
    found: Quote = quote(cart(7_000, 5_000, shipping_amount=800), carts.offer("o", amount=2_000))

    assert (found.gross_amount, found.discount_amount, found.net_amount) == (12_000, 2_000, 10_000)
    assert (found.shipping_amount, found.payable_amount) == (800, 10_800)
