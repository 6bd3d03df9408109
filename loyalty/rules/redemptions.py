"""States of a redemption: requested → ready → fulfilled, or canceled, or expired.

Source: docs/algorithms/rewards.md.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from loyalty.rules import calendar

REQUESTED, READY, FULFILLED = "REQUESTED", "READY", "FULFILLED"
CANCELED, EXPIRED = "CANCELED", "EXPIRED"
STEPS = {
    "": frozenset({REQUESTED, READY, FULFILLED}),
    REQUESTED: frozenset({READY, FULFILLED, CANCELED, EXPIRED}),
    READY: frozenset({FULFILLED, CANCELED, EXPIRED}),
    # A coupon that nobody used comes back.
    FULFILLED: frozenset({CANCELED}),
    CANCELED: frozenset[str](),
    EXPIRED: frozenset[str](),
}
# Of these nothing is picked up: they are there as soon as they are paid.
AT_ONCE = frozenset({"COUPON", "DONATION"})


def state_at(state: str, expires_at: datetime | None, at: datetime) -> str:
    """The state as it is, whether or not a job has written it down; its end is exclusive."""
    is_waiting = state in (REQUESTED, READY)
    return EXPIRED if is_waiting and expires_at is not None and expires_at <= at else state


def paid_state(kind: str) -> str:
    """What a redemption of this kind of reward is once it is paid."""
    return FULFILLED if kind in AT_ONCE else READY


def pickup_ends(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The end of the local day that lies so many days after it became ready."""
    last = calendar.local_day(at, zone) + timedelta(days=days)
    return calendar.start_of_day(last + timedelta(days=1), zone)


def money_back(state: str, money_amount: int) -> int:
    """What whoever took the money gives back when it ends in this state: nothing before it was
    paid."""
    return money_amount if state in (READY, FULFILLED) else 0
