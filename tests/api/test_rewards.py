"""`/rewards` and `/redemptions` as tills call them, and `/me/rewards` as a mini-program does."""

from datetime import timedelta

import pytest
import time_machine

from loyalty.models import Redemption
from loyalty.services import points
from members.models import Store
from tests import consumers, world
from tests.loyalty.reward_shop import live

pytestmark = pytest.mark.django_db
ALICE = {"type": "phone", "value": "13800138000"}


@pytest.fixture(autouse=True)
def frozen(shop):
    with time_machine.travel(world.NOW, tick=False):
        yield


@pytest.fixture
def rich(alice):
    points.grant(member_id=alice.pk, points=1_000, key="g", reason="opening", at=world.NOW)
    return alice


@pytest.fixture
def phone(rich):
    return consumers.logged_in(rich, client=consumers.app())[0]


def redeem(till, reward, number="1", **more):
    body = {"external_id": number, "member": ALICE, **more}
    return till.post(f"rewards/{reward.uid}/redemptions", body)


def test_a_channel_redeems_pays_and_hands_over(till, rich):
    vase = live("vase", price_amount=2_000, stock_count=3)
    asked = redeem(till, vase)
    assert asked.status_code == 201
    shown = asked.json()
    assert (shown["state"], shown["points"], shown["money_amount"]) == ("REQUESTED", 300, 2_000)
    own = f"redemptions/{shown['id']}"

    wrong = till.post(f"{own}/pay", {"payment_ref": "p-1", "amount": 1_999})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "payment_differs")
    paid = till.post(f"{own}/pay", {"payment_ref": "p-1", "amount": 2_000}).json()
    assert (paid["state"], len(paid["pickup_code"])) == ("READY", 12)
    code = paid["pickup_code"].lower()
    by_code = {"code": f"{code[:6]}-{code[6:]}", "external_id": "h-1"}
    done = till.post("redemptions/fulfil", by_code)
    assert (done.status_code, done.json()["state"]) == (200, "FULFILLED")
    assert till.post("redemptions/fulfil", by_code).json() == done.json()
    again = till.post(f"{own}/fulfil", {"external_id": "h-2"})
    assert (again.status_code, again.json()["code"]) == (409, "redemption_handed_over")
    assert redeem(till, vase).json() == till.get(own).json()
    assert till.post(f"{own}/cancel", {}).json()["code"] == "redemption_handed_over"


def test_a_payment_after_its_time_is_409_with_what_goes_back(till, rich):
    shown = redeem(till, live(price_amount=2_000)).json()
    with time_machine.travel(world.NOW + timedelta(minutes=30), tick=False):
        late = till.post(f"redemptions/{shown['id']}/pay", {"payment_ref": "p", "amount": 2_000})
        told = till.get(f"redemptions/{shown['id']}").json()
    assert (late.status_code, late.json()["code"]) == (409, "redemption_expired")
    assert late.json()["money_back_amount"] == 2_000
    assert (told["state"], told["money_back_amount"]) == ("EXPIRED", 0)


def test_wrong_codes_are_told_and_held_up(till, settings):
    settings.GUESSES_PER_SUBJECT = 2
    tries = [
        till.post("redemptions/fulfil", {"code": f"AAAA{turn}", "external_id": "h"})
        for turn in "234"
    ]
    assert [one.status_code for one in tries] == [404, 404, 429]
    assert tries[0].json()["code"] == "pickup_code_not_found"
    assert int(tries[2].headers["Retry-After"]) > 0


def test_a_client_of_one_store_names_it_and_hands_over_nothing_else_s(till, rich):
    mug = live(stores=[Store.objects.get(code="SH01")])
    north = world.till(source="north", store_codes=["BJ01"])
    shown = redeem(till, mug).json()

    def fulfil(client, store):
        body = {"external_id": "h", "store": store}
        return client.post(f"redemptions/{shown['id']}/fulfil", body)

    assert [one["code"] for one in north.get("rewards").json()["results"]] == []
    assert fulfil(north, "").json()["code"] == "store_required"
    assert fulfil(north, "SH01").json()["code"] == "unknown_store"
    assert fulfil(north, "BJ01").json()["code"] == "reward_store"
    assert fulfil(till, "SH01").json()["fulfilled_store"] == "SH01"


def test_the_catalog_says_to_a_member_why_not(till, rich):
    live("mug", position=1, limit_member=2)
    live("car", position=2, price_points=90_000)
    gone = live("gone", position=3, stock_count=1)
    redeem(till, live("early", position=4, valid_until=world.NOW + timedelta(days=1)))
    redeem(till, gone, "2")
    found = till.get(f"members/{rich.uid}/rewards").json()["results"]

    assert {one["code"]: [why["code"] for why in one["refusals"]] for one in found} == {
        "mug": [],
        "car": ["insufficient_points"],
        "gone": ["reward_stock"],
        "early": [],
    }
    assert [(one["left_count"], one["member_left_count"]) for one in found][:3] == [
        (None, 2), (None, None), (0, None),
    ]  # fmt: skip
    assert found[1]["refusals"][0]["detail"].startswith("The member does not have")
    assert [len(one["refusals"]) for one in till.get("rewards").json()["results"]] == [0, 0, 1, 0]
    page = till.get("rewards?limit=3").json()
    rest = till.get(page["next"].partition("/api/v1/")[2]).json()
    assert [one["code"] for one in rest["results"]] == ["early"]


def test_a_member_redeems_shows_the_code_and_cancels(phone):
    mug = live(stock_count=1)
    assert [one["code"] for one in phone.get("me/rewards").json()["results"]] == ["mug"]

    made = phone.post(f"me/rewards/{mug.uid}/redemptions", {}, Idempotency_Key="k-1")
    again = phone.post(f"me/rewards/{mug.uid}/redemptions", {}, Idempotency_Key="k-1")
    second = phone.post(f"me/rewards/{mug.uid}/redemptions", {}, Idempotency_Key="k-2")

    assert (made.status_code, again.json()) == (201, made.json())
    assert second.json()["code"] == "reward_stock"
    shown = made.json()
    assert shown["pickup_qr"].startswith("data:image/svg+xml")
    assert phone.get("me/redemptions?states=READY").json()["results"][0]["id"] == shown["id"]
    done = phone.post(f"me/redemptions/{shown['id']}/cancel", {}).json()
    assert (done["state"], done["pickup_code"], done["returned_points"]) == ("CANCELED", "", 300)
    assert phone.get("me/account").json()["available"] == 1_000


def test_nobody_sees_or_cancels_another_member_s_redemption(till, phone, bob):
    own = phone.post(f"me/rewards/{live().uid}/redemptions", {}).json()["id"]
    others = consumers.logged_in(bob, client=consumers.app(source="other"))[0]

    assert others.get(f"me/redemptions/{own}").status_code == 404
    assert others.post(f"me/redemptions/{own}/cancel", {}).status_code == 404
    assert Redemption.objects.get().state == "READY"
