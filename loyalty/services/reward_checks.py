"""What a reward can't be, before anybody is asked to let it live."""

from collections.abc import Iterator

from loyalty.models import CouponType, Reward
from members.errors import DomainError

_Kind = Reward.Kind
Problem = tuple[str, str, str]


class BadReward(DomainError):
    """This reward can't go live as it is."""

    code = "bad_reward"


def check(reward: Reward) -> None:
    """Nothing, or a refusal that names the field, the problem and how to mend it.

    Raises: BadReward.
    """
    for field, problem, message in _problems(reward):
        raise BadReward(message, field=field, problem=problem)


def _problems(reward: Reward) -> Iterator[Problem]:
    yield from _words(reward)
    yield from _price(reward)
    yield from _times(reward)
    yield from _coupon(reward)
    for field in ("stock_count", "limit_member"):
        if getattr(reward, field) == 0:
            yield field, "nothing_left", "with 0 nobody ever gets one: leave it empty"
    if any(row.limit_member == 0 for row in reward.tiers.all()):
        yield "tiers", "nothing_left", "with 0 a tier never gets one: leave the tier out"


def _words(reward: Reward) -> Iterator[Problem]:
    if not (reward.name_zh or reward.name_en):
        yield "name_en", "no_name", "give it a name"


def _price(reward: Reward) -> Iterator[Problem]:
    if reward.price_points < 1:
        yield "price_points", "no_price", "it costs one point at least"
    if reward.price_amount < 0:
        yield "price_amount", "below_zero", "it can't be below 0"


def _times(reward: Reward) -> Iterator[Problem]:
    begins, ends = reward.valid_from, reward.valid_until
    if begins is not None and ends is not None and ends <= begins:
        yield "valid_until", "ends_before_it_begins", "it must end after it begins"
    for field in ("pickup_days", "payment_minutes"):
        if getattr(reward, field) < 1:
            yield field, "no_time", "it is 1 at least"


def _coupon(reward: Reward) -> Iterator[Problem]:
    kind = reward.coupon_type
    if reward.kind != _Kind.COUPON:
        if kind is not None:
            yield "coupon_type", "not_a_coupon", "only a coupon has a coupon type: leave it empty"
        return
    if kind is None:
        yield "coupon_type", "no_coupon_type", "say which coupon it is"
    elif kind.state != CouponType.State.LIVE:
        yield "coupon_type", "coupon_type_not_live", "let the coupon type live first"
