"""`/api/v1/coupons`: what a code is worth, kept, used, let go, and given on; who may hear what."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from loyalty.models import Coupon, CouponType
from loyalty.services import coupon_types, coupons
from members.models import Store
from tests import world

pytestmark = pytest.mark.django_db
ALICE = {"type": "phone", "value": world.ALICE_PHONE}
BOB = {"type": "phone", "value": world.BOB_PHONE}


def live(code="ten", *, stores=(), **fields):
    """A type that is live since yesterday: 10.00 off from 50.00 on."""
    now = timezone.now()
    if fields.get("validity") != "DAYS":
        fields = {
            "valid_from": now - timedelta(days=1),
            "valid_until": now + timedelta(days=30),
        } | fields
    made = CouponType.objects.create(
        code=code,
        name_en="Ten off",
        name_zh="立减十元",
        **{"kind": "MONEY_OFF", "amount": 1_000, "min_spend_amount": 5_000, "is_claimable": True}
        | fields,
    )
    made.stores.set(Store.objects.filter(code__in=stores))
    return coupon_types.go_live(type_id=made.pk)


def grant(kind, member, key="g"):
    return coupons.grant(type_code=kind.code, member_id=member.pk, key=key, at=timezone.now())


def line(amount, **fields):
    return {"sku": "SK-1", "unit_price_amount": amount} | fields


def test_a_code_says_what_it_does_and_until_when_however_it_is_typed(till, alice):
    coupon = grant(live(), alice)
    typed = f"{coupon.code[:4]}-{coupon.code[4:].lower()}"
    answer = till.post(f"coupons/{typed}/validate", {"member": ALICE, "store": "SH01"})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["code"], told["is_usable"], told["reason"]) == (coupon.code, True, None)
    assert (told["state"], told["type"]["code"], told["type"]["amount"]) == (
        "CLAIMED",
        "ten",
        1_000,
    )
    assert told["type"]["description"] == "¥10 off from ¥50 on"
    assert told["expires_at"] == coupon.expires_at.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("fields", "lines", "expected"),
    [
        ({}, [line(7_000)], (True, None, 7_000, 0, 1_000)),
        ({}, [line(4_999)], (False, "coupon_min_spend", 4_999, 1, 0)),
        ({"min_spend_amount": 0}, [line(600)], (True, None, 600, 0, 600)),
        (
            {"condition": {"field": "line.sku", "op": "eq", "value": "SK-2"}},
            [line(9_000)],
            (False, "coupon_scope", 0, 0, 0),
        ),
        (
            {"condition": {"field": "line.sku", "op": "eq", "value": "SK-2"}},
            [line(9_000), line(3_000, sku="SK-2", quantity="2")],
            (True, None, 6_000, 0, 1_000),
        ),
        (
            {"kind": "PERCENT_OFF", "off_basis_points": 1_500, "amount": 0, "cap_amount": 1_000},
            [line(5_005)],
            (True, None, 5_005, 0, 751),
        ),
        (
            {"kind": "PERCENT_OFF", "off_basis_points": 1_500, "amount": 0, "cap_amount": 1_000},
            [line(19_900)],
            (True, None, 19_900, 0, 1_000),
        ),
        (
            {"kind": "EXCHANGE", "amount": 100, "gift_sku": "SK-1"},
            [line(6_000)],
            (True, None, 6_000, 0, None),
        ),
    ],
)
def test_lines_say_what_is_in_scope_what_is_missing_and_what_it_takes_off(
    till, alice, fields, lines, expected
):
    coupon = grant(live(**fields), alice)
    sent = {"member": ALICE, "lines": lines}
    told = till.post(f"coupons/{coupon.code}/validate", sent).json()
    names = ("is_usable", "reason", "base_amount", "missing_amount", "discount_amount")
    assert tuple(told[name] for name in names) == expected


def test_unknown_void_and_other_peoples_codes_are_one_answer(till, alice, bob):
    kind = live(limit_member=None)
    foreign, void = grant(kind, bob), grant(kind, bob, "g2")
    coupons.void(coupon_id=void.pk, reason="printed twice", at=timezone.now())
    spent = grant(kind, bob, "g3")
    till.post(f"coupons/{spent.code}/redeem", {"external_id": "x", "member": BOB})
    told = []
    for code in ("ZZZZZZZZZZZZ", foreign.code, void.code, spent.code):
        for sender in ({"member": ALICE}, {}):
            answer = till.post(f"coupons/{code}/validate", sender)
            assert answer.status_code == 200
            told.append(answer.json() | {"code": ""})
            locked = till.post(f"coupons/{code}/lock", {"external_id": "o-1", **sender})
            assert (locked.status_code, locked.json()["code"]) == (404, "coupon_not_found")
    assert told == [told[0]] * 8
    assert (told[0]["is_usable"], told[0]["reason"], told[0]["type"]) == (
        False,
        "coupon_not_found",
        None,
    )
    mine = till.post(f"coupons/{void.code}/validate", {"member": BOB}).json()
    assert mine["reason"] == "coupon_void"


def test_a_coupon_is_kept_for_an_order_let_go_and_kept_for_another(till, alice):
    coupon = grant(live(), alice)
    path = f"coupons/{coupon.code}"
    kept = till.post(f"{path}/lock", {"external_id": "o-1", "member": ALICE, "minutes": 5})
    assert (kept.status_code, kept.json()["state"], kept.json()["type"]) == (200, "LOCKED", "ten")
    again = till.post(f"{path}/lock", {"external_id": "o-1", "member": ALICE, "minutes": 5})
    assert again.json()["locked_until"] == kept.json()["locked_until"]
    other = till.post(f"{path}/lock", {"external_id": "o-2", "member": ALICE})
    assert (other.status_code, other.json()["code"]) == (409, "coupon_locked")
    assert till.post(f"{path}/release", {"external_id": "o-2"}).json()["is_released"] is False
    assert till.post(f"{path}/release", {"external_id": "o-1"}).json()["is_released"] is True
    assert till.post(f"{path}/release", {"external_id": "o-1"}).json()["is_released"] is False
    other = till.post(f"{path}/lock", {"external_id": "o-2", "member": ALICE})
    assert other.status_code == 200
    coupon.refresh_from_db()
    assert (coupon.state, coupon.locked_for) == ("LOCKED", "o-2")


def test_release_tells_nothing_of_a_code_that_isnt_kept_for_that_order(till, alice):
    coupon = grant(live(), alice)
    for code in (coupon.code, "ZZZZZZZZZZZZ"):
        answer = till.post(f"coupons/{code}/release", {"external_id": "o-1"})
        assert (answer.status_code, answer.json()["is_released"]) == (200, False)


def test_a_coupon_is_redeemed_outside_of_orders_once(till, alice):
    coupon = grant(live(), alice)
    path = f"coupons/{coupon.code}/redeem"
    sent = {"external_id": "web-7", "member": ALICE, "store": "SH01", "discount_amount": 900}
    first = till.post(path, sent)
    assert (first.status_code, first.json()["state"]) == (200, "REDEEMED")
    assert first.json()["discount_amount"] == 900
    assert till.post(path, sent).json() == first.json()
    other = till.post(path, sent | {"external_id": "web-8"})
    assert (other.status_code, other.json()["code"]) == (409, "coupon_redeemed")
    coupon.refresh_from_db()
    assert (coupon.redeemed_for, coupon.order_id, coupon.discount_amount) == ("web-7", None, 900)


def test_an_idempotency_key_gives_the_first_answer_again(till, alice):
    coupon = grant(live(), alice)
    sent = {"external_id": "web-7", "member": ALICE}
    first = till.post(f"coupons/{coupon.code}/redeem", sent, key="k")
    again = till.post(f"coupons/{coupon.code}/redeem", sent, key="k")
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    other = till.post(f"coupons/{coupon.code}/redeem", sent | {"external_id": "w"}, key="k")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_a_redemption_of_long_ago_needs_the_right_to_backdate(till, alice):
    long_ago = timezone.now() - timedelta(days=40)
    kind = live(valid_from=long_ago - timedelta(days=1))
    coupon = coupons.grant(type_code="ten", member_id=alice.pk, key="g", at=long_ago)
    assert kind.pk == coupon.type_id
    late = world.till(source="late", scopes=["coupons:redeem"])
    sent = {"external_id": "w-1", "member": ALICE, "occurred_at": long_ago.isoformat()}
    refused = late.post(f"coupons/{coupon.code}/redeem", sent)
    assert (refused.status_code, refused.json()["code"]) == (403, "backdating_not_allowed")
    assert Coupon.objects.get().state == "CLAIMED"
    assert till.post(f"coupons/{coupon.code}/redeem", sent).status_code == 200


def test_a_store_outside_of_the_client_does_not_exist_for_it(till, alice):
    coupon = grant(live(), alice)
    shop = world.till(source="shop", store_codes=["BJ01"])
    for store in ("SH01", "XX99"):
        sent = {"external_id": "o-1", "member": ALICE, "store": store}
        answer = shop.post(f"coupons/{coupon.code}/lock", sent)
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_store")
    assert Coupon.objects.get().state == "CLAIMED"


def test_a_guest_uses_a_public_code_by_phone_as_often_as_one_may(till, shop):
    live(public_code="WELCOME10", min_spend_amount=0)
    guest = {"type": "phone", "value": "13600136000"}
    asked = till.post("coupons/welcome-10/validate", {"member": guest}).json()
    assert (asked["is_usable"], asked["state"], asked["type"]["code"]) == (True, None, "ten")
    used = till.post("coupons/WELCOME10/redeem", {"external_id": "w-1", "member": guest})
    assert used.status_code == 200
    again = till.post("coupons/WELCOME10/redeem", {"external_id": "w-2", "member": guest})
    assert (again.status_code, again.json()["code"]) == (409, "coupon_limit")
    asked = till.post("coupons/WELCOME10/validate", {"member": guest}).json()
    assert (asked["is_usable"], asked["reason"]) == (False, "coupon_limit")


def test_an_unknown_card_is_not_found(till, shop):
    sent = {"external_id": "o-1", "member": {"type": "card", "value": "8800000000000017"}}
    answer = till.post("coupons/ZZZZZZZZZZZZ/lock", sent)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_coupon_is_given_to_a_friend_with_another_code(till, alice, bob):
    coupon = grant(live(is_transferable=True), alice)
    sent = {"from": ALICE, "to": BOB}
    given = till.post(f"coupons/{coupon.code}/transfer", sent, key="t")
    assert given.status_code == 201
    told = given.json()
    assert told["code"] != coupon.code
    assert told["expires_at"] == coupon.expires_at.isoformat().replace("+00:00", "Z")
    assert till.post(f"coupons/{coupon.code}/transfer", sent, key="t").json() == told
    assert Coupon.objects.get(code=told["code"]).member_id == bob.pk
    old = till.post(f"coupons/{coupon.code}/validate", {"member": ALICE}).json()
    assert old["reason"] == "coupon_void"


def test_a_coupon_that_is_not_transferable_stays(till, alice, bob):
    coupon = grant(live(), alice)
    answer = till.post(f"coupons/{coupon.code}/transfer", {"from": ALICE, "to": BOB})
    assert (answer.status_code, answer.json()["code"]) == (409, "coupon_not_transferable")
    stolen = till.post(f"coupons/{coupon.code}/transfer", {"from": BOB, "to": BOB})
    assert (stolen.status_code, stolen.json()["code"]) == (404, "coupon_not_found")
    coupon.refresh_from_db()
    assert (coupon.member_id, coupon.state) == (alice.pk, "CLAIMED")


def test_a_field_that_nobody_knows_is_refused(till, shop):
    answer = till.post("coupons/ZZZZZZZZZZZZ/lock", {"external_id": "o", "orderr": 1})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/orderr"


def test_guessing_ends_with_429_and_says_when_to_go_on(till, alice, settings):
    settings.GUESSES_PER_SUBJECT, settings.GUESS_WINDOW_SECONDS = 3, 600
    coupon = grant(live(), alice)
    for number in range(3):
        answer = till.post(f"coupons/WRONG{number}WRONG/validate", {"member": ALICE})
        assert answer.json()["reason"] == "coupon_not_found"
    for code, act in ((coupon.code, "validate"), ("WRONG", "validate")):
        stopped = till.post(f"coupons/{code}/{act}", {"member": ALICE})
        assert (stopped.status_code, stopped.json()["code"]) == (429, "too_many_guesses")
        assert 590 < int(stopped.headers["Retry-After"]) <= 600
    kept = till.post(f"coupons/{coupon.code}/lock", {"external_id": "o", "member": ALICE})
    assert kept.status_code == 429
    # Another member, and another client, go on.
    other = till.post("coupons/WRONG/validate", {"member": BOB})
    assert (other.status_code, other.json()["reason"]) == (200, "coupon_not_found")
    elsewhere = world.till(source="elsewhere")
    right = elsewhere.post(f"coupons/{coupon.code}/validate", {"member": ALICE})
    assert right.json()["is_usable"] is True


def test_right_codes_are_never_counted(till, alice, settings):
    settings.GUESSES_PER_SUBJECT = 2
    coupon = grant(live(), alice)
    for _ in range(10):
        answer = till.post(f"coupons/{coupon.code}/validate", {"member": ALICE})
        assert answer.status_code == 200
    for number in range(2):
        till.post(f"coupons/WRONG{number}/lock", {"external_id": "o", "member": ALICE})
    answer = till.post(f"coupons/{coupon.code}/validate", {"member": ALICE})
    assert answer.status_code == 429


def test_a_claim_of_an_unknown_type_is_not_found(till, alice):
    answer = till.post(f"coupon-types/{uuid4()}/claim", {"member": ALICE})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
