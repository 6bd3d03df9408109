"""The console's page of coupon types: drafted in yuan and percent, published by two people."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from loyalty.models import Coupon, CouponType
from loyalty.services import coupon_types, coupons
from members.models import ApprovalRequest, AuditRecord
from members.services import approvals
from tests import world
from tests.console import staff
from tests.console.coupon_forms import SKINCARE, form

pytestmark = pytest.mark.django_db
LIST = "/console/loyalty/coupontype/"
ASK = {"note": "For spring"}


@pytest.fixture
def manager(shop):
    return staff.logged_in("li", "marketing_manager")


@pytest.fixture
def chief(shop):
    return world.operator("chief", role="administrator")


def add(browser, **changes):
    return browser.post(f"{LIST}add/", form(**changes))


def live(**changes):
    """A type that is live, as if a second person had approved it."""
    values = {"code": "spring", "name_en": "Spring", "amount": 2_000, "valid_days": 30}
    made = CouponType.objects.create(**{**values, "validity": "DAYS", **changes})
    return coupon_types.go_live(type_id=made.pk)


def act(browser, made, name, **posted):
    sent = {"_form_submitted": "on", **posted}
    return browser.post(reverse(f"admin:loyalty_coupontype_{name}", args=[made.pk]), sent)


def shown(text):
    return text.replace("&#x27;", "'").replace("&quot;", '"')


def errors(answer):
    return shown(staff.text(answer))


def test_a_type_is_drafted_in_yuan_and_read_as_a_sentence(manager):
    assert add(manager).status_code == 302

    made = CouponType.objects.get()
    assert (made.state, made.amount, made.min_spend_amount) == ("DRAFT", 2_000, 10_000)
    assert (made.condition, made.valid_days, made.stock_count) == (SKINCARE, 30, 1_000)
    assert made.created_at == world.NOW
    assert (
        "¥20 off from ¥100 on if the item is of category skincare; 30 days from the day after the "
        "claim; one per member; 1,000 in all."
    ) in shown(staff.text(manager.get(LIST)))


def test_percent_off_is_typed_as_percent_and_kept_in_hundredths(manager):
    add(manager, kind="PERCENT_OFF", off_basis_points="12.5", cap_amount="50", budget_amount="3000")

    made = CouponType.objects.get()
    assert (made.off_basis_points, made.cap_amount, made.budget_amount) == (1_250, 5_000, 300_000)
    page = staff.text(manager.get(f"{LIST}{made.pk}/change/"))
    assert 'name="off_basis_points" value="12.5"' in page.replace("\n", "")


def test_an_exchange_says_what_a_piece_costs(manager):
    add(manager, kind="EXCHANGE", amount="77", piece_amount="9.90", quantity="2")

    made = CouponType.objects.get()
    assert (made.amount, made.quantity) == (990, 2)


def test_times_the_points_are_typed_as_a_factor(manager):
    add(manager, kind="MULTIPLIER", multiplier_percent="1.5")

    assert CouponType.objects.get().multiplier_percent == 150


def test_what_another_kind_asks_decides_nothing(manager):
    add(
        manager, kind="FREE_SHIPPING", amount="20", off_basis_points="10", cap_amount="5",
        gift_sku="SK-9", quantity="3", budget_amount="100", multiplier_percent="3",
        stacking_group="spring",
    )  # fmt: skip

    made = CouponType.objects.get()
    assert (made.amount, made.off_basis_points, made.cap_amount) == (0, 0, None)
    assert (made.gift_sku, made.quantity, made.budget_amount) == ("", 1, None)
    assert (made.multiplier_percent, made.stacking_group) == (100, "")


def test_a_public_code_is_kept_as_tills_compare_it(manager):
    add(manager, public_code=" welcome-10 ")

    assert CouponType.objects.get().public_code == "WELCOME10"


def test_while_it_is_drafted_its_sentence_follows_the_form(manager):
    answer = manager.post(reverse("admin:loyalty_coupontype_spoken_new"), form(amount="25"))

    assert answer.json()["problems"] == []
    assert answer.json()["sentence"].startswith("¥25 off from ¥100 on if the item is of category")


def test_a_draft_goes_live_when_a_second_person_approves(manager, chief):
    add(manager)
    made = CouponType.objects.get()

    act(manager, made, "publish", **ASK)
    asked = ApprovalRequest.objects.get()
    assert (asked.reason, CouponType.objects.get().state) == ("For spring", "DRAFT")
    waiting = staff.logged_in("boss", "administrator")
    page = reverse("admin:members_approvalrequest_change", args=[asked.pk])
    assert "¥20 off from ¥100 on if the item is of category skincare" in staff.text(
        waiting.get(page)
    )
    approvals.approve(request_id=asked.pk, checker=chief, at=world.NOW)

    assert CouponType.objects.get().state == "LIVE"
    assert "1,000 of 1,000" in staff.text(manager.get(LIST))


def test_what_is_live_changes_its_names_alone(manager):
    made = live(stock_count=10)
    page = staff.text(manager.get(f"{LIST}{made.pk}/change/"))
    assert 'name="amount"' not in page

    tab = {"batches-TOTAL_FORMS": "0", "batches-INITIAL_FORMS": "0"}
    sent = {**form(name_en="Better name", amount="99", code="other"), **tab}
    assert manager.post(f"{LIST}{made.pk}/change/", sent).status_code == 302

    made.refresh_from_db()
    assert (made.name_en, made.amount, made.code) == ("Better name", 2_000, "spring")
    assert manager.post(f"{LIST}{made.pk}/delete/", {"post": "yes"}).status_code == 403


def test_its_page_shows_what_became_of_its_coupons(manager, alice):
    made = live(stock_count=10, budget_amount=20_000)
    for number in range(3):
        coupons.grant(type_code="spring", member_id=alice.pk, key=f"k{number}", at=world.NOW)
    expired = Coupon.objects.order_by("pk").first()
    Coupon.objects.filter(pk=expired.pk).update(expires_at=world.NOW - timedelta(seconds=1))

    page = staff.text(manager.get(f"{LIST}{made.pk}/change/"))

    figures = page.partition('class="coupon-figures"')[2].partition("</dl>")[0]
    told = [part.partition("<")[0].strip() for part in figures.split("<dd>")[1:]]
    # All, issued, claimed, locked, redeemed, expired, void, taken off, left, budget left.
    assert told == ["3", "0", "2", "0", "0", "1", "0", "¥0.00", "7", "¥140"]


def test_stock_and_budget_are_changed_with_a_reason(manager):
    made = live(stock_count=10, budget_amount=20_000)

    act(manager, made, "change_limits", submission=uuid4(), stock_count="50", reason="More")

    made.refresh_from_db()
    assert (made.stock_count, made.budget_amount) == (50, 20_000)
    assert "50 of 50, ¥200 of ¥200" in staff.text(manager.get(LIST))
    assert AuditRecord.objects.filter(action="coupon_type.limits_changed").exists()


def test_less_than_was_given_out_is_refused(manager, alice):
    made = live(stock_count=10)
    for number in range(2):
        coupons.grant(type_code="spring", member_id=alice.pk, key=f"k{number}", at=world.NOW)

    answer = act(manager, made, "change_limits", submission=uuid4(), stock_count="1", reason="Less")

    assert "More than that has been given away already." in errors(answer)
    assert CouponType.objects.get().stock_count == 10


def test_stock_and_budget_ask_what_shall_change(manager):
    made = live(stock_count=10)

    answer = act(manager, made, "change_limits", submission=uuid4(), reason="Why")

    assert "Fill in what shall change." in errors(answer)


def test_a_stopped_type_gives_no_more_and_leaves_what_people_hold(manager, alice):
    made = live()
    held = coupons.grant(type_code="spring", member_id=alice.pk, key="k", at=world.NOW)

    act(manager, made, "stop", note="Over")

    made.refresh_from_db()
    assert made.state == "STOPPED"
    held.refresh_from_db()
    assert held.state == "CLAIMED"


@pytest.mark.parametrize(
    ("state", "offered", "hidden"),
    [
        ("DRAFT", ["publish"], ["stop", "limits", "make-codes"]),
        ("LIVE", ["stop", "limits", "make-codes"], ["publish"]),
    ],
)
def test_a_page_offers_what_fits_its_state(manager, state, offered, hidden):
    made = live() if state == "LIVE" else CouponType.objects.create(code="spring", name_en="Spring")

    page = staff.text(manager.get(f"{LIST}{made.pk}/change/"))

    assert [name for name in offered if f"{made.pk}/{name}/" not in page] == []
    assert [name for name in hidden if f"{made.pk}/{name}/" in page] == []


@pytest.mark.parametrize("role", ["clerk", "customer_service", "marketer", "analyst", "auditor"])
def test_others_read_and_change_nothing(shop, role):
    made = live()
    browser = staff.logged_in("zhao", role)

    assert "¥20 off" in staff.text(browser.get(LIST))
    assert "¥20 off" in staff.text(browser.get(f"{LIST}{made.pk}/change/"))
    assert browser.get(f"{LIST}add/").status_code == 403
    assert act(browser, made, "stop", note="No").status_code == 403
    assert CouponType.objects.get().state == "LIVE"


def test_an_empty_list_says_what_to_do_next(manager):
    assert "Add a coupon type, such as 20.00 off from 100.00." in staff.text(manager.get(LIST))
