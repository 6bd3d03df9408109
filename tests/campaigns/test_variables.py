"""What texts may say of members: for many at once, and only what they need."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from campaigns.models import CampaignVersion, Enrollment, Run, StepRecord
from campaigns.registry import variables as registry
from campaigns.selectors.variables import Asked, variables_of_many
from campaigns.services import defaults, variable_making
from loyalty.models import Product, ReferralCode, ReferralPrize
from loyalty.services import prizes
from members.models import Member
from tests.loyalty import coupon_shop, referral_shop, till
from tests.loyalty.referral_shop import REFERRER, REGISTRATION
from tests.loyalty.till import NOW, line

pytestmark = pytest.mark.django_db
PHONE = "13800138000"
ALWAYS = {"currency": "CNY", "today": "2026-11-21"}


@pytest.fixture(autouse=True)
def shop(keys_made):
    till.set_up()


@pytest.fixture
def alice():
    member = till.register(PHONE, "王小梅", NOW - timedelta(days=40))
    till.sell("o-1", line("1", 20_000), when=NOW - timedelta(days=20))
    return Member.objects.get(pk=member.pk)


def known(member, *needed, **context):
    return variables_of_many(
        asked=[Asked(member=member, context=context)], needed=frozenset(needed), at=NOW
    )[0]


def test_points_tier_and_the_last_order_are_told_as_they_stand(alice):
    told = known(alice, *registry.VARIABLES)

    assert told["currency"] == "CNY"
    assert (told["name"], told["store"], told["joined_on"]) == ("王小梅", "静安店", "2026-10-12")
    assert (told["available_points"], told["available_amount"]) == (200, 200)
    assert (told["tier"], told["next_tier"], told["missing_amount"]) == (
        "普通会员",
        "银卡",
        280_000,
    )
    assert (told["orders_count"], told["last_order_on"]) == (1, "2026-11-01")
    assert (told["last_order_amount"], told["last_order_store"]) == (20_000, "静安店")
    assert told["days_since_order"] == 20


def test_only_what_a_text_needs_is_read_and_no_name_is_opened_in_vain(
    alice, django_assert_num_queries
):
    # One asks which version of the programme there is.
    with django_assert_num_queries(1):
        assert known(alice, "card_number") == ALWAYS | {"card_number": alice.card_number}
    with django_assert_num_queries(1):
        assert "available_points" not in known(alice, "name")


def test_many_members_are_asked_with_as_many_queries_as_one(alice, django_assert_max_num_queries):
    others = [till.register(f"1390000000{n}", f"友{n}") for n in range(8)]
    asked = [Asked(member=one) for one in Member.objects.filter(pk__in=[o.pk for o in others])]

    with django_assert_max_num_queries(25):
        told = variables_of_many(asked=asked, needed=registry.VARIABLES.keys(), at=NOW)

    assert [one["name"] for one in told] == [one.member.name for one in asked]
    assert all(one["available_points"] == 0 for one in told)


def test_more_than_5000_at_once_are_refused(alice):
    with pytest.raises(ValueError, match="5000"):
        variables_of_many(asked=[Asked(member=alice)] * 5_001, needed=[], at=NOW)


def test_the_product_that_it_is_about_is_named_in_the_members_language(alice):
    Product.objects.create(sku="SK-7", name_zh="礼盒", name_en="Gift box", list_price_amount=16_800)

    assert known(alice, "product", "product_price", product="SK-7") == ALWAYS | {
        "product": "礼盒",
        "product_price": 16_800,
    }
    alice.language = "en"
    assert known(alice, "product", product="SK-7")["product"] == "Gift box"
    assert known(alice, "product", product="SK-8") == ALWAYS


def test_points_that_lapse_are_told_as_the_event_said(alice):
    told = {"points": 300, "month": "2026-12", "last_on": "2026-12-31"}

    assert known(
        alice, "expiring_points", "expiring_amount", "expiring_on", event=7, payload=told
    ) == ALWAYS | {
        "expiring_points": 300,
        "expiring_amount": 300,
        "expiring_on": "2026-12-31",
    }


def test_without_an_event_the_lots_that_lapse_within_31_days_are_told(alice):
    assert "expiring_points" not in known(alice, "expiring_points")
    # 200 points of 1 November with 12 months: through 1 November 2027.
    then = NOW.replace(year=2027, month=10, day=20)
    asked = [Asked(member=alice)]
    told = variables_of_many(asked=asked, needed=["expiring_points", "expiring_on"], at=then)[0]
    assert (told["expiring_points"], told["expiring_on"]) == (200, "2027-11-01")


def test_the_coupon_that_the_journey_just_gave_is_told_with_code_and_last_day(alice):
    kind = coupon_shop.live("ten", name_zh="满100减10")
    enrollment = _enrolled(alice)
    prize = ReferralPrize(what="COUPON", coupon_type=kind, count=1)
    key = f"campaign:{enrollment.pk}:s2"
    given = prizes.give(prize=prize, key=key, origin="CAMPAIGN", member_id=alice.pk, at=NOW)
    _record(enrollment, f"COUPON:{given.uid}")

    told = known(alice, "coupon", "coupon_code", "coupon_until", enrollment=enrollment.pk)

    coupon = alice.coupons.get()
    assert (told["coupon"], told["coupon_code"]) == ("满100减10", coupon.code)
    assert told["coupon_until"] == "2026-12-21"

    prizes.undo(key=key, reason="mistake", at=NOW)
    assert known(alice, "coupon", enrollment=enrollment.pk) == ALWAYS


def test_a_code_for_recommending_is_made_before_it_is_written(alice):
    asked, needed = [Asked(member=alice)], frozenset({"referral_link", "friends_count"})
    variable_making.make_missing(asked=asked, needed=needed, at=NOW)
    assert not ReferralCode.objects.exists()

    referral_shop.live((REGISTRATION, REFERRER, 5), link_url="https://shop.example/j/{code}")
    for _ in range(2):
        variable_making.make_missing(asked=asked, needed=needed, at=NOW)

    code = ReferralCode.objects.get().code
    assert known(alice, *needed) == ALWAYS | {
        "referral_link": f"https://shop.example/j/{code}",
        "friends_count": 0,
    }


def test_what_an_event_does_not_tell_is_not_offered():
    by_order = {one.name for one in registry.offered(event="loyalty.order.recorded")}
    by_view = {one.name for one in registry.offered(event="members.behavior.noticed")}
    by_hand = {one.name for one in registry.offered()}

    assert {"order_amount", "order_number", "name", "tier"} <= by_order
    assert "product" in by_view - by_order
    assert "coupon_code" not in by_hand
    assert "coupon_code" in {one.name for one in registry.offered(gifts={"COUPON"})}


def test_every_variable_has_samples_and_a_reader():
    from campaigns.selectors import variables

    read = {name for names, _ in variables._READERS for name in names}
    assert read == set(registry.VARIABLES)
    assert set(registry.samples("en")) == set(registry.samples("zh-hans")) == read
    assert all(one.group in registry.GROUPS for one in registry.VARIABLES.values())


def _enrolled(member):
    campaign = defaults.install(at=NOW)
    version = CampaignVersion.objects.create(
        campaign=campaign, number=9, content={}, content_hash="x", created_at=NOW
    )
    run = Run.objects.create(
        campaign=campaign,
        version=version,
        key="t",
        kind="STANDING",
        state="RUNNING",
        due_at=NOW,
        started_at=NOW,
    )
    return Enrollment.objects.create(
        run=run,
        campaign=campaign,
        version=version,
        member=member,
        entry_key="k",
        bucket=1,
        arm="a",
        state="ACTIVE",
        entered_at=NOW,
    )


def _record(enrollment, detail):
    StepRecord.objects.create(
        enrollment=enrollment,
        step="s2",
        kind="GRANT",
        outcome="DONE",
        detail=detail,
        recorded_at=NOW,
    )


@pytest.mark.parametrize("page", ["messages.md", "messages.zh-hans.md"])
def test_the_operators_page_lists_every_variable(page):
    text = (Path(__file__).parents[2] / "docs" / page).read_text()

    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == list(registry.VARIABLES)
