"""Codes made at once, by a job: for print, or for another system."""

from datetime import datetime

from loyalty.models import CouponBatch
from members.services.jobs import RunningJob

MAKE = "loyalty.coupon_batch.make"
VOID = "loyalty.coupon_batch.void"


def enqueue(
    *, type_id: int, count: int, at: datetime, actor_id: int | None = None, note: str = ""
) -> CouponBatch:
    """The batch whose codes a job makes.

    Raises: NotFound; CouponTypeNotLive; BatchSize; CouponRefused, where stock or budget are
    too small.
    """
    raise NotImplementedError


def go_on(*, batch_id: int, at: datetime, actor_id: int | None = None) -> CouponBatch:
    """Makes what is missing of a batch whose job was canceled or failed."""
    raise NotImplementedError


def void(*, batch_id: int, reason: str, at: datetime, actor_id: int | None = None) -> CouponBatch:
    """Its unused codes count no more, at once; a job gives back what they kept."""
    raise NotImplementedError


def make(job: RunningJob, at: datetime) -> None:
    """The job: chunk by chunk."""
    raise NotImplementedError


def make_void(job: RunningJob, at: datetime) -> None:
    """The job: chunk by chunk."""
    raise NotImplementedError
