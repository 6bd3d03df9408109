"""`POST /api/v1/quotes`: what channels send and get."""

import pytest

from tests import world
from tests.campaigns.offers import coupon_type, line, offer

pytestmark = pytest.mark.django_db


def body(*lines, **fields):
    return {
        "channel": "pos",
        "store": "SH01",
        "currency": "CNY",
        "lines": list(lines) or [line("1", 12_000)],
        **fields,
    }


def test_a_till_quotes_a_cart_and_gets_all_that_it_shows(till, alice):
    offer("spring", steps=[{"min_amount": 10_000, "amount": 2_000}])
    answer = till.post("quotes", body(member={"type": "phone", "value": world.ALICE_PHONE}))
    assert answer.status_code == 200
    told = answer.json()
    assert told["member"] == str(alice.uid)
    assert told["payable_amount"] == 10_000
    assert told["applied"][0] == {
        "what": "offer",
        "code": "spring",
        "type": "",
        "kind": "STEPPED",
        "name_zh": "优惠 spring",
        "name_en": "Offer spring",
        "layer": "order",
        "amount": 2_000,
        "shipping_amount": 0,
        "times": 1,
        "lines": {"1": 2_000},
        "gifts": [],
        "multiplier_percent": 100,
        "expires_at": None,
    }
    assert told["earn_forecast"] == {
        "amount": 100,
        "breakdown": [{"id": "rule:base", "amount": 100, "description": "Points on purchases"}],
    }
    assert told["points"] == {
        "available": 0, "usable": 0, "usable_amount": 0, "used": 0, "used_amount": 0,
    }  # fmt: skip


def test_names_of_earnings_are_in_the_readers_language(till, alice):
    sent = body(member={"type": "phone", "value": world.ALICE_PHONE})
    till.language = "zh-hans"
    told = till.post("quotes", sent).json()
    assert told["earn_forecast"]["breakdown"][0]["description"] == "消费积分"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"currency": "USD"}, "currency_mismatch"),
        ({"store": "NOWHERE"}, "unknown_store"),
        ({"channel": "nowhere"}, "unknown_channel"),
        ({"lines": [line("1", 100), line("1", 200)]}, "duplicate_line"),
        ({"quote_id": "not-ours"}, "bad_quote"),
        ({"lines": []}, "invalid"),
        ({"lines": [line(str(number), 1) for number in range(501)]}, "invalid"),
        ({"coupons": [f"CODE{number}" for number in range(51)]}, "invalid"),
        ({"lines": [line("1", -1)]}, "invalid"),
        ({"lines": [line("1", 10**11, quantity="1000")]}, "invalid"),
        ({"lines": [line("1", 1, quantity="NaN")]}, "invalid"),
        ({"shipping_amount": -1}, "invalid"),
        ({"points_to_use": -1}, "invalid"),
        ({"coupon": "TYPO"}, "invalid"),
    ],
)
def test_what_can_not_be_quoted_is_said(till, wrong, code):
    answer = till.post("quotes", body(**{"lines": [line("1", 100)], **wrong}))
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_client_quotes_for_its_own_stores_only(shop):
    till = world.till(store_codes=["BJ01"])
    assert till.post("quotes", body(store="BJ01")).status_code == 200
    answer = till.post("quotes", body(store="SH01"))
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_store")


def test_five_hundred_lines_are_quoted(till):
    offer("spring", steps=[{"min_amount": 10_000, "amount": 2_000}])
    lines = [line(str(number), 101) for number in range(500)]
    told = till.post("quotes", body(*lines)).json()
    assert (told["gross_amount"], told["net_amount"]) == (50_500, 48_500)
    assert sum(row["net_amount"] for row in told["lines"]) == 48_500


def test_a_kept_quote_that_can_not_be_kept_is_409_with_the_difference(till, alice):
    coupon_type("hello", amount=1_000, public_code="HELLO-10")
    sent = body(coupons=["hello10"], member={"type": "phone", "value": world.ALICE_PHONE})
    first = till.post("quotes", sent).json()
    assert first["payable_amount"] == 11_000
    again = till.post("quotes", {**sent, "quote_id": first["quote_id"]})
    assert (again.status_code, again.json()["payable_amount"]) == (200, 11_000)
    assert again.json()["expires_at"] == first["expires_at"]
    _used_up(alice)
    gone = till.post("quotes", {**sent, "quote_id": first["quote_id"]})
    assert gone.status_code == 409
    assert gone.json()["code"] == "quote_changed"
    assert gone.json()["difference"] == {
        "payable_before": 11_000,
        "payable_now": 12_000,
        "lost": [{"what": "coupon", "code": "HELLO10", "reason": "limit"}],
    }
    assert gone.json()["quote"]["payable_amount"] == 12_000


def _used_up(member):
    from loyalty.models import CouponType, PoolUse

    key = f"coupon:{CouponType.objects.get().pk}"
    PoolUse.objects.create(key=key, holder=f"member:{member.pk}", used=1)


def test_the_same_wrong_code_is_one_guess_and_many_are_refused(till, settings):
    settings.GUESSES_PER_SUBJECT = 3
    for _ in range(5):
        told = till.post("quotes", body(coupons=["WRONG1"])).json()
        assert told["rejected"][0]["reason"] == "not_found"
    for number in (2, 3):
        assert till.post("quotes", body(coupons=[f"WRONG{number}"])).status_code == 200
    refused = till.post("quotes", body(coupons=["WRONG4"]))
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_guesses")
    assert till.post("quotes", body()).status_code == 200


def test_a_quote_needs_the_scope_of_orders(shop):
    till = world.till(scopes=["members:read"])
    answer = till.post("quotes", body())
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
