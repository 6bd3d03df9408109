"""“Try it”: a cart quoted by the published offers and by drafts, without a trace in the books."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import MarginFloor, Offer, OfferUse, QuoteLock
from loyalty.models import Coupon, Order, Pool, Product, Program
from members.models import Channel, Store
from tests import world
from tests.campaigns import offers
from tests.console import staff

pytestmark = pytest.mark.django_db
SAVE_20 = [{"min_amount": 10_000, "amount": 2_000}]


@pytest.fixture
def marketer(shop):
    return staff.logged_in("zhao", "marketer")


def cart(**changes):
    """Two creams of 60.00 in Shanghai, on the cast's Monday, of a gold member."""
    return {
        "line-TOTAL_FORMS": "2",
        "line-INITIAL_FORMS": "0",
        "line-0-sku": "CREAM",
        "line-0-category": "",
        "line-0-brand": "",
        "line-0-quantity": "2",
        "line-0-unit_price_amount": "60.00",
        "store": Store.objects.get(code="SH01").pk,
        "channel": Channel.objects.get(code="pos").pk,
        "day": "2026-03-02",
        "hour": "15",
        "member": "",
        "tier": Program.objects.get().tiers.get(code="gold").pk,
        "order_number": "2",
        "coupons": "",
        "shipping_amount": "",
        **changes,
    }


def tried(browser, **changes):
    path = reverse("admin:campaigns_offer_try_it")
    return staff.text(browser.post(path, cart(**changes))).replace("&#x27;", "'")


def figures(page):
    """What the cart costs, by each of the results."""
    return [part.split("<")[0] for part in page.split('<p class="console-figure">')[1:]]


def test_what_applies_is_said_line_by_line(marketer):
    offers.offer("spring", steps=SAVE_20)

    page = tried(marketer)

    assert figures(page) == ["¥100.00"]
    assert "¥20.00 saved" in page
    assert "2 × CREAM" in page
    assert "Offer spring: −¥20.00" in page
    assert "<strong>Offer spring</strong><br>¥20.00 off" in page


def test_what_does_not_apply_says_why(marketer):
    offers.offer("high", steps=[{"min_amount": 20_000, "amount": 5_000}])
    offers.offer("beijing", steps=SAVE_20, stores=Store.objects.filter(code="BJ01"))
    offers.offer("alone", steps=SAVE_20, stacking="EXCLUSIVE")
    offers.offer("best", steps=[{"min_amount": 10_000, "amount": 3_000}])
    silver = {"field": "member.tier", "op": "eq", "value": "silver"}
    offers.offer("silver", steps=SAVE_20, condition=silver)

    page = tried(marketer, coupons="NOSUCHCODE2")

    assert figures(page) == ["¥90.00"]
    assert "¥80.00 more of these goods are needed." in page
    assert "It does not hold in this store." in page
    assert "Something else lowers the price more, and they don't go together." in page
    assert "It is for members of another tier." in page
    assert "There is no such code: check it letter by letter." in page


def test_a_draft_is_tried_beside_what_is_published(marketer):
    offers.offer("spring", steps=SAVE_20)
    draft = offers.offer(
        "spring", version=2, state="DRAFT", steps=[{"min_amount": 10_000, "amount": 3_500}],
        limit_member=1, limit_count=5, budget_amount=3_500, name_en="Spring, better",
    )  # fmt: skip

    page = tried(marketer, drafts=[draft.pk])

    assert figures(page) == ["¥100.00", "¥85.00"]
    assert "With Spring, better" in page
    assert "¥15.00 less than without" in page


def test_a_draft_s_own_period_and_budget_count(marketer):
    day = timedelta(days=1)
    later = offers.offer("later", state="DRAFT", steps=SAVE_20, valid_from=world.NOW + day)
    poor = offers.offer("poor", state="DRAFT", steps=SAVE_20, budget_amount=1_999)

    page = tried(marketer, drafts=[later.pk, poor.pk])
    next_day = tried(marketer, drafts=[later.pk], day="2026-03-04")

    assert figures(page) == ["¥120.00", "¥120.00"]
    assert "It has not begun." in page
    assert "Its budget is used up." in page
    assert figures(next_day) == ["¥120.00", "¥100.00"]


def test_what_the_version_in_force_used_stays_used_in_a_trial(marketer):
    offers.offer("spring", steps=SAVE_20, budget_amount=10_000)
    Pool.objects.create(key="offer:spring:amount", shard=0, left=1_000)
    draft = {"version": 2, "state": "DRAFT", "steps": SAVE_20}
    poor = offers.offer("spring", budget_amount=10_999, **draft)
    rich = offers.offer("spring", budget_amount=11_000, **{**draft, "version": 3})

    assert figures(tried(marketer, drafts=[poor.pk])) == ["¥120.00", "¥120.00"]
    assert figures(tried(marketer, drafts=[rich.pk])) == ["¥120.00", "¥100.00"]


def test_guest_member_and_somebody_described_differ(marketer, alice):
    offers.offer("member", kind="MEMBER_PRICE", form="PRICE", amount=5_000)
    offers.offer("once", steps=[{"min_amount": 1, "amount": 100}], limit_member=1)

    guest, gold = tried(marketer, tier=""), tried(marketer)
    known = tried(marketer, member="13800138000")

    assert figures(guest) == ["¥120.00"]
    assert "it may ask for a member's card" in guest
    assert figures(gold) == ["¥99.00"]
    assert figures(known) == ["¥99.00"]
    assert "It would earn 99 points." in known
    assert "It would earn" not in gold


def test_the_catalogue_knows_prices_and_categories(marketer):
    Product.objects.create(sku="CREAM", category="face", list_price_amount=8_000)
    offers.offer("face", steps=SAVE_20, condition=offers.FACE)

    assert figures(tried(marketer, **{"line-0-unit_price_amount": ""})) == ["¥140.00"]


def test_the_margin_floor_says_what_it_kept(marketer):
    offers.offer("spring", steps=SAVE_20)
    Product.objects.create(sku="CREAM", category="face")
    MarginFloor.objects.create(category="face", floor_amount=5_500)

    page = tried(marketer)

    assert figures(page) == ["¥110.00"]
    assert "The margin floor kept ¥10.00 of “Offer spring” (offers on the purchase)." in page


def test_freight_is_part_of_the_cart(marketer):
    offers.offer("free", kind="FREE_SHIPPING", cap_amount=500)

    page = tried(marketer, shipping_amount="8.00")

    assert figures(page) == ["¥123.00"]
    assert "¥5.00 off the freight" in page
    assert "Freight: ¥3.00." in page


def test_nothing_is_recorded(marketer, alice):
    draft = offers.offer("draft", state="DRAFT", steps=SAVE_20, budget_amount=2_000)

    for _ in range(2):
        page = tried(marketer, member="13800138000", drafts=[draft.pk])
        assert figures(page) == ["¥120.00", "¥100.00"]

    kept = (Order, OfferUse, QuoteLock, Coupon)
    assert [model.objects.count() for model in kept] == [0, 0, 0, 0]
    assert Offer.objects.get().state == "DRAFT"


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"line-0-unit_price_amount": ""}, "The catalogue has no price: type one."),
        ({"line-0-unit_price_amount": "ten"}, "Enter a number."),
        ({"line-0-quantity": "0"}, "greater than or equal to 0.001"),
        ({"line-0-unit_price_amount": "", "line-0-sku": ""}, "Fill in at least one line."),
        ({"member": "13500135000"}, "No member found: check the number."),
        ({"hour": "24"}, "less than or equal to 23"),
    ],
)
def test_what_is_missing_is_said_at_its_place(marketer, changes, refusal):
    page = tried(marketer, **changes)

    assert refusal in page
    assert figures(page) == []


def test_more_lines_keep_what_was_filled_in(marketer):
    page = tried(marketer, more="1")

    assert 'value="CREAM"' in page
    assert 'name="line-5-sku"' in page
    assert figures(page) == []


def test_from_a_draft_s_page_it_is_chosen_already(marketer):
    draft = offers.offer("draft", state="DRAFT", steps=SAVE_20)

    answer = marketer.get(reverse("admin:campaigns_offer_try_draft", args=[draft.pk]))

    page = staff.text(marketer.get(answer.headers["Location"]))
    assert f'value="{draft.pk}" id="id_drafts_0" checked' in page


def test_the_page_asks_no_more_for_more_offers(marketer):
    offers.offer("spring", steps=SAVE_20)
    tried(marketer)
    with CaptureQueriesContext(connection) as few:
        tried(marketer)
    for number in range(12):
        offers.offer(f"more-{number}", steps=SAVE_20)
    tried(marketer)
    with CaptureQueriesContext(connection) as many:
        tried(marketer)

    assert len(many) <= len(few)
