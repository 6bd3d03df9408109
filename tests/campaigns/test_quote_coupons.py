"""What coupons take, and when they count. Amounts are fen."""

from campaigns.rules.quote_shapes import INITIAL, Gift
from tests.campaigns import carts
from tests.campaigns.carts import applied, cart, coupon, coupon_type, line, net, quote


def test_money_off_a_coupon_from_its_minimum_spend_on() -> None:
    """What offers leave counts, before any coupon."""
    ten = coupon_type("ten", amount=1_000, min_amount=5_000)
    off = carts.offer("off", amount=100)

    assert applied(quote(cart(5_000), ten, coupons=[coupon(ten)])) == {"TEN": 1_000}
    assert carts.reasons(quote(cart(4_600), ten, coupons=[coupon(ten)])) == {
        "TEN": ("min_spend", {"missing_amount": 400})
    }
    # 50.00 − 1.00 is below the minimum: the coupon is worth more, and the offer gives way.
    assert applied(quote(cart(5_000), ten, off, coupons=[coupon(ten)])) == {"TEN": 1_000}


def test_one_coupon_does_not_take_another_below_its_minimum() -> None:
    ten = coupon_type("ten", amount=1_000, min_amount=5_000)
    six = coupon_type("six", amount=600, min_amount=5_000)

    found = quote(cart(5_000), ten, six, coupons=[coupon(ten), coupon(six)])

    assert applied(found) == {"SIX": 600, "TEN": 1_000}


def test_a_percent_coupon_is_capped_and_the_cap_shared_by_amount() -> None:
    fifth = coupon_type("fifth", "PERCENT_OFF", off_basis_points=2_000, cap_amount=1_500)

    assert applied(quote(cart(7_000), fifth, coupons=[coupon(fifth)])) == {"FIFTH": 1_400}
    found = quote(cart(7_000, 5_000), fifth, coupons=[coupon(fifth)])
    assert found.applied[0].line_amounts == (("1", 875), ("2", 625))


def test_199_at_80_percent_is_159_20() -> None:
    fifth = coupon_type("fifth", "PERCENT_OFF", off_basis_points=2_000)

    assert net(quote(cart(19_900), fifth, coupons=[coupon(fifth)])) == [15_920]


def test_percentages_round_what_remains_half_up_once_per_line() -> None:
    fifteenth = coupon_type("f", "PERCENT_OFF", off_basis_points=1_500)

    # 28.3305, 0.085 and 0.0085 of yuan: 28.33, 0.09 and 0.01.
    assert net(quote(cart(3_333, 10, 1), fifteenth, coupons=[coupon(fifteenth)])) == [2_833, 9, 1]


def test_percentages_are_of_the_running_amount_or_of_the_initial_one() -> None:
    tenth, fifth = carts.percent("tenth", 1_000), carts.percent("fifth", 2_000)

    running = quote(cart(10_000), tenth, fifth)
    assert (net(running), running.percent_base) == ([7_200], "RUNNING")
    initial = quote(cart(10_000, percent_base=INITIAL), tenth, fifth)
    assert (net(initial), initial.percent_base) == ([7_000], "INITIAL")


def test_of_coupons_percentages_come_before_money() -> None:
    """100.00 − 10 % − 20.00, which is better than (100.00 − 20.00) − 10 %."""
    tenth = coupon_type("x", "PERCENT_OFF", off_basis_points=1_000)
    money = coupon_type("a", amount=2_000)

    found = quote(cart(10_000), money, tenth, coupons=[coupon(money), coupon(tenth)])

    assert [(one.code, one.amount) for one in found.applied] == [("X", 1_000), ("A", 2_000)]


def test_an_exchange_takes_the_dearest_pieces_for_its_amount() -> None:
    swap = coupon_type("swap", "EXCHANGE", amount=100, quantity=2, condition=carts.skus("A", "B"))
    some = carts.of_lines(line("1", "A", 3_000), line("2", "B", 2_000, "2"), line("3", "C", 9_000))

    found = quote(some, swap, coupons=[coupon(swap)])

    # The A and one B for 1.00 each.
    assert net(found) == [100, 2_100, 9_000]
    assert found.applied[0].times == 2


def test_a_gift_coupon_and_a_multiplier_take_nothing_off() -> None:
    mug = coupon_type("mug", "GIFT", gift_sku="MUG", quantity=2)
    double = coupon_type("double", "MULTIPLIER", multiplier_percent=200)

    found = quote(cart(1_000), mug, double, coupons=[coupon(mug), coupon(double)])

    assert net(found) == [1_000]
    by_code = {one.code: one for one in found.applied}
    assert by_code["MUG"].gifts == (Gift("coupon", "MUG", "MUG", 2),)
    assert by_code["DOUBLE"].multiplier_percent == 200


def test_freight_is_taken_off_once_and_by_an_offer_rather_than_a_coupon() -> None:
    post = coupon_type("post", "FREE_SHIPPING")
    parcel = carts.free_shipping("parcel", min_amount=5_000)

    found = quote(cart(5_000, shipping_amount=800), post, parcel, coupons=[coupon(post)])
    assert applied(found) == {"parcel": 800}
    assert (found.shipping_discount_amount, found.payable_amount) == (800, 5_000)
    small = quote(cart(4_000, shipping_amount=800), post, parcel, coupons=[coupon(post)])
    assert applied(small) == {"POST": 800}
    assert quote(cart(4_000), post, coupons=[coupon(post)]).applied == ()


def test_freight_is_free_from_what_is_left_after_coupons() -> None:
    money = coupon_type("ten", amount=1_000)
    parcel = carts.free_shipping("parcel", min_amount=5_000, cap_amount=600)

    left = quote(cart(6_000, shipping_amount=800), money, parcel, coupons=[coupon(money)])
    assert applied(left) == {"TEN": 1_000, "parcel": 600}
    short = quote(cart(5_999, shipping_amount=800), money, parcel, coupons=[coupon(money)])
    assert applied(short) == {"TEN": 1_000}
