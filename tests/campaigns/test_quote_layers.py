"""What each kind of offer and coupon takes, and in which order. Amounts are fen."""

from dataclasses import replace

from campaigns.rules.quote_shapes import Form, Gift, Layer, Step
from loyalty.rules.earning_facts import Buyer
from tests.campaigns import carts
from tests.campaigns.carts import applied, bundle, cart, coupon, coupon_type, line, net, quote


def test_item_prices_come_first_then_bundles_orders_coupons_and_freight_at_last() -> None:
    """C at 90, A and B together for 150, 满100减10, 10 off, no freight."""
    money = coupon_type("ten", amount=1_000)
    found = quote(
        cart(10_000, 7_000, 10_000, shipping_amount=800),
        carts.free_shipping("post"),
        carts.stepped("save", (10_000, 1_000)),
        bundle("pair", 15_000, "A", "B"),
        carts.price("tag", 9_000, "C"),
        money,
        coupons=[coupon(money)],
    )

    assert [(one.code, one.layer, one.amount) for one in found.applied] == [
        ("tag", Layer.ITEM, 1_000),
        ("pair", Layer.BUNDLE, 2_000),
        ("save", Layer.ORDER, 1_000),
        ("TEN", Layer.COUPON, 1_000),
        ("post", Layer.SHIPPING, 800),
    ]
    assert (found.net_amount, found.payable_amount) == (22_000, 22_000)


def test_each_line_has_the_better_of_member_price_and_limited_time_price() -> None:
    member = carts.offer("club", "MEMBER_PRICE", form=Form.PERCENT_OFF, off_basis_points=1_000)
    sale = carts.price("sale", 8_500, "A", "B")
    found = quote(cart(10_000, 9_000, is_member=True), member, sale)

    # A: 90.00 or 85.00; B: 81.00 or 85.00.
    assert net(found) == [8_500, 8_100]
    assert applied(found) == {"club": 900, "sale": 1_500}


def test_a_member_price_is_for_members() -> None:
    member = carts.offer("club", "MEMBER_PRICE", form=Form.PRICE, amount=8_000)

    assert net(quote(cart(10_000, is_member=True), member)) == [8_000]
    assert net(quote(cart(10_000), member)) == [10_000]
    assert carts.reasons(quote(cart(10_000), member)) == {"club": ("member", {})}


def test_a_limited_time_price_may_be_for_the_first_pieces_only() -> None:
    sale = carts.price("sale", 5_000, "A", max_times=2)

    found = quote(carts.of_lines(line("1", "A", 8_000, "3")), sale)

    assert net(found) == [18_000]


def test_a_price_that_is_not_lower_is_not_applied() -> None:
    found = quote(cart(10_000), carts.price("sale", 12_000, "A"))

    assert net(found) == [10_000]
    assert carts.reasons(found) == {"sale": ("lower_value", {})}


def test_two_together_cost_199_instead_of_299() -> None:
    found = quote(cart(19_900, 10_000), bundle("pair", 19_900, "A", "B"))

    assert found.payable_amount == 19_900
    # 100.00 off by 199 : 100.
    assert found.applied[0].line_amounts == (("1", 6_656), ("2", 3_344))


def test_a_bundle_counts_as_often_as_its_pieces_allow_and_takes_the_dearest() -> None:
    pair = bundle("pair", 15_000, "A", "B")
    two = carts.of_lines(line("1", "A", 10_000, "3"), line("2", "B", 9_000), line("3", "B", 8_000))

    found = quote(two, pair)

    assert (applied(found), found.applied[0].times) == ({"pair": 7_000}, 2)
    once = quote(two, replace(pair, max_times=1))
    assert applied(once) == {"pair": 4_000}


def test_a_bundle_that_would_cost_more_is_not_made() -> None:
    """The second pair costs 16.00 apart and 20.00 together."""
    some = carts.of_lines(line("1", "A", 1_500), line("2", "A", 800), line("3", "B", 800, "2"))

    assert applied(quote(some, bundle("pair", 2_000, "A", "B"))) == {"pair": 300}


def test_a_piece_that_fits_two_parts_serves_where_it_is_needed() -> None:
    """A fits both parts, B only the first: so A is taken for the second."""
    both = carts.offer(
        "pair",
        "BUNDLE",
        form=Form.PRICE,
        amount=10_000,
        parts=(carts.Part(carts.skus("A", "B")), carts.Part(carts.skus("A"))),
    )

    assert applied(quote(cart(8_000, 7_000), both)) == {"pair": 5_000}


def test_a_piece_is_in_one_bundle_only() -> None:
    """A is taken by the pair that saves more; the other pair has to do without it."""
    more, less = bundle("x", 10_000, "A", "B"), bundle("y", 14_000, "A", "C")
    found = quote(cart(8_000, 7_000, 9_000), less, more)

    assert applied(found) == {"x": 5_000}
    assert carts.reasons(found)["y"][0] == "min_quantity"


def test_of_every_two_pieces_the_cheapest_are_lowered() -> None:
    half = carts.nth("half", 5_000)

    found = quote(cart(10_000, 6_000, 4_000, 2_000, 1_000), half)

    # Five pieces: two are lowered, those of 10.00 and of 20.00.
    assert net(found) == [10_000, 6_000, 4_000, 1_000, 500]
    assert found.applied[0].times == 2


def test_the_third_piece_may_have_a_price() -> None:
    third = carts.nth("third", 0, every=3, form=Form.PRICE, amount=100)

    assert net(quote(carts.of_lines(line("1", "A", 1_000, "6")), third)) == [4_200]


def test_of_a_weighed_line_only_whole_units_are_pieces() -> None:
    some = carts.of_lines(line("1", "A", 1_000, "1.500"), line("2", "A", 2_000))

    # One whole unit and one piece: the unit of 10.00 is lowered by half.
    assert net(quote(some, carts.nth("half", 5_000))) == [1_000, 2_000]
    few = carts.of_lines(line("1", "A", 1_000, "0.900"), line("2", "A", 2_000))
    assert carts.reasons(quote(few, carts.nth("half", 5_000))) == {
        "half": ("min_quantity", {"missing_quantity": 1})
    }


def test_the_highest_step_that_is_reached_counts() -> None:
    steps = carts.stepped("save", (10_000, 1_000), (20_000, 3_000), (30_000, 6_000))

    assert applied(quote(cart(9_999), steps)) == {}
    assert applied(quote(cart(10_000), steps)) == {"save": 1_000}
    assert applied(quote(cart(29_999), steps)) == {"save": 3_000}
    assert applied(quote(cart(30_000), steps)) == {"save": 6_000}


def test_for_every_100_spent_20_off() -> None:
    every = carts.stepped("save", (10_000, 2_000), is_repeated=True)

    assert applied(quote(cart(25_000), every)) == {"save": 4_000}
    assert quote(cart(25_000), every).applied[0].times == 2
    assert applied(quote(cart(55_000), replace(every, max_times=3))) == {"save": 6_000}
    assert applied(quote(cart(55_000), replace(every, cap_amount=7_000))) == {"save": 7_000}


def test_the_threshold_is_taken_on_the_lines_in_scope_after_item_prices() -> None:
    save = carts.stepped("save", (10_000, 3_000), condition=carts.skus("A"))

    assert applied(quote(cart(9_000, 9_000), save)) == {}
    assert applied(quote(cart(12_000, 9_000), save)) == {"save": 3_000}
    # 40.00 off as item price, but 满100减30 is lost by it.
    sale = carts.price("sale", 8_000, "A")
    assert applied(quote(cart(12_000, 9_000), save, sale)) == {"sale": 4_000}


def test_a_bundle_does_not_lower_what_thresholds_are_taken_on() -> None:
    """After item prices there are 110.00; the pair lowers them to 90.00, of which 满100 knows
    nothing."""
    found = quote(
        cart(6_000, 5_000),
        bundle("pair", 9_000, "A", "B"),
        carts.stepped("save", (10_000, 1_000)),
    )

    assert applied(found) == {"pair": 2_000, "save": 1_000}


def test_steps_may_be_numbers_of_pieces() -> None:
    two = carts.offer(
        "two", steps=(Step(0, 2, off_basis_points=1_000), Step(0, 3, off_basis_points=2_000))
    )

    assert applied(quote(cart(1_000), two)) == {}
    assert applied(quote(cart(1_000, 1_000), two)) == {"two": 200}
    assert applied(quote(cart(1_000, 1_000, 1_000), two)) == {"two": 600}


def test_spend_and_get_gives_goods_and_coupons_and_every_time_when_repeated() -> None:
    goods = carts.offer(
        "mug", "GIFT", form=Form.GIFT, steps=(Step(10_000, gift_sku="MUG"),), is_repeated=True
    )
    found = quote(cart(21_000), goods)
    assert found.applied[0].gifts == (Gift("offer", "mug", "MUG", 2),)
    assert (found.discount_amount, found.applied[0].times) == (0, 2)

    ticket = carts.offer("next", "GIFT", form=Form.GIFT, steps=(Step(5_000, gift_coupon_type="v"),))
    assert quote(cart(5_000), ticket).applied[0].gifts == (
        Gift("offer", "next", quantity=1, coupon_type="v"),
    )


def test_ten_off_the_first_order() -> None:
    first = carts.offer("hello", "FIRST_ORDER", amount=1_000, min_amount=3_000)
    once, again = Buyer(order_number=1), Buyer(order_number=2)

    assert applied(quote(cart(3_000, buyer=once, is_member=True), first)) == {"hello": 1_000}
    assert applied(quote(cart(2_999, buyer=once, is_member=True), first)) == {}
    assert applied(quote(cart(3_000, buyer=again, is_member=True), first)) == {}
    # Of somebody unknown nobody can say that it is the first.
    assert carts.reasons(quote(cart(3_000), first)) == {"hello": ("member", {})}


def test_discounts_are_shared_over_lines_to_the_cent_ties_by_line() -> None:
    save = carts.stepped("save", (10_000, 2_000))

    assert quote(cart(7_000, 5_000), save).applied[0].line_amounts == (("1", 1_167), ("2", 833))
    equal = quote(cart(5_000, 5_000, 5_000), save)
    assert equal.applied[0].line_amounts == (("1", 667), ("2", 667), ("3", 666))


def test_no_line_and_no_order_goes_below_nothing() -> None:
    ten = coupon_type("ten", amount=1_000)
    found = quote(cart(300, 400, shipping_amount=800), ten, coupons=[coupon(ten)])

    assert net(found) == [0, 0]
    assert (found.applied[0].amount, found.payable_amount) == (700, 800)
