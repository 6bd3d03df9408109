"""At the till: whatever is scanned or typed into the one box finds its place in the cart."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.models import Order, Product
from tests import world
from tests.campaigns.offers import coupon_type, offer
from tests.console import staff, tills
from tests.loyalty import till as channel

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter(shop):
    tills.stock_up()
    return tills.of()


def test_a_product_is_a_line_and_once_more_is_two_of_it(counter):
    counter.scan("MUG")
    said = counter.scan("mug")
    assert counter.lines == [("MUG", "2")]
    assert "1 × Mug, ¥50.00 each" in said
    assert "Pay ¥100.00" in said


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("3*MUG", [("MUG", "3")]),
        ("3 × MUG", [("MUG", "3")]),
        ("０．３５＊ＭＵＧ", [("MUG", "0.35")]),
        ("6901234567892", [("6901234567892", "1")]),
        ("58.50", [("AMOUNT", "1")]),
        ("58.", [("AMOUNT", "1")]),
        ("¥58", [("AMOUNT", "1")]),
        ("￥1,258.5", [("AMOUNT", "1")]),
        ("2*58.50", [("AMOUNT", "2")]),
        ("MELON@12.50", [("MELON", "1")]),
        ("2*MELON@12", [("MELON", "2")]),
        ("4006381333931@9.90", [("4006381333931", "1")]),
    ],
)
def test_what_is_typed_becomes_a_line(counter, typed, lines):
    counter.scan(typed)
    assert counter.lines == lines


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("58.50", 5_850), ("58.5", 5_850), ("¥58", 5_800), ("2*58.50", 11_700), ("1,258.50", 125_850)],
)
def test_money_typed_is_read_exactly(counter, typed, amount):
    counter.scan(typed)
    assert counter.cart.payable_amount == amount


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("58.505", "Amounts have at most 2 digits after the point."),
        ("0.00", "A price is more than zero"),
        ("MELON@0", "A price is more than zero"),
        ("MUG@1.00", "The catalogue says ¥50.00"),
        ("99999*MUG", "A quantity is a number from 0.001 to 9,999"),
        ("-1*MUG", "There is none of it in the cart"),
        ("3*NOTHING", "With its price it can be sold: NOTHING@12.50"),
        ("", "Scan goods or a card, or type an amount."),
    ],
)
def test_what_can_not_be_taken_says_why_and_changes_nothing(counter, typed, reason):
    before = counter.cart
    said = counter.scan(typed)
    assert reason in said
    assert "result-bad" in counter.shown
    assert counter.cart == before


def test_a_product_without_a_price_asks_for_it_in_the_box(counter):
    said = counter.scan("MELON")
    assert "What does it cost: Melon?" in said
    assert 'data-fill="MELON@"' in counter.shown
    assert counter.lines == []
    counter.scan("2*MELON")
    assert 'data-fill="2*MELON@"' in counter.shown


def test_goods_that_are_sold_no_more_are_refused(counter):
    Product.objects.filter(sku="MUG").update(is_active=False)
    assert "Not sold any more: Mug" in counter.scan("MUG")
    assert counter.lines == []


def test_quantities_change_by_keys_fields_and_words(counter):
    counter.scan("MUG", "6901234567892")
    counter.press("more:1")
    counter.press("less:2")
    assert counter.lines == [("MUG", "2")]
    counter.send(**{"quantity-1": "0.5", "text": ""})
    assert counter.lines == [("MUG", "0.5")]
    counter.scan("MUG")
    counter.scan("-1*MUG")
    assert counter.lines == [("MUG", "0.5")]
    counter.press("remove:1")
    assert counter.lines == []


@pytest.mark.parametrize("typed", ["6901234567892", "abc", "-1", "1.2345", "NaN", "1e3000"])
def test_a_scan_into_a_quantity_field_changes_nothing(counter, typed):
    counter.scan("MUG")
    said = counter.send(**{"quantity-1": typed, "text": ""})
    assert "Quantity not changed: Mug" in said
    assert counter.lines == [("MUG", "1")]


def test_several_scans_in_one_turn_are_all_taken(counter):
    said = counter.scan("MUG", "58.50", "NOPE-1", "MUG")
    assert counter.lines == [("MUG", "2"), ("AMOUNT", "1")]
    assert "Not found: NOPE-1" in said


@pytest.mark.parametrize("typed", ["13800138000", "138 0013 8000", "card"])
def test_a_card_or_phone_is_the_member_and_shows_the_person_masked(counter, alice, typed):
    counter.scan("MUG")
    said = counter.scan(alice.card_number if typed == "card" else typed)
    assert counter.cart.member == str(alice.uid)
    assert "Member found" in said
    assert "张*" in said
    assert "爱丽" not in counter.shown
    assert world.ALICE_PHONE not in counter.shown
    assert "Earns 50 points" in said


def test_a_member_is_shown_whole_until_there_are_goods(counter, alice):
    assert "Worth saying" in counter.scan(world.ALICE_PHONE)
    assert "Worth saying" not in counter.scan("MUG")


def test_a_coupon_code_is_entered_and_says_at_once_whether_it_applies(counter, alice):
    coupon_type("hello", amount=1_000, public_code="HELLO10", min_spend_amount=10_000)
    assert "Coupon noted" in counter.scan("hello-10")
    said = counter.scan("MUG", world.ALICE_PHONE)
    assert "Coupon hello ¥50.00 more of these goods are needed." in said
    said = counter.scan("MUG")
    assert "Pay ¥90.00" in said
    counter.press("drop-code:HELLO10")
    assert counter.cart.codes == ()
    assert "Coupon taken" in counter.scan("HELLO 10")
    assert "This coupon is in the cart already." in counter.scan("HELLO10")


def test_what_is_nearly_reached_is_told_with_what_is_missing(counter):
    offer("spring", steps=[{"min_amount": 12_000, "amount": 2_000}])
    assert "Offer spring : ¥70.00 more of these goods are needed." in counter.scan("MUG")


def test_the_figures_are_those_of_the_api(counter, alice):
    offer("spring", steps=[{"min_amount": 10_000, "amount": 2_000}])
    counter.scan("MUG", "6901234567892", "58.50", world.ALICE_PHONE)
    told = (
        world.till()
        .post(
            "quotes",
            {
                "channel": "pos",
                "store": "SH01",
                "currency": "CNY",
                "member": {"type": "phone", "value": world.ALICE_PHONE},
                "lines": [
                    {"line_id": "1", "sku": "MUG", "unit_price_amount": 5_000},
                    {"line_id": "2", "sku": "6901234567892", "unit_price_amount": 7_000},
                    {"line_id": "3", "sku": "AMOUNT", "unit_price_amount": 5_850},
                ],
            },
        )
        .json()
    )
    assert told["payable_amount"] == 15_850
    assert counter.cart.payable_amount == 15_850
    # ¥178.50 less ¥20 by 5000 : 7000 : 5850, parts of a cent to the largest remainder.
    assert [row["net_amount"] for row in told["lines"]] == [4_440, 6_216, 5_194]
    for shown in ("¥44.40", "¥62.16", "¥51.94", "Offer spring", "Pay ¥158.50"):
        assert shown in counter.text
    assert f"Earns {told['earn_forecast']['amount']} points" in counter.text


def test_an_order_of_before_leads_to_its_page_or_waits_beside_the_cart(counter, alice):
    channel.sell("T-1", channel.line("1", 10_000), when=world.NOW)
    page = f"/console/loyalty/order/{Order.objects.get().pk}/change/"
    assert (
        counter.browser.post(
            tills.TILL, {"cart": counter.token, "text": "T-1"}, headers=tills.FRAGMENT
        )["X-Go"]
        == page
    )
    plain = counter.browser.post(tills.TILL, {"cart": counter.token, "text": "T-1"})
    assert (plain.status_code, plain["Location"]) == (302, page)
    counter.scan("MUG")
    assert "Open order T-1" in counter.scan("T-1")
    assert counter.lines == [("MUG", "1")]


def test_another_store_s_order_is_not_found(counter, bob):
    channel.sell("T-9", channel.line("1", 100), when=world.NOW, store="BJ01", phone=None)
    assert "Not found: T-9" in counter.scan("T-9")


def test_what_may_be_two_things_is_asked_and_waits_for_an_answer(counter, alice):
    Product.objects.filter(sku="MUG").update(sku="8000")
    said = counter.scan("8000")
    assert "“8000” may be 2 things: which one?" in said
    assert counter.lines == []
    # Other scans go on; paying waits.
    assert "which one?" in counter.scan("MELON@5.00")
    assert "Choose first what “8000” is" in counter.press("pay")
    counter.press("pick:product")
    assert counter.lines == [("MELON", "1"), ("8000", "1")]
    counter.scan("8000")
    counter.press(f"pick:member:{alice.uid}")
    assert counter.cart.member == str(alice.uid)
    counter.scan("8000")
    assert "which one?" not in counter.press("dismiss")


def test_only_what_was_found_can_be_picked(counter, alice, bob):
    Product.objects.filter(sku="MUG").update(sku="8000")
    counter.scan("8000")
    said = counter.press(f"pick:member:{bob.uid}")
    assert "Not taken" in said
    assert counter.cart.member == ""


@pytest.mark.parametrize(
    ("typed", "could_be"),
    [
        ("13700137000", "a phone number that no member has"),
        ("4006381333931", "a bar code of goods that are not in the catalogue"),
        ("ABCD2345EFGH", "a coupon with a letter misread"),
        ("李雷", "a name, which is found whole or by its first character"),
        ("58", "Or is it an amount?"),
    ],
)
def test_what_is_not_found_says_what_it_could_have_been(counter, typed, could_be):
    assert could_be in counter.scan(typed)
    assert counter.cart.is_empty


def test_digits_that_nobody_knows_become_an_amount_by_one_more_key(counter):
    counter.scan("58")
    counter.press("amount:5800")
    assert counter.cart.payable_amount == 5_800


def test_page_and_turns_stay_within_their_queries(counter, alice):
    coupon_type("hello", amount=1_000, public_code="HELLO10")
    offer("spring", steps=[{"min_amount": 5_000, "amount": 2_000}])
    channel.sell("T-1", channel.line("1", 280_000), when=world.NOW)
    # What a process learns once: the programme and the offers in force.
    counter.scan("1.00")
    counter.press("next")
    counts = {}
    for ask in ("page", "MUG", world.ALICE_PHONE, "HELLO10", "58.50", "NOPE", "act:points"):
        with CaptureQueriesContext(connection) as queries:
            if ask == "page":
                counter.open()
            elif ask.startswith("act:"):
                counter.press(ask[4:])
            else:
                counter.scan(ask)
        counts[ask] = len(queries)
    assert {ask: count for ask, count in counts.items() if count > staff.MOST_QUERIES} == {}
