"""The catalogue by two people, redemptions at the counter, what is to be laid out in a store."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from loyalty.models import Redemption, Reward, Tier
from loyalty.services import points, redemption_requests
from loyalty.services.documents import Source
from loyalty.services.redemption_requests import Ask
from members.models import ApprovalRequest, AuditRecord, Store
from members.services import approvals
from tests import world
from tests.console import staff, tills
from tests.loyalty import reward_shop

pytestmark = pytest.mark.django_db
LIST = "/console/loyalty/reward/"
FORM = {
    "name_zh": "马克杯", "name_en": "Mug", "code": "mug", "kind": "GOODS", "sku": "MUG",
    "position": "10", "price_points": "300", "price_amount": "20.00", "payment_minutes": "30",
    "stock_count": "5", "limit_member": "2", "limit_every": "MONTH", "pickup_days": "30",
    "returns_points": "on", "tiers-TOTAL_FORMS": "1", "tiers-INITIAL_FORMS": "0",
    "tiers-MIN_NUM_FORMS": "0", "tiers-MAX_NUM_FORMS": "1000",
}  # fmt: skip


@pytest.fixture
def manager(shop):
    return staff.logged_in("li", "marketing_manager")


def act(browser, name, row, **posted):
    model = "reward" if isinstance(row, Reward) else "redemption"
    sent = {"_form_submitted": "on", "submission": str(uuid4()), **posted}
    return browser.post(reverse(f"admin:loyalty_{model}_{name}", args=[row.pk]), sent)


def redeemed(member, reward, number="1", when=world.NOW):
    points.grant(member_id=member.pk, points=1_000, key=f"g{number}", reason="opening", at=when)
    ask = Ask(reward_uid=reward.uid, member_id=member.pk, external_id=number)
    return redemption_requests.request(ask=ask, source=Source(name="app"), at=when)


def live(code="mug", **fields):
    return reward_shop.live(code, **fields)


def test_a_reward_is_drafted_and_goes_live_with_a_second_person(manager):
    tier = Tier.objects.order_by("rank").first()
    own = {"tiers-0-tier": str(tier.pk), "tiers-0-price_points": "250"}
    added = manager.post(f"{LIST}add/", {**FORM, **own})
    assert added.status_code == 302, staff.text(added)
    made = Reward.objects.get()
    assert (made.state, made.price_amount, made.tiers.get().price_points) == ("DRAFT", 2_000, 250)
    said = "Goods for 300 points + ¥20; at most 2 per member in a month; 5 pieces in all."
    assert said in staff.text(manager.get(LIST))

    act(manager, "publish", made, note="For spring")
    request = ApprovalRequest.objects.get()
    page = staff.text(manager.get(f"/console/members/approvalrequest/{request.pk}/change/"))
    assert said in page
    chief = world.operator("chief", role="administrator")
    approvals.approve(request_id=request.pk, checker=chief, at=world.NOW)

    made.refresh_from_db()
    assert (made.state, reward_shop.left(made)) == ("LIVE", 5)
    manager.post(f"{LIST}{made.pk}/change/", {**FORM, "name_en": "Cup", "price_points": "1"})
    made.refresh_from_db()
    assert (made.name_en, made.price_points) == ("Cup", 300)


def test_mistakes_are_told_at_their_fields(manager):
    page = staff.text(
        manager.post(f"{LIST}add/", {**FORM, "kind": "COUPON", "name_zh": "", "name_en": ""})
    )
    assert "Say which coupon it is." in page
    assert "Give it a name in one language at least." in page
    assert not Reward.objects.exists()


def test_more_stock_holds_at_once_and_less_than_is_redeemed_is_refused(manager, alice):
    mug = live(stock_count=1)
    redeemed(alice, mug)

    act(manager, "change_stock", mug, stock_count="3", reason="a new box")
    assert reward_shop.left(mug) == 2
    refused = act(manager, "change_stock", mug, stock_count="0", reason="gone")
    assert "More of these have been redeemed already." in staff.text(refused)
    act(manager, "stop", mug, note="enough")
    mug.refresh_from_db()
    assert (mug.state, mug.stock_count) == ("STOPPED", 3)
    assert AuditRecord.objects.filter(action="reward.stock_changed").count() == 1
    page = staff.text(manager.get(f"{LIST}{mug.pk}/change/"))
    assert "2 of 3" in page


def test_a_clerk_scans_the_code_presses_once_and_it_is_handed_over(shop, alice):
    row = redeemed(alice, live())
    till = tills.of()

    asked = till.scan(row.pickup_code.lower())
    assert "A reward to be picked up: mug" in asked
    assert "Handed over: mug" in till.press(f"hand-over:{row.uid}")
    row.refresh_from_db()
    assert (row.state, row.fulfilled_store.code) == ("FULFILLED", "SH01")
    assert "Handed over: mug" in till.press(f"hand-over:{row.uid}")
    assert "Handed over already" in till.scan(row.pickup_code)
    other = tills.of("zhao")
    assert "was handed over already" in other.press(f"hand-over:{row.uid}")


def test_a_reward_of_another_store_and_one_that_is_over_are_red(shop, alice):
    north = live("north", stores=[Store.objects.get(code="BJ01")])
    row = redeemed(alice, north)
    over = redeemed(alice, live("old"), "2", world.NOW - timedelta(days=60))
    till = tills.of()

    till.scan(row.pickup_code)
    assert "not handed over in this store" in till.press(f"hand-over:{row.uid}")
    assert "not picked up in time" in till.scan(over.pickup_code)
    assert Redemption.objects.filter(state="FULFILLED").count() == 0


def test_staff_redeems_takes_the_money_and_cancels_from_the_pages(shop, alice):
    vase = live("vase", price_amount=2_000)
    points.grant(member_id=alice.pk, points=1_000, key="g", reason="opening", at=world.NOW)
    desk = staff.logged_in("service", "customer_service")
    address = reverse("admin:members_member_redeem_reward", args=[alice.pk])
    sent = {"_form_submitted": "on", "submission": str(uuid4()), "reward": vase.pk, "quantity": "1"}

    desk.post(address, sent)
    desk.post(address, sent)
    row = Redemption.objects.get()
    assert row.state == "REQUESTED"
    assert "is not what is to be paid" in staff.text(
        act(desk, "pay", row, payment_ref="p", amount="19.99")
    )
    act(desk, "pay", row, payment_ref="p", amount="20.00")
    panel = staff.text(desk.get(staff.page(alice, "rewards")))
    assert "vase" in panel
    assert "Ready" in panel
    act(desk, "cancel", row, reason="broken")
    row.refresh_from_db()
    assert (row.state, row.end_reason, row.returned_points) == ("CANCELED", "broken", 300)
    page = staff.text(desk.get(f"/console/loyalty/redemption/{row.pk}/change/"))
    assert "¥20" in page
    assert row.pickup_code not in page


def test_the_pick_list_counts_what_waits_in_the_clerk_s_store(shop, alice):
    here, there = Store.objects.get(code="SH01"), Store.objects.get(code="BJ01")
    redeemed(alice, live("mug", sku="MUG-1"), "1")
    redeemed(alice, live("tea", stores=[here]), "2")
    row = redeemed(alice, live("duck", stores=[there]), "3")
    page = staff.text(staff.logged_in("wang", "clerk", ["SH01"]).get(
        "/console/loyalty/redemption/pick-list/"
    ))  # fmt: skip
    assert "MUG-1" in page
    assert "tea" in page
    assert "duck" not in page
    assert row.pickup_code not in page


def test_who_works_for_one_store_hands_over_there_and_nowhere_else(shop, alice):
    row = redeemed(alice, live())
    here, there = (Store.objects.get(code=code).pk for code in ("SH01", "BJ01"))
    manager = staff.logged_in("chen", "store_manager", ["SH01"])

    for store in ("", there):
        staff.text(act(manager, "hand_over", row, store=store))
        row.refresh_from_db()
        assert row.state == "READY"
    act(manager, "hand_over", row, store=here)

    row.refresh_from_db()
    assert (row.state, row.fulfilled_store.code) == ("FULFILLED", "SH01")
