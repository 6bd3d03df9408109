"""What a reward costs a member, and why they can't have it.

Points are integers, amounts in minor units. Source: docs/algorithms/rewards.md.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

NOT_LIVE, STOPPED = "reward_not_live", "reward_stopped"
NOT_YET, OVER = "reward_not_yet", "reward_over"
TIER, LIMIT, STOCK = "reward_tier", "reward_limit", "reward_stock"
POINTS = "insufficient_points"


@dataclass(frozen=True)
class TierTerms:
    """What is different for members of a tier; None: as the reward says."""

    price_points: int | None = None
    limit_member: int | None = None


@dataclass(frozen=True, kw_only=True)
class Reward:
    """What of a reward decides who may have it. `tiers` by id; empty: for everybody."""

    state: str
    price_points: int
    price_amount: int = 0
    limit_member: int | None = None
    limit_every: str = "NEVER"
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    tiers: Mapping[int, TierTerms] = field(default_factory=dict)


@dataclass(frozen=True)
class Price:
    """Of one piece, and how many pieces a member may have in a period (None: no limit)."""

    points: int
    amount: int
    limit: int | None


@dataclass(frozen=True)
class Asking:
    """Who asks for how many pieces: used in this period, available points; pieces left (None: no
    end). `tier_id` None: nobody known."""

    tier_id: int | None
    used: int = 0
    available_points: int = 0
    left: int | None = None
    quantity: int = 1


def price(reward: Reward, tier_id: int | None) -> Price:
    """For members of this tier; also for those who can't have it, what the reward says."""
    own = reward.tiers.get(tier_id or 0, TierTerms())
    return Price(
        points=own.price_points or reward.price_points,
        amount=reward.price_amount,
        limit=reward.limit_member if own.limit_member is None else own.limit_member,
    )


def closed(reward: Reward, at: datetime) -> str:
    """Why nobody can have it at `at`; "" while it can be had. Half-open: [from, until)."""
    if reward.state != "LIVE":
        return STOPPED if reward.state == "STOPPED" else NOT_LIVE
    if reward.valid_from is not None and at < reward.valid_from:
        return NOT_YET
    if reward.valid_until is not None and at >= reward.valid_until:
        return OVER
    return ""


def refusals(reward: Reward, asking: Asking, at: datetime) -> Iterator[str]:
    """Every reason why not, the one to tell first coming first; nothing: they may."""
    if why := closed(reward, at):
        yield why
    if reward.tiers and asking.tier_id not in reward.tiers:
        yield TIER
    asked = price(reward, asking.tier_id)
    if asked.limit is not None and asking.used + asking.quantity > asked.limit:
        yield LIMIT
    if asking.left is not None and asking.left < asking.quantity:
        yield STOCK
    if asked.points * asking.quantity > asking.available_points:
        yield POINTS


def use_key(reward_id: int, every: str, day: date) -> str:
    """Under what a member's pieces are counted in the period in which `day` lies."""
    whole = f"reward:{reward_id}"
    if every == "DAY":
        return f"{whole}:{day:%Y-%m-%d}"
    if every == "MONTH":
        return f"{whole}:{day:%Y-%m}"
    return f"{whole}:{day:%Y}" if every == "YEAR" else whole
