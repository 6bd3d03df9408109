"""What the households redeemed, as coupons of ours: counted, linked to their orders, told."""

import pytest
from django.utils import timezone

from config.demo import plans, voucher_runs, voucher_verification, vouchers
from config.demo.editions import FULL
from loyalty.models import Coupon, CouponType
from loyalty.rules import cart_fields
from members.models import Event, Job
from members.rules import conditions
from members.services import jobs
from tests import kept
from tests.demo import loads
from tests.demo.end_state import checksums

# Of the first 12 households of the fixed choice one redeemed 14 coupons.
HOUSEHOLDS = 12


def test_the_data_has_2102_redemptions_of_410_households_in_26_of_27_campaigns():
    told, given = vouchers.redemptions(), vouchers.vouchers()
    assert (len(told), len({one.household for one in told})) == (2_102, 410)
    assert len({one.campaign for one in given}) == 27
    unused = {one.campaign for one in given} - {one.campaign for one in told}
    assert unused == {24}
    assert (len(given), len({one.code for one in told})) == (1_197, 557)
    assert len({one.key for one in told}) == 2_102


def test_a_redemption_belongs_to_the_one_receipt_of_its_day_with_one_of_its_products():
    told = vouchers.redemptions()
    assert sum(one.basket is not None for one in told) == 1_830
    # What the receipts say, each line once: in cents.
    assert sum(one.discount for one in told) == 114_478


def test_every_redemption_is_within_its_campaign():
    campaigns = {one.campaign: one for one in vouchers.vouchers()}
    for one in vouchers.redemptions():
        campaign = campaigns[one.campaign]
        assert campaign.first_on <= one.used_on <= campaign.last_on


@pytest.mark.parametrize(("count", "lists"), [(1, 1), (500, 1), (501, 2), (14_477, 29)])
def test_a_scope_holds_all_products_of_a_coupon_in_lists_as_long_as_conditions_take(count, lists):
    tree = voucher_runs.scope([str(number) for number in range(count)])
    assert len(tree.get("any", [tree])) == lists
    condition = conditions.parse(tree, cart_fields.FIELDS)
    assert conditions.matches(condition, {"line.sku": str(count - 1)})
    assert not conditions.matches(condition, {"line.sku": str(count)})


def load_year(**options):
    return loads.load_year(**{"households": HOUSEHOLDS} | options)


@pytest.fixture(scope="module")
def year(django_db_setup, django_db_blocker):
    """What the load of a year said: made once, for all tests of this module."""
    yield from kept.rows(django_db_blocker, load_year)


@pytest.mark.django_db
def test_redemptions_arrive_once_on_their_orders_and_in_their_timelines(year):
    assert "WRONG" not in year
    due = voucher_runs.due(plan())
    assert (len(due), {one.household for one in due}) == (14, {1453})
    redeemed = Coupon.objects.filter(state="REDEEMED", redeemed_source=FULL.source)
    assert redeemed.count() == len(due)
    assert redeemed.exclude(order_id=None).count() == sum(one.basket is not None for one in due)
    assert Event.objects.filter(type="loyalty.coupon.redeemed").count() == len(due)
    assert Event.objects.filter(type="loyalty.coupon.granted").count() == len(due)
    assert (Coupon.objects.count(), CouponType.objects.count()) == (len(due), 1_197)

    before = checksums()
    assert "0 orders refused" in load_year(again=True)
    assert checksums() == before


@pytest.mark.django_db
def test_a_database_of_an_earlier_release_gets_the_coupons_alone(year):
    before = checksums()
    Job.objects.filter(kind=plans.COUPONS).delete()
    said = load_year()
    assert "loaded by an earlier run" in said
    assert "WRONG" not in said
    assert checksums() == before


@pytest.mark.django_db
def test_stopped_after_the_first_chunk_the_coupons_go_on_where_they_ended(year, monkeypatch):
    whole = checksums()
    total = Coupon.objects.count()
    Job.objects.filter(kind=plans.COUPONS).delete()
    monkeypatch.setattr(voucher_runs, "_CHUNK", 1)
    job = jobs.take_up(kind=plans.COUPONS, params=plan().params(), at=timezone.now())
    calls = iter(range(1_000))

    def clock():
        # At the claim, at the start, then after each chunk: somebody stops it after the first.
        if next(calls) == 3:
            jobs.cancel(job_id=job.pk, at=timezone.now())
        return timezone.now()

    assert jobs.run(job_id=job.pk, clock=clock) == "CANCELED"
    job.refresh_from_db()
    assert job.cursor["row"] < total
    assert "WRONG" not in load_year()
    assert (Coupon.objects.count(), checksums()) == (total, whole)


@pytest.mark.django_db
def test_the_checks_see_a_coupon_on_somebody_elses_order(year):
    coupon = Coupon.objects.exclude(order_id=None).first()
    other = type(coupon.member).objects.exclude(pk=coupon.member_id).filter(orders__isnull=False)
    wrong = other.first().orders.first()
    Coupon.objects.filter(pk=coupon.pk).update(order_id=wrong.pk)
    found = {
        one.name: one for one in voucher_verification.checks(source=FULL.source, is_whole=False)
    }
    assert found["coupons on a strange order"].found == 1


def plan():
    return plans.settle(
        edition=FULL, households=HOUSEHOLDS, is_shifted=False, shards=1, at=timezone.now()
    )
