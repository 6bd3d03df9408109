"""The margin guard: a floor per product or category, cut by layer, said by code."""

from campaigns.rules.quote_shapes import Floor, Layer
from tests.campaigns import carts
from tests.campaigns.carts import cart, line, net, quote


def test_a_stack_that_would_go_below_the_floor_is_cut_by_the_layer_that_does() -> None:
    found = quote(
        cart(10_000),
        carts.price("tag", 9_000, "A"),
        carts.offer("off", amount=2_000),
        floors={("A", ""): Floor(amount=7_500)},
    )

    assert net(found) == [7_500]
    assert found.lines[0].cuts == ((Layer.ORDER, "off", 500),)
    assert [(one.code, one.amount, one.cut_amount) for one in found.applied] == [
        ("tag", 1_000, 0),
        ("off", 1_500, 500),
    ]


def test_a_coupon_is_not_used_up_where_offers_alone_reach_the_floor() -> None:
    ten = carts.coupon_type("ten", amount=1_000)
    offer = carts.offer("off", amount=2_000)

    found = quote(
        cart(10_000), offer, ten, coupons=[carts.coupon(ten)], floors={("A", ""): Floor(8_000)}
    )

    assert carts.applied(found) == {"off": 2_000}
    assert carts.reasons(found) == {"TEN": ("margin", {})}


def test_what_is_cut_on_one_line_does_not_move_to_another() -> None:
    found = quote(
        cart(5_000, 5_000), carts.offer("off", amount=2_000), floors={("A", ""): Floor(4_500)}
    )

    assert net(found) == [4_500, 4_000]
    assert (found.applied[0].amount, found.applied[0].cut_amount) == (1_500, 500)


def test_a_line_below_its_floor_already_is_not_lowered_at_all() -> None:
    found = quote(
        cart(4_000, 5_000), carts.offer("off", amount=900), floors={("A", ""): Floor(4_500)}
    )

    assert net(found) == [4_000, 4_500]
    assert found.lines[0].cuts == ((Layer.ORDER, "off", 400),)


def test_a_product_floor_counts_before_that_of_its_category() -> None:
    floors = {("", "tea"): Floor(amount=900), ("A", ""): Floor(amount=500)}
    some = carts.of_lines(
        line("1", "A", 1_000, category="tea"), line("2", "B", 1_000, category="tea")
    )

    assert net(quote(some, carts.percent("off", 9_000), floors=floors)) == [500, 900]


def test_a_floor_is_of_each_piece() -> None:
    some = carts.of_lines(line("1", "A", 1_000, "3"), line("2", "A", 1_000, "0.5"))

    found = quote(some, carts.percent("off", 9_000), floors={("A", ""): Floor(amount=333)})

    # Of half a unit half the floor, 1.665, half a cent up.
    assert net(found) == [999, 167]


def test_never_below_cost_where_the_cost_is_known() -> None:
    floors = {("", "tea"): Floor(cost_percent=110)}
    some = carts.of_lines(
        line("1", "A", 1_000, "2", category="tea", cost_amount=600),
        line("2", "B", 1_000, category="tea"),
    )

    assert net(quote(some, carts.percent("off", 5_000), floors=floors)) == [1_320, 500]


def test_of_two_floors_of_one_product_the_higher_counts() -> None:
    floors = {("A", ""): Floor(amount=700, cost_percent=100)}
    some = carts.of_lines(line("1", "A", 1_000, cost_amount=800))

    assert net(quote(some, carts.percent("off", 5_000), floors=floors)) == [800]


def test_item_prices_are_compared_after_the_guard() -> None:
    """8.00 and 7.00 both end at the floor of 9.00; the first to expire, else the lower id, has
    it, and says what was cut."""
    found = quote(
        cart(1_000),
        carts.price("a", 700, "A"),
        carts.price("b", 800, "A"),
        floors={("A", ""): Floor(900)},
    )

    assert net(found) == [900]
    assert found.lines[0].cuts == ((Layer.ITEM, "a", 200),)


def test_a_combination_is_chosen_by_what_is_left_after_cuts() -> None:
    """30.00 on A alone would be cut to 5.00; 10.00 on both is worth 10.00."""
    much = carts.offer("much", amount=3_000, condition=carts.skus("A"), group="g")
    less = carts.offer("less", amount=1_000, group="g")

    found = quote(cart(5_000, 5_000), much, less, floors={("A", ""): Floor(4_500)})

    assert carts.applied(found) == {"less": 1_000}
