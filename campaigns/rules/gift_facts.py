"""What is told when a gift of a campaign is given, and which campaigns that begins.

Pure. So campaigns that begin themselves, or each other, are found before they run. What lies in
between that isn't a gift – a tier that points lift to, a challenge – isn't followed: each has an
end of its own, and `MOST_A_DAY` holds for all.
Source: docs/algorithms/campaigns.md, "Campaigns that begin each other".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from campaigns.rules import event_patterns
from campaigns.rules.entries import EventEntry, Happening
from campaigns.rules.journey_steps import Grant

# So often within 24 hours one member comes into one campaign by what gifts tell: nobody is given so
# much by other ways, and what slipped through ends there.
MOST_A_DAY = 20
GIVEN = "loyalty.prize.given"
_EVENTS = {
    "POINTS": "loyalty.points.earned",
    "COUPON": "loyalty.coupon.granted",
    "BENEFIT": "loyalty.benefit.granted",
    "BADGE": "loyalty.badge.earned",
    "TAG": "members.tag.given",
}
# Who bears it already isn't given it again.
_ONCE = ("BADGE", "TAG")


class Bound(StrEnum):
    """What keeps a campaign from being begun for ever by gifts."""

    ONCE = "ONCE"
    DAY = "DAY"
    DAYS = "DAYS"
    LIMIT = "LIMIT"


@dataclass(frozen=True, kw_only=True)
class Told:
    """`payload`: the values that are known beforehand; `is_once`: it isn't told twice."""

    event: str
    payload: Mapping[str, Any]
    is_once: bool = False


def told_of(gift: Grant, *, coupon_type: str = "") -> Iterator[Told]:
    """All that is told of one gift. `coupon_type` is the code of the coupons that a benefit comes
    as."""
    own: dict[str, dict[str, Any]] = {
        "POINTS": {"points": gift.points, "order": "", "is_pending": False},
        "COUPON": {"coupon_type": gift.code},
        "BENEFIT": {"benefit": gift.code},
        "BADGE": {"badge": gift.code},
        "TAG": {"tag": gift.code},
    }
    if gift.what not in own:
        return
    yield Told(event=_EVENTS[gift.what], payload=own[gift.what], is_once=gift.what in _ONCE)
    if coupon_type:
        yield Told(event=_EVENTS["COUPON"], payload={"coupon_type": coupon_type})
    if gift.what != "TAG":
        points = gift.points if gift.what == "POINTS" else 0
        payload = {"origin": "CAMPAIGN", "what": gift.what, "points": points}
        yield Told(event=GIVEN, payload=payload)


def begins(told: Told, happening: Happening) -> bool:
    """Whether it may be what the rule asks for: of values that aren't known beforehand it may."""
    if told.event != happening.event or happening.behavior:
        return False
    return all(
        event_patterns.has(told.payload, name, wanted)
        for name, wanted in happening.matches.items()
        if event_patterns.plain_name(name, told.payload) in told.payload
    )


def is_told_of_gifts(event: str) -> bool:
    """Whether a campaign that begins with it may be begun by a gift."""
    return event == GIVEN or event in _EVENTS.values()


def bound_of(
    entry: EventEntry, *, re_entry_days: int | None, audience_limit: int | None
) -> Bound | None:
    """The tightest one; None: each gift that is told brings the member in once more. A gift is
    about no order and no product, so that keys of these are one and the same for all gifts."""
    if re_entry_days is not None:
        return Bound.DAYS
    if entry.keys and "day" not in entry.keys:
        return Bound.ONCE
    if entry.keys:
        return Bound.DAY
    return None if audience_limit is None else Bound.LIMIT
