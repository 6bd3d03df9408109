"""`/api/v1/orders`: what a till sends and is told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from loyalty.models import LedgerEntry, Order
from loyalty.selectors import ledger_checks
from tests import world

pytestmark = pytest.mark.django_db


def body(external_id="SH01-0042", *, amount=17_900, phone=world.ALICE_PHONE, **options):
    """The order of api.md, paid a minute ago."""
    sent = {
        "external_id": external_id,
        "channel": "pos",
        "store": "SH01",
        "cashier": "c-07",
        "guide": "g-12",
        "member": {"type": "phone", "value": phone},
        "occurred_at": (timezone.now() - timedelta(minutes=1)).isoformat(),
        "currency": "CNY",
        "lines": [
            {
                "line_id": "1",
                "sku": "SK-100",
                "name": "Face cream",
                "category": "skincare",
                "brand": "Acme",
                "quantity": "1",
                "unit_price_amount": amount + 2_000,
                "discount_amount": 2_000,
                "net_amount": amount,
            }
        ],
        "shipping_amount": 0,
        "rounding_amount": 0,
        "paid": [{"method": "wechat_pay", "kind": "MONEY", "amount": amount}],
        "quote_id": None,
        "points_hold": None,
        "coupons": [],
    }
    return sent | options


def nothing_is_recorded():
    return Order.objects.count() == 0 and LedgerEntry.objects.count() == 0


def test_an_order_is_recorded_and_answers_what_the_receipt_needs(till, alice):
    answer = till.post("orders", body())
    assert answer.status_code == 201
    assert answer["Content-Type"] == "application/json"
    assert "Idempotency-Replayed" not in answer
    told = answer.json()
    assert told["id"] == str(Order.objects.get().uid)
    assert told["member"] == str(alice.uid)
    assert told["points"]["earned"] == 179
    assert told["account"]["available"] == 179
    assert told["tier"] == {
        "code": "member",
        "changed_from": None,
        "until": None,
        "progress": {"next": "silver", "missing_amount": 282_100, "missing_orders": 4},
    }
    assert told["refused"] == []


@pytest.mark.parametrize("key", ["same-key", None], ids=["same key", "another key"])
def test_a_repeat_gives_the_same_bytes_and_says_so(till, alice, key):
    sent = body()
    first = till.post("orders", sent, key="same-key")
    again = till.post("orders", sent, key=key)
    assert again.status_code == 201
    assert again["Idempotency-Replayed"] == "true"
    assert again.content == first.content
    assert Order.objects.count() == LedgerEntry.objects.count() == 1


def test_a_repeat_long_after_the_key_is_forgotten_still_gives_the_same_bytes(till, alice):
    from members.services import idempotency

    sent = body()
    first = till.post("orders", sent, key="k")
    idempotency.forget_old(at=timezone.now() + timedelta(days=30))
    again = till.post("orders", sent, key="k")
    assert (again.status_code, again.content) == (201, first.content)
    assert again["Idempotency-Replayed"] == "true"


def test_fields_in_another_order_are_the_same_order(till, alice):
    sent = body()
    first = till.post("orders", sent)
    again = till.post("orders", dict(reversed(sent.items())))
    assert again.content == first.content


def test_the_same_number_with_another_content_is_409(till, alice):
    till.post("orders", body())
    answer = till.post("orders", body(amount=100))
    assert answer.status_code == 409
    assert answer["Content-Type"].startswith("application/problem+json")
    assert answer.json()["code"] == "order_conflict"
    assert Order.objects.get().net_amount == 17_900


def test_a_key_that_was_used_for_another_order_is_422_and_records_nothing(till, alice):
    till.post("orders", body("o-1"), key="k")
    answer = till.post("orders", body("o-2"), key="k")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert Order.objects.count() == 1


def test_payments_that_do_not_add_up_are_422_with_both_sums(till, alice):
    answer = till.post("orders", body(rounding_amount=100))
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "payments_do_not_add_up"
    assert (problem["paid_amount"], problem["due_amount"]) == (17_900, 17_800)
    assert nothing_is_recorded()


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"totl": 1}, "unknown_field", "#/totl"),
        ({"occurred_at": "2026-03-02T14:03:11"}, "naive_instant", "#/occurred_at"),
        ({"occurred_at": "yesterday"}, "invalid_instant", "#/occurred_at"),
        ({"lines": []}, "wrong_length", "#/lines"),
        ({"shipping_amount": -1}, "out_of_range", "#/shipping_amount"),
        ({"shipping_amount": "1"}, "wrong_type", "#/shipping_amount"),
        ({"member": {"type": "phone"}}, "missing_field", "#/member/value"),
        ({"paid": [{"method": "", "kind": "X", "amount": 1}]}, "unknown_value", "#/paid/0/kind"),
    ],
)
def test_a_body_that_is_not_an_order_is_422_and_says_where(till, alice, change, code, pointer):
    answer = till.post("orders", body(**change))
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["code"], error["pointer"].replace("...", "0")) == (code, pointer)
    assert nothing_is_recorded()


def test_what_is_no_json_is_400(till, alice):
    answer = till.browser.post(
        "/api/v1/orders",
        data=b"{",
        content_type="application/json",
        headers={"Authorization": f"Bearer {till.token}"},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_body")


def test_a_member_that_nobody_knows_does_not_lose_the_order(till, shop):
    answer = till.post("orders", body(phone="13511112222"))
    assert answer.status_code == 201
    assert answer.json()["refused"] == [{"what": "member", "code": "member_not_found"}]
    assert Order.objects.get().member_id is None


def test_older_orders_need_a_scope_of_their_own(shop, alice):
    old = body(occurred_at=(timezone.now() - timedelta(days=40)).isoformat())
    strict = world.till(source="strict", scopes=["orders:write"])
    answer = strict.post("orders", old)
    assert (answer.status_code, answer.json()["code"]) == (403, "backdating_not_allowed")
    assert nothing_is_recorded()
    trusted = world.till(source="erp", scopes=["orders:write", "orders:backdate"])
    assert trusted.post("orders", old).status_code == 201


def test_a_token_without_the_scope_records_nothing(shop, alice):
    reader = world.till(scopes=["members:read"])
    answer = reader.post("orders", body())
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert nothing_is_recorded()


def test_a_client_of_one_store_speaks_for_no_other_and_reads_no_others_orders(shop, alice):
    everywhere = world.till(source="hq")
    order = everywhere.post("orders", body()).json()
    beijing = world.till(source="bj", store_codes=["BJ01"])
    refused = beijing.post("orders", body("bj-1"))
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_store")
    assert beijing.get(f"orders/{order['id']}").status_code == 404
    assert everywhere.get(f"orders/{order['id']}").status_code == 200


def test_an_order_is_read_with_its_lines_and_its_trace(till, alice):
    made = till.post("orders", body(metadata={"table": "7"})).json()
    read = till.get(f"orders/{made['id']}").json()
    assert read["trace"]["earned_points"] == read["earned_points"] == 179
    assert read["metadata"] == {"table": "7"}
    [line] = read["lines"]
    assert (line["sku"], line["net_amount"], line["earned_points"]) == ("SK-100", 17_900, 179)
    assert read["member"] == str(alice.uid)


def test_one_malformed_order_of_a_batch_does_not_hinder_the_others(till, alice):
    orders = [
        body("o-1", amount=10_000),
        body("o-2", totl=1),
        body("o-3", currency="USD"),
        body("o-4", amount=10_000),
    ]
    answer = till.post("orders/batch", {"orders": orders})
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [result["status"] for result in results] == [201, 422, 422, 201]
    assert results[0]["order"]["points"]["earned"] == 100
    assert results[1]["problem"]["errors"][0]["code"] == "unknown_field"
    assert results[2]["problem"]["code"] == "currency_mismatch"
    assert results[3]["order"]["account"]["active"] == 200
    assert Order.objects.count() == 2
    assert ledger_checks.findings() == []


def test_a_batch_of_nothing_but_malformed_orders_says_so_of_each(till, shop):
    answer = till.post("orders/batch", {"orders": [{}, 7]})
    assert answer.status_code == 200
    assert [result["status"] for result in answer.json()["results"]] == [422, 422]
    assert nothing_is_recorded()


def test_a_batch_again_gives_the_same_bytes_and_no_effect(till, alice):
    sent = {"orders": [body(f"o-{number}", amount=10_000) for number in range(3)]}
    first = till.post("orders/batch", sent, key="k")
    again = till.post("orders/batch", sent, key="k")
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.content == first.content
    assert Order.objects.count() == LedgerEntry.objects.count() == 3


def test_a_batch_of_which_some_were_refused_can_be_sent_again_under_its_key(till, alice):
    sent = {"orders": [body("o-1"), body("o-2", store="NEW1")]}
    first = till.post("orders/batch", sent, key="k").json()["results"]
    assert [result["status"] for result in first] == [201, 422]
    from members.services import stores

    stores.sync(stores=[stores.StoreItem("NEW1", "新店", "New", "Shanghai")])
    again = till.post("orders/batch", sent, key="k")
    assert again.status_code == 200
    assert [result["status"] for result in again.json()["results"]] == [201, 201]
    assert Order.objects.count() == 2


def test_a_batch_of_more_than_five_hundred_is_refused(till, alice):
    answer = till.post("orders/batch", {"orders": [body(f"o-{n}") for n in range(501)]})
    assert (answer.status_code, answer.json()["code"]) == (422, "batch_too_large")
    assert nothing_is_recorded()
