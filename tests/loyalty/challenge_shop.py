"""Challenges in a shop: "every third order", and what a worker makes of orders."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from loyalty.models import (
    Challenge,
    ChallengeAward,
    ChallengePrize,
    ChallengeProgress,
    CouponType,
    Prize,
)
from loyalty.services import challenges
from members.services import dispatches
from tests.loyalty import till
from tests.loyalty.till import NOW, line

STARTED = NOW - timedelta(days=300)


def challenge(
    code: str = "third",
    *,
    prize: dict[str, Any] | None = None,
    more: Sequence[dict[str, Any]] = (),
    since: datetime = STARTED,
    **fields: Any,
) -> Challenge:
    """A live challenge that brings 200 points, or another prize, and `more`."""
    values = {"counts": "ORDERS", "target": 3, "is_repeating": True, "created_at": since, **fields}
    made: Challenge = Challenge.objects.create(code=code, name_en=code, name_zh=code, **values)
    for one in (prize or {"what": Prize.What.POINTS, "points": 200}, *more):
        ChallengePrize.objects.create(challenge=made, **one)
    return challenges.go_live(challenge_id=made.pk, at=since)


def buy(number: str, yuan: int = 10, when: datetime = NOW, **options: Any) -> dict[str, Any]:
    return till.sell(number, line("1", yuan * 100), when=when, **options)


def work(now: datetime = NOW) -> None:
    """The worker, until nothing is left to do."""
    while dispatches.drain(at=now):
        pass


def reached(member: Any, code: str = "third") -> list[tuple[int, int, bool]]:
    """(time, round, stands) of each award, in the order in which they were made."""
    rows = ChallengeAward.objects.filter(member_id=member.pk, challenge__code=code).order_by("pk")
    return [(row.ordinal, row.round, row.undone_at is None) for row in rows]


def value(member: Any, code: str = "third", window: Any = None) -> int:
    rows = ChallengeProgress.objects.filter(member_id=member.pk, challenge__code=code)
    if window is not None:
        rows = rows.filter(window_on=window)
    return sum(rows.values_list("value", flat=True))


def coupon_type(state: str) -> CouponType:
    return CouponType.objects.create(
        code="five", name_en="5 off", kind="MONEY_OFF", amount=500, valid_until=NOW, state=state
    )
