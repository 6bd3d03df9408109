"""`/api/v1/coupons` where somebody errs or tries: told again, in another shop, too late, copied
with signs that nobody sees; and what is told of other people's codes.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from loyalty.models import Coupon
from loyalty.services import coupons
from members.errors import NotFound
from members.models import Member
from tests import world
from tests.api.test_coupons import ALICE, BOB, grant, live

pytestmark = pytest.mark.django_db


def lapse(coupon):
    """It has expired a second ago, and no job has marked it."""
    ago = timezone.now() - timedelta(seconds=1)
    Coupon.objects.filter(pk=coupon.pk).update(expires_at=ago)


def test_a_lock_by_a_public_code_is_let_go_by_it(till, alice):
    live(public_code="WELCOME10")
    path = "coupons/welcome-10"
    assert till.post(f"{path}/lock", {"external_id": "o-1", "member": ALICE}).status_code == 200
    assert till.post(f"{path}/release", {"external_id": "o-2"}).json()["is_released"] is False
    assert till.post(f"{path}/release", {"external_id": "o-1"}).json()["is_released"] is True
    assert till.post(f"{path}/lock", {"external_id": "o-2", "member": ALICE}).status_code == 200


def test_a_lock_that_timed_out_is_neither_shown_nor_let_go(till, alice):
    coupon = grant(live(), alice)
    path = f"coupons/{coupon.code}"
    till.post(f"{path}/lock", {"external_id": "o-1", "member": ALICE})
    Coupon.objects.update(locked_until=timezone.now() - timedelta(seconds=1))
    told = till.post(f"{path}/validate", {"member": ALICE}).json()
    assert (told["state"], told["is_usable"], told["locked_until"]) == ("CLAIMED", True, None)
    assert till.post(f"{path}/release", {"external_id": "o-1"}).json()["is_released"] is False


def test_a_coupon_that_is_claimed_again_shows_its_state_of_now(till, alice):
    coupon = grant(live(), alice)
    lapse(coupon)
    again = till.post(f"coupons/{coupon.code}/claim", {"member": ALICE})
    assert (again.status_code, again.json()["state"]) == (201, "EXPIRED")


def test_a_sale_that_is_told_again_with_other_content_is_refused(till, alice, bob):
    coupon = grant(live(), alice)
    path = f"coupons/{coupon.code}/redeem"
    sent = {"external_id": "w-1", "member": ALICE, "discount_amount": 800}
    first = till.post(path, sent)
    more = till.post(path, sent | {"discount_amount": 900})
    assert (more.status_code, more.json()["code"]) == (409, "coupon_redeemed")
    other = till.post(path, sent | {"member": BOB})
    assert (other.status_code, other.json()["code"]) == (404, "coupon_not_found")
    assert till.post(path, sent).json() == first.json()


def test_a_type_of_other_stores_is_not_there_to_be_claimed(till, alice):
    kind = live(stores=["BJ01"])
    south = world.till(source="south", store_codes=["SH01"])
    refused = south.post(f"coupon-types/{kind.uid}/claim", {"member": ALICE})
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    north = world.till(source="north", store_codes=["BJ01"])
    assert north.post(f"coupon-types/{kind.uid}/claim", {"member": ALICE}).status_code == 201


@pytest.mark.parametrize("deed", ["validate", "lock", "release", "redeem", "claim", "transfer"])
def test_a_code_that_no_text_can_hold_is_refused(till, alice, deed):
    answer = till.post(f"coupons/AB%00CD/{deed}", {})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["errors"][0]["code"] == "invalid_character"


def test_a_store_that_no_text_can_hold_is_refused(till, alice):
    assert till.get(f"members/{alice.uid}/offers?store=%00").status_code == 422


def test_a_code_is_copied_with_signs_that_nobody_sees(till, alice):
    coupon = grant(live(), alice)
    copied = f"%E2%80%8B%E2%81%A6{coupon.code}%E2%81%A9%EF%BB%BF"
    assert till.post(f"coupons/{copied}/validate", {"member": ALICE}).json()["is_usable"] is True


def test_an_expired_coupon_is_not_called_back_before_the_night_either(alice):
    coupon = grant(live(), alice)
    lapse(coupon)
    with pytest.raises(coupons.CouponRefused) as refusal:
        coupons.void(coupon_id=coupon.pk, reason="printed twice", at=timezone.now())
    assert refusal.value.code == "coupon_expired"


def test_somebody_who_was_erased_gets_no_coupon(till, alice, bob):
    kind = live(is_transferable=True)
    coupon = grant(kind, alice)
    Member.objects.filter(pk=bob.pk).update(state=Member.State.ERASED)
    gone = {"type": "id", "value": str(bob.uid)}
    assert till.post(f"coupon-types/{kind.uid}/claim", {"member": gone}).status_code == 410
    sent = {"from": ALICE, "to": gone}
    assert till.post(f"coupons/{coupon.code}/transfer", sent).status_code == 410
    with pytest.raises(NotFound):
        grant(kind, bob, "g2")


def test_a_quote_tells_no_more_of_somebody_elses_code_than_of_none(till, alice, bob):
    foreign = grant(live(limit_member=None), bob)
    void = grant(foreign.type, bob, "g2")
    coupons.void(coupon_id=void.pk, reason="printed twice", at=timezone.now())
    told = []
    for code in (foreign.code, void.code, "ZZZZZZZZZZZZ"):
        sent = {
            "channel": "pos",
            "store": "SH01",
            "member": ALICE,
            "currency": "CNY",
            "lines": [{"line_id": "1", "sku": "A", "quantity": "1", "unit_price_amount": 9_000}],
            "coupons": [code],
        }
        told.append(till.post("quotes", sent).json()["rejected"][0] | {"code": ""})
    assert told == [told[0]] * 3
    assert (told[0]["reason"], told[0]["type"], told[0]["name_en"]) == ("not_found", "", "")
