"""Batches of codes: made by a job in chunks, that may be stopped, lost and gone on with."""

import os

import pytest

from loyalty.models import Coupon, CouponBatch, CouponMove
from loyalty.rules import coupons as rules
from loyalty.selectors import ledger_checks
from loyalty.services import coupon_batches, coupon_calls
from loyalty.services.coupon_refusals import CouponRefused
from loyalty.services.coupon_types import CouponTypeNotLive
from members.errors import NotFound
from members.models import Job
from members.services import jobs
from tests.loyalty import coupon_shop as shop_of
from tests.loyalty.coupon_shop import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(shop):
    return shop_of.live("paper", stock_count=10_000, budget_amount=10_000_000)


def begun(kind, count, note="leaflet"):
    return coupon_batches.enqueue(type_id=kind.pk, count=count, at=NOW, note=note)


def run(batch):
    return jobs.run(job_id=CouponBatch.objects.get(pk=batch.pk).job_id, clock=lambda: NOW)


def test_a_batch_of_five_thousand_codes_is_made_in_chunks_with_its_progress(paper):
    batch = begun(paper, 5_000)
    assert run(batch) == Job.State.DONE

    batch.refresh_from_db()
    job = Job.objects.get(pk=batch.job_id)
    assert (batch.made_count, job.done_count, job.total_count) == (5_000, 5_000, 5_000)
    codes = set(Coupon.objects.values_list("code", flat=True))
    assert len(codes) == 5_000
    assert all(len(code) == 12 and set(code) <= set(rules.ALPHABET) for code in codes)
    assert Coupon.objects.filter(state="ISSUED", member=None, batch=batch).count() == 5_000
    assert CouponMove.objects.filter(to_state="ISSUED", reason="batch").count() == 5_000
    assert shop_of.left(paper) == (5_000, 5_000_000)
    assert ledger_checks.findings() == []


def test_a_canceled_batch_keeps_what_it_made_and_goes_on_to_its_end(paper, monkeypatch):
    monkeypatch.setattr(coupon_batches, "CHUNK", 100)
    batch = begun(paper, 350)
    asked = []

    def clock():
        """Whoever looks at the clock the sixth time is in the second chunk, and stops the job."""
        asked.append(1)
        if len(asked) == 6:
            jobs.cancel(job_id=batch.job_id, at=NOW)
        return NOW

    assert jobs.run(job_id=batch.job_id, clock=clock) == Job.State.CANCELED
    batch.refresh_from_db()
    assert (batch.made_count, Coupon.objects.count()) == (200, 200)

    coupon_batches.go_on(batch_id=batch.pk, at=NOW)
    with pytest.raises(coupon_batches.BatchUnderWay):
        coupon_batches.go_on(batch_id=batch.pk, at=NOW)
    assert run(batch) == Job.State.DONE
    assert Coupon.objects.filter(batch=batch).count() == 350
    with pytest.raises(coupon_batches.BatchComplete):
        coupon_batches.go_on(batch_id=batch.pk, at=NOW)
    assert shop_of.left(paper) == (9_650, 9_650_000)


def test_codes_that_somebody_has_are_made_anew(paper):
    run(begun(paper, 10))
    taken = list(Coupon.objects.order_by("pk").values_list("code", flat=True))
    batch = begun(paper, 5)
    codes = [*taken[:4], "NEWNEWNEWNEW"]
    answer = coupon_calls.call("loyalty_coupons_make", batch.pk, codes, NOW, "Asia/Shanghai")

    assert answer == {"made": 1}
    assert shop_of.left(paper) == (9_989, 9_989_000)
    assert run(batch) == Job.State.DONE
    assert Coupon.objects.filter(batch=batch).count() == 5
    assert shop_of.left(paper) == (9_985, 9_985_000)


def test_a_batch_that_stock_or_budget_can_t_bear_is_not_begun(shop):
    kind = shop_of.live(stock_count=100, budget_amount=50_000)

    for count, code, details in (
        (101, "coupon_stock", {"left_count": 100, "asked_count": 101}),
        (51, "coupon_budget", {"left_amount": 50_000, "asked_amount": 51_000}),
    ):
        with pytest.raises(CouponRefused) as refused:
            begun(kind, count)
        assert (refused.value.code, refused.value.details) == (code, details)
    assert (CouponBatch.objects.count(), Job.objects.count()) == (0, 0)


def test_a_batch_whose_stock_is_taken_meanwhile_fails_and_takes_nothing_more(shop, alice):
    kind = shop_of.live(stock_count=10)
    batch = begun(kind, 10)
    shop_of.claim(kind, alice)

    assert run(batch) == Job.State.FAILED
    assert (Coupon.objects.count(), shop_of.left(kind)) == (1, (9, None))
    assert Job.objects.get(pk=batch.job_id).message == "None of these are left."


def test_a_batch_needs_a_live_type_and_a_sensible_size(shop):
    draft = shop_of.draft()

    with pytest.raises(CouponTypeNotLive):
        begun(draft, 1)
    with pytest.raises(NotFound):
        coupon_batches.enqueue(type_id=0, count=1, at=NOW)
    for count in (0, -1, 1_000_001):
        with pytest.raises(coupon_batches.BatchSize):
            begun(shop_of.live(f"t{count}"), count)


@pytest.mark.volume
@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(900)
def test_a_batch_of_a_hundred_thousand_codes_has_as_many_different_ones(shop):
    count = int(os.environ.get("REGULARS_BATCH_CODES", "100000"))
    kind = shop_of.live()
    batch = begun(kind, count)

    assert run(batch) == Job.State.DONE
    assert Coupon.objects.filter(batch=batch).count() == count
    coupon_batches.void(batch_id=batch.pk, reason="test", at=NOW)
    job = Job.objects.get(kind=coupon_batches.VOID)
    assert jobs.run(job_id=job.pk, clock=lambda: NOW) == Job.State.DONE
    assert Coupon.objects.filter(batch=batch, state="VOID").count() == count
