"""Which offers and coupons go together, and which combination wins."""

from datetime import timedelta

from campaigns.rules.quote_shapes import BEST_OF, EXCLUSIVE, Form, Left, Step
from tests.campaigns import carts
from tests.campaigns.carts import AT, applied, cart, coupon, coupon_type, net, quote

SOON, LATER = AT + timedelta(days=1), AT + timedelta(days=9)


def test_stackable_offers_and_coupons_all_apply() -> None:
    money, tenth = carts.offer("a", amount=500), carts.percent("b", 1_000)
    five = coupon_type("five", amount=500)

    found = quote(cart(10_000), money, tenth, five, coupons=[coupon(five)])

    # 10 % first: 100.00 − 10.00 − 5.00 − 5.00.
    assert applied(found) == {"b": 1_000, "a": 500, "FIVE": 500}


def test_an_exclusive_one_goes_alone_or_not_at_all() -> None:
    alone = carts.offer("alone", amount=1_200, stacking=EXCLUSIVE)
    five, six = carts.offer("five", amount=500), carts.offer("six", amount=600)

    assert applied(quote(cart(10_000), alone, five, six)) == {"alone": 1_200}
    seven = carts.offer("seven", amount=700)
    assert applied(quote(cart(10_000), alone, six, seven)) == {"six": 600, "seven": 700}


def test_an_exclusive_coupon_excludes_offers_too() -> None:
    only = coupon_type("only", amount=1_000, stacking=EXCLUSIVE)
    found = quote(cart(10_000), carts.offer("five", amount=500), only, coupons=[coupon(only)])

    assert applied(found) == {"ONLY": 1_000}
    assert carts.reasons(found) == {"five": ("excluded_by", {"excluded_by": "ONLY"})}


def test_of_a_group_the_best_wins_among_offers_and_coupons_together() -> None:
    five, other = carts.offer("five", amount=500, group="g"), carts.offer("two", amount=200)
    eight = coupon_type("eight", amount=800, group="g")

    found = quote(cart(10_000), five, other, eight, coupons=[coupon(eight)])

    assert applied(found) == {"two": 200, "EIGHT": 800}
    assert carts.reasons(found) == {
        "five": ("lower_value", {"amount": 500, "excluded_by": "EIGHT"})
    }


def test_groups_of_other_names_go_together() -> None:
    one, other = carts.offer("a", amount=100, group="g"), carts.offer("b", amount=100, group="h")

    assert applied(quote(cart(1_000), one, other)) == {"a": 100, "b": 100}


def test_the_best_of_all_combinations_is_not_the_sum_of_the_best_of_each() -> None:
    """a (group g, 8.00) hinders c (9.00) by an item price; b (group g, 6.00) doesn't."""
    a = carts.price("a", 9_200, "A", group="g")
    b = carts.offer("b", amount=600, group="g")
    c = carts.stepped("c", (10_000, 900))

    assert applied(quote(cart(10_000), a, b, c)) == {"b": 600, "c": 900}


def test_an_item_price_is_left_out_when_a_threshold_is_worth_more() -> None:
    found = quote(
        cart(10_000), carts.price("tag", 9_900, "A"), carts.stepped("save", (10_000, 2_000))
    )

    assert (net(found), applied(found)) == ([8_000], {"save": 2_000})


def test_ties_go_to_the_fewest_coupons() -> None:
    """10.00 by an offer, or by a coupon: the coupon is kept."""
    ten = coupon_type("ten", amount=1_000, group="g")
    offer = carts.offer("z", amount=1_000, group="g")

    found = quote(cart(5_000), ten, offer, coupons=[coupon(ten)])

    assert applied(found) == {"z": 1_000}


def test_ties_go_to_one_coupon_rather_than_two() -> None:
    five = coupon_type("five", amount=500)
    ten = coupon_type("ten", amount=1_000)
    several = [coupon(five, "F1", id=1), coupon(five, "F2", id=2), coupon(ten, "T", id=3)]

    assert applied(quote(cart(1_000), five, ten, coupons=several)) == {"T": 1_000}


def test_then_to_the_coupon_that_expires_first_then_to_the_lower_id() -> None:
    ten = coupon_type("ten", amount=1_000, group="g")
    late = coupon(ten, "LATE", id=1, expires_at=LATER)
    soon = coupon(ten, "SOON", id=2, expires_at=SOON)
    same = coupon(ten, "SAME", id=3, expires_at=SOON)
    never = coupon(ten, "NEVER", id=0)

    found = quote(cart(5_000), ten, coupons=[never, late, same, soon])

    assert applied(found) == {"SOON": 1_000}
    assert carts.reasons(found)["LATE"] == ("excluded_by", {"excluded_by": "SOON"})


def test_several_coupons_of_a_stackable_type_go_together_those_that_expire_first() -> None:
    two = coupon_type("two", amount=200)
    held = [
        coupon(two, f"C{day}", id=day, expires_at=AT + timedelta(days=day)) for day in (3, 1, 2)
    ]

    assert applied(quote(cart(400), two, coupons=held)) == {"C1": 200, "C2": 200}


def test_what_takes_nothing_off_is_not_applied() -> None:
    five, ten = coupon_type("five", amount=500), coupon_type("ten", amount=1_000)

    found = quote(cart(1_000), five, ten, coupons=[coupon(five), coupon(ten)])

    assert applied(found) == {"TEN": 1_000}
    assert carts.reasons(found) == {"FIVE": ("lower_value", {"amount": 500})}


def test_freight_counts_when_combinations_are_compared() -> None:
    parcel = carts.free_shipping("parcel", group="g")
    seven = carts.offer("seven", amount=700, group="g")

    assert applied(quote(cart(5_000, shipping_amount=800), parcel, seven)) == {"parcel": 800}
    assert applied(quote(cart(5_000, shipping_amount=600), parcel, seven)) == {"seven": 700}


def test_a_gift_counts_as_much_as_its_list_price() -> None:
    mug = carts.offer("mug", "GIFT", form=Form.GIFT, steps=(Step(0, gift_sku="MUG"),), group="g")
    seven = carts.offer("seven", amount=700, group="g")

    assert applied(quote(cart(5_000), mug, seven, prices={"MUG": 900})) == {"mug": 0}
    assert applied(quote(cart(5_000), mug, seven, prices={"MUG": 600})) == {"seven": 700}


def test_a_gift_of_unknown_worth_counts_less_than_a_cent_and_more_than_nothing() -> None:
    mug = carts.offer("mug", "GIFT", form=Form.GIFT, steps=(Step(0, gift_sku="MUG"),), group="g")

    assert applied(quote(cart(5_000), mug, carts.offer("cent", amount=1, group="g"))) == {"cent": 1}
    assert applied(quote(cart(5_000), mug)) == {"mug": 0}


def test_a_coupon_as_gift_counts_as_the_money_that_it_takes_off() -> None:
    next_time = coupon_type("next", amount=900)
    given = carts.offer(
        "give", "GIFT", form=Form.GIFT, steps=(Step(0, gift_coupon_type="next"),), group="g"
    )

    found = quote(cart(5_000), next_time, given, carts.offer("seven", amount=700, group="g"))

    assert applied(found) == {"give": 0}


def test_a_budget_that_is_too_small_rejects_and_the_next_best_wins() -> None:
    big, small = (
        carts.offer("big", amount=900, group="g"),
        carts.offer("small", amount=400, group="g"),
    )

    found = quote(cart(5_000), big, small, left={"big": Left(budget_amount=899)})

    assert applied(found) == {"small": 400}
    assert carts.reasons(found) == {"big": ("budget", {})}
    assert applied(quote(cart(5_000), big, left={"big": Left(budget_amount=900)})) == {"big": 900}


def test_the_class_best_of_needs_a_group_of_one_at_least() -> None:
    lonely = carts.offer("a", amount=100, stacking=BEST_OF, group="g")

    assert applied(quote(cart(1_000), lonely)) == {"a": 100}
