"""The form of a coupon type and the sheets of codes in a real browser."""

import os
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from loyalty.models import CouponBatch, CouponType
from loyalty.services import coupon_batches, coupon_types
from members.services import jobs
from tests import world
from tests.browser import doors

ADD = "/console/loyalty/coupontype/add/"


@pytest.fixture
def manager(transactional_db, keys_made, empty_cache, live_server, page):
    """A marketing manager on an English page."""
    world.open_shop()
    operator = world.operator("li", role="marketing_manager")
    operator.is_staff = True
    operator.save()
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
    doors.come_in(page, live_server, operator)
    return page


@pytest.fixture
def form(manager, live_server):
    manager.goto(f"{live_server.url}{ADD}")
    return manager


def shot(page, name):
    """For looking at: REGULARS_SHOTS names a folder."""
    folder = os.environ.get("REGULARS_SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def field(page, name):
    return page.locator(f"[name={name}]")


def test_the_form_asks_what_matters_for_the_kind(form):
    shown = {
        "MONEY_OFF": {"amount", "budget_amount"},
        "PERCENT_OFF": {"off_basis_points", "cap_amount", "budget_amount"},
        "GIFT": {"gift_sku", "quantity"},
        "FREE_SHIPPING": set(),
        "EXCHANGE": {"piece_amount", "quantity"},
        "MULTIPLIER": {"multiplier_percent"},
    }
    every = set().union(*shown.values())

    for kind, names in shown.items():
        form.select_option("select[name=kind]", kind)
        for name in every:
            expect(field(form, name)).to_be_visible(visible=name in names)
    shot(form, "coupon-form-multiplier")


def test_a_type_is_made_by_hand_and_read_while_it_is_made(form, live_server):
    form.fill("input[name=name_en]", "Spring")
    form.fill("input[name=code]", "spring")
    form.fill("input[name=amount]", "20")
    form.fill("input[name=min_spend_amount]", "100")
    form.select_option("select[name=validity]", "DAYS")
    expect(field(form, "valid_until_0")).to_be_hidden()
    form.fill("input[name=valid_days]", "30")
    expect(field(form, "claim_from_0")).to_be_hidden()
    form.check("input[name=is_claimable]", force=True)
    expect(field(form, "claim_from_0")).to_be_visible()
    form.fill("input[name=stock_count]", "1000")
    form.locator("[data-add=add]").first.click()
    form.locator(".condition-field").select_option("line.category")
    form.locator(".condition-several input, .condition-value").first.fill("skincare")
    form.keyboard.press("Enter")

    expect(form.locator(".condition [data-words]")).to_contain_text(
        "¥20 off from ¥100 on if the item is of category skincare; 30 days from the day after the "
        "claim; claimed by members; one per member; 1,000 in all."
    )
    shot(form, "coupon-form-1280")
    form.get_by_role("button", name="Save", exact=True).click()
    form.wait_for_url("**/console/loyalty/coupontype/")
    made = CouponType.objects.get(code="spring")
    assert (made.amount, made.min_spend_amount, made.is_claimable) == (2_000, 10_000, True)


def test_on_a_phone_the_form_needs_no_sideways_scrolling(form):
    form.set_viewport_size({"width": 390, "height": 844})
    form.check("input[name=is_claimable]", force=True)

    shot(form, "coupon-form-390")
    assert form.evaluate("document.documentElement.scrollWidth") <= 390


def test_sheets_of_codes_come_out_as_they_are_on_the_screen(manager, live_server):
    batch = _batch(30)

    manager.goto(f"{live_server.url}/console/loyalty/couponbatch/{batch.pk}/print/")

    sheets = manager.locator(".print-sheet")
    expect(sheets).to_have_count(2)
    expect(manager.locator(".print-piece")).to_have_count(30)
    shot(manager, "coupon-print")
    # 210 × 297 mm at 96 dots per inch, and 24 labels of 70 × 37 mm on it.
    box = sheets.first.bounding_box()
    assert (round(box["width"]), round(box["height"])) == (794, 1123)
    piece = manager.locator(".print-piece").nth(23).bounding_box()
    assert (round(piece["width"]), round(piece["height"])) == (265, 140)
    assert piece["y"] + piece["height"] <= box["y"] + box["height"]
    manager.emulate_media(media="print")
    expect(manager.locator(".print-bar")).to_be_hidden()
    assert manager.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 2


def _batch(count):
    now = timezone.now()
    draft = CouponType.objects.create(
        code="spring", name_en="Spring", amount=2_000, min_spend_amount=10_000,
        valid_until=now + timedelta(days=30),
    )  # fmt: skip
    made = coupon_types.go_live(type_id=draft.pk)
    batch = coupon_batches.enqueue(type_id=made.pk, count=count, note="Door", at=now)
    jobs.run(job_id=batch.job_id, clock=lambda: now)
    return CouponBatch.objects.get()
