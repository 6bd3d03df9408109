"""A coupon type: draft → a second person agrees → live → stopped; what is fixed then."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import DatabaseError, transaction

from loyalty.models import CouponType, Program
from loyalty.services import coupon_types
from loyalty.services.coupon_type_checks import BadCouponType
from members.errors import NotFound, ReasonRequired, SameChecker, StaleTarget
from members.models import ApprovalRequest, Store
from members.rules.conditions import BadCondition
from members.services import approvals
from tests import world
from tests.loyalty import coupon_shop as shop_of
from tests.loyalty.coupon_shop import NOW, UNTIL, minutes, why

pytestmark = pytest.mark.django_db


@pytest.fixture
def maker(shop):
    return world.operator("olga")


@pytest.fixture
def checker(shop):
    who = world.operator("boris")
    who.user_permissions.add(Permission.objects.get(codename="decide_approvalrequest"))
    return who


def asked(kind, maker):
    return coupon_types.ask_to_publish(type_id=kind.pk, reason="spring", maker=maker, at=NOW)


def test_a_draft_goes_live_with_a_second_person_and_its_stock_is_filled(maker, checker):
    kind = shop_of.draft(stock_count=20, budget_amount=20_000)
    request = asked(kind, maker)
    assert CouponType.objects.get().state == "DRAFT"
    maker.user_permissions.add(Permission.objects.get(codename="decide_approvalrequest"))
    with pytest.raises(SameChecker):
        approvals.approve(
            request_id=request.pk, checker=type(maker).objects.get(pk=maker.pk), at=NOW
        )
    approvals.approve(request_id=request.pk, checker=checker, at=NOW)

    assert CouponType.objects.get().state == "LIVE"
    assert shop_of.left(kind) == (20, 20_000)
    with pytest.raises(coupon_types.CouponTypeNotADraft):
        asked(kind, maker)


def test_a_draft_that_was_edited_since_is_not_approved_but_a_new_name_is_no_edit(maker, checker):
    kind = shop_of.draft()
    request = asked(kind, maker)
    CouponType.objects.update(name_en="Ten off")
    other = shop_of.draft("other")
    stale = asked(other, maker)
    other.stores.add(Store.objects.get(code="SH01"))

    assert approvals.approve(request_id=request.pk, checker=checker, at=NOW).status == "APPROVED"
    with pytest.raises(StaleTarget):
        approvals.approve(request_id=stale.pk, checker=checker, at=NOW)
    assert ApprovalRequest.objects.get(pk=stale.pk).status == "STALE"
    assert CouponType.objects.get(code="other").state == "DRAFT"


@pytest.mark.parametrize(
    ("field", "problem", "values"),
    [
        ("amount", "no_amount", {"amount": 0}),
        ("off_basis_points", "out_of_range", {"kind": "PERCENT_OFF"}),
        (
            "cap_amount",
            "no_cap",
            {"kind": "PERCENT_OFF", "off_basis_points": 2_000, "budget_amount": 100},
        ),
        ("budget_amount", "no_amount", {"kind": "FREE_SHIPPING", "budget_amount": 100}),
        ("gift_sku", "no_gift", {"kind": "GIFT"}),
        ("condition", "no_product", {"kind": "EXCHANGE"}),
        ("multiplier_percent", "no_effect", {"kind": "MULTIPLIER"}),
        ("valid_until", "no_end", {"valid_until": None}),
        ("valid_until", "ends_before_it_begins", {"valid_from": UNTIL}),
        ("valid_days", "no_days", {"validity": "DAYS"}),
        ("valid_from", "two_lives", {"validity": "DAYS", "valid_days": 3, "valid_from": NOW}),
        ("claim_until", "ends_before_it_begins", {"claim_from": NOW, "claim_until": NOW}),
        ("limit_member", "nothing_left", {"limit_member": 0}),
        ("public_code", "not_normalized", {"public_code": "welcome 10"}),
        ("public_code", "too_short", {"public_code": "ABC"}),
    ],
)
def test_what_can_t_be_a_coupon_says_which_field_and_why(maker, field, problem, values):
    kind = shop_of.draft(**values)

    with pytest.raises(BadCouponType) as bad:
        asked(kind, maker)
    assert bad.value.details == {"field": field, "problem": problem}
    assert ApprovalRequest.objects.count() == 0


def test_a_scope_that_asks_for_what_a_cart_does_not_have_is_refused(maker):
    tree = {"field": "order.net_amount", "op": "gte", "value": 100}

    with pytest.raises(BadCondition):
        asked(shop_of.draft(condition=tree), maker)


def test_a_public_code_that_a_coupon_has_is_refused(maker, alice):
    coupon = shop_of.claim(shop_of.live(), alice)

    with pytest.raises(BadCouponType) as bad:
        asked(shop_of.draft("public", public_code=coupon.code), maker)
    assert bad.value.details["problem"] == "taken"


@pytest.mark.parametrize(
    "change",
    [{"amount": 2_000}, {"min_spend_amount": 1}, {"valid_until": UNTIL + timedelta(days=1)},
     {"limit_member": 9}, {"condition": {"field": "line.sku", "op": "eq", "value": "A"}},
     {"state": "DRAFT"}, {"public_code": "ANOTHER"}, {"stacking": "EXCLUSIVE"}],
)  # fmt: skip
def test_once_live_the_database_refuses_another_worth(shop, change):
    kind = shop_of.live()

    with pytest.raises(DatabaseError, match="is live"), transaction.atomic():
        CouponType.objects.filter(pk=kind.pk).update(**change)
    assert CouponType.objects.filter(pk=kind.pk, amount=1_000, state="LIVE").exists()


def test_once_live_its_stores_stay_and_it_can_t_be_deleted(shop):
    kind = shop_of.live(stores=[Store.objects.get(code="SH01")])

    for change in (kind.stores.clear, kind.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert CouponType.objects.get().stores.count() == 1


def test_once_live_names_may_change_and_a_draft_may_be_deleted(shop):
    kind = shop_of.live()
    CouponType.objects.filter(pk=kind.pk).update(name_en="Ten off", name_zh="十元券")
    shop_of.draft("other").delete()

    assert CouponType.objects.get().name_zh == "十元券"


def test_a_stopped_type_gives_no_more_and_what_people_have_stays_valid(maker, alice, bob):
    kind = shop_of.live(public_code="WELCOME10")
    mine = shop_of.claim(kind, alice)
    coupon_types.stop(type_id=kind.pk, reason="sold out", actor=maker, at=minutes(10))
    again = coupon_types.stop(type_id=kind.pk, reason="again", actor=maker, at=minutes(20))

    assert (again.state, again.stopped_at) == ("STOPPED", minutes(10))
    assert why(shop_of.redeem(1, "WELCOME10", bob, when=minutes(10))) == "coupon_stopped"
    # Paid before, sent later.
    late = {"when": minutes(9), "now": minutes(30)}
    assert shop_of.redeem(2, "WELCOME10", bob, **late).refused is None
    assert shop_of.redeem(3, mine.code, alice, when=minutes(30)).refused is None


def test_stopping_and_changing_need_a_reason_and_a_live_type(maker):
    kind = shop_of.draft()
    limits = coupon_types.Limits(stock_count=1, budget_amount=None)

    for work, more in (
        (coupon_types.stop, {}),
        (coupon_types.change_limits, {"limits": limits}),
    ):
        with pytest.raises(ReasonRequired):
            work(type_id=kind.pk, reason=" ", actor=maker, at=NOW, **more)
        with pytest.raises(coupon_types.CouponTypeNotLive):
            work(type_id=kind.pk, reason="x", actor=maker, at=NOW, **more)
        with pytest.raises(NotFound):
            work(type_id=0, reason="x", actor=maker, at=NOW, **more)


def test_a_type_that_changes_makes_carts_be_judged_anew(shop):
    before = Program.objects.get().version
    shop_of.live()

    assert Program.objects.get().version > before
