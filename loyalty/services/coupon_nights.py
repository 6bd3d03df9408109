"""What time does to coupons, written down: locks that timed out, coupons that expired. Nothing
depends on it: every read and every use sees it by itself, and whoever finds a stock or a budget
used up has it tidied for their type.

Source: loyalty/migrations/sql/coupon_tidy.sql; docs/algorithms/coupons.md.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from loyalty.services import coupon_calls as calls

# Coupons in a transaction: near a tenth of a second.
CHUNK = 1_000
# Locks in one, of which each is looked at by itself.
FEW = 100


def settle(*, at: datetime) -> Iterator[int]:
    """Lets go of locks that timed out by `at` and expires what is due; yields how many, chunk by
    chunk. What somebody works on just now is passed over, and still due afterwards."""
    yield from unlock(at=at)
    yield from expire(at=at)


def unlock(*, at: datetime) -> Iterator[int]:
    """Locks that timed out, chunk by chunk."""
    while True:
        with transaction.atomic():
            done = calls.call(
                "loyalty_coupons_tidy", None, None, FEW, calls.zone(), at, calls.tells()
            )
        yield done
        if done < FEW:
            return


def expire(*, at: datetime) -> Iterator[int]:
    """Coupons that expired, chunk by chunk."""
    while True:
        with transaction.atomic():
            done = calls.call("loyalty_coupons_expire", CHUNK, at, calls.tells())
        yield done
        if done < CHUNK:
            return
