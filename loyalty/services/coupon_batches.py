"""Codes made at once, by a job: for print, or for another system."""

from datetime import datetime

from django.db import transaction

from loyalty.models import Coupon, CouponBatch, CouponType
from loyalty.rules import coupons as rules
from loyalty.selectors import coupons as found_coupons
from loyalty.services import coupon_calls as calls
from loyalty.services.coupon_refusals import CouponRefused, refused
from loyalty.services.coupon_types import CouponTypeNotLive
from members.errors import DomainError, NotFound, ReasonRequired
from members.models import Job
from members.services import audit, jobs
from members.services.jobs import RunningJob

MAKE = "loyalty.coupon_batch.make"
VOID = "loyalty.coupon_batch.void"
MOST = 1_000_000
# Codes in a transaction: some hundred milliseconds, during which the type's stock is locked.
CHUNK = 2_000
_ENDED = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELED)
_UNUSED = (Coupon.State.ISSUED, Coupon.State.CLAIMED, Coupon.State.LOCKED)
_MOST_REASON = 80


class BatchSize(DomainError):
    """A batch holds from one to a million codes."""

    code = "batch_size"


class BatchUnderWay(DomainError):
    """Its codes are being made."""

    code = "batch_under_way"
    status = 409


class BatchComplete(DomainError):
    """Nothing is missing of this batch, or it was called back."""

    code = "batch_complete"
    status = 409


@transaction.atomic
def enqueue(
    *, type_id: int, count: int, at: datetime, actor_id: int | None = None, note: str = ""
) -> CouponBatch:
    """The batch whose codes a job makes.

    Raises: NotFound; CouponTypeNotLive; BatchSize; CouponRefused, where stock or budget are
    too small.
    """
    kind = CouponType.objects.filter(pk=type_id).first()
    if kind is None:
        raise NotFound("there is no such coupon type")
    if kind.state != CouponType.State.LIVE:
        raise CouponTypeNotLive
    if not 1 <= count <= MOST:
        raise BatchSize(count=count, most=MOST)
    _check_room(kind, count)
    batch = CouponBatch.objects.create(
        type=kind, count=count, note=note.strip()[:120], actor_id=actor_id, created_at=at
    )
    return _start(batch, MAKE, count, at, actor_id)


@transaction.atomic
def go_on(*, batch_id: int, at: datetime, actor_id: int | None = None) -> CouponBatch:
    """Makes what is missing of a batch whose job was canceled or failed.

    Raises: NotFound, BatchUnderWay, BatchComplete; CouponRefused, as `enqueue`.
    """
    batch = _locked(batch_id)
    missing = batch.count - batch.made_count
    if missing == 0 or batch.voided_at is not None:
        raise BatchComplete
    if Job.objects.filter(pk=batch.job_id or 0).exclude(state__in=_ENDED).exists():
        raise BatchUnderWay
    _check_room(batch.type, missing)
    return _start(batch, MAKE, missing, at, actor_id)


@transaction.atomic
def void(*, batch_id: int, reason: str, at: datetime, actor_id: int | None = None) -> CouponBatch:
    """Calls a batch back: its unused codes count no more, at once; a job gives back what they
    kept. Called back again it stays as it is.

    Raises: NotFound, ReasonRequired.
    """
    why = reason.strip()
    if not why:
        raise ReasonRequired
    batch = _locked(batch_id)
    if batch.voided_at is None:
        batch.voided_at = at
        batch.save(update_fields=["voided_at"])
        audit.record(
            action="coupon_batch.voided",
            at=at,
            actor_id=actor_id,
            reason=why,
            details={"batch": str(batch.uid), "type": batch.type.code},
        )
        params = {"batch": batch.pk, "reason": why[:_MOST_REASON]}
        jobs.enqueue(
            kind=VOID, params=params, at=at, requested_by_id=actor_id, total=batch.made_count
        )
    return batch


def make(job: RunningJob, at: datetime) -> None:
    """The job: chunk by chunk, each with its progress.

    Raises: CouponRefused, where stock or budget came to an end, or the batch was called back.
    """
    batch_id = int(job.params["batch"])
    while True:
        job.go_on()
        with transaction.atomic():
            batch = _locked(batch_id)
            missing = batch.count - batch.made_count
            if missing == 0:
                return
            codes = calls.fresh_codes(min(CHUNK, missing))
            answer = calls.call(
                "loyalty_coupons_make", batch_id, codes, job.instant(), calls.zone()
            )
            if "code" in answer:
                raise refused(answer)
            job.progress(cursor={}, done=answer["made"])


def make_void(job: RunningJob, at: datetime) -> None:
    """The job: chunk by chunk. Codes that were used stay used."""
    unused = Coupon.objects.filter(batch_id=int(job.params["batch"]), state__in=_UNUSED)
    while True:
        job.go_on()
        with transaction.atomic():
            ids = list(unused.order_by("pk").values_list("pk", flat=True)[:CHUNK])
            if not ids:
                return
            done = calls.call(
                "loyalty_coupons_void",
                ids,
                job.params["reason"],
                job.requested_by_id,
                calls.zone(),
                job.instant(),
                calls.tells(),
            )
            job.progress(cursor={}, done=done)


def _start(
    batch: CouponBatch, kind: str, total: int, at: datetime, actor_id: int | None
) -> CouponBatch:
    job = jobs.enqueue(
        kind=kind, params={"batch": batch.pk}, at=at, requested_by_id=actor_id, total=total
    )
    batch.job_id = job.pk
    batch.save(update_fields=["job_id"])
    return batch


def _check_room(kind: CouponType, count: int) -> None:
    """A batch that can't be finished isn't begun. The job asks again, behind the locks."""
    left = found_coupons.figures(type_ids=[kind.pk])[kind.pk]
    cost_amount = rules.cost(found_coupons.worth(kind)) * count
    if left.stock_left is not None and left.stock_left < count:
        raise CouponRefused("coupon_stock", left_count=left.stock_left, asked_count=count)
    budget = left.budget_left_amount
    if budget is not None and budget < cost_amount:
        raise CouponRefused("coupon_budget", left_amount=budget, asked_amount=cost_amount)


def _locked(batch_id: int) -> CouponBatch:
    found = CouponBatch.objects.select_for_update(of=("self",)).select_related("type")
    batch = found.filter(pk=batch_id).first()
    if batch is None:
        raise NotFound
    return batch
