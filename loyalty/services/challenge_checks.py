"""What a challenge can't be, before anybody is asked to let it live."""

from collections.abc import Iterator

from loyalty.models import BehaviorRule, Challenge, ChallengePrize, CouponType, Prize
from loyalty.rules import challenge_fields
from loyalty.rules import challenges as rules
from loyalty.services import benefit_grants
from members.errors import DomainError
from members.rules import conditions

_Counts = Challenge.Counts
Problem = tuple[str, str, str]
# Beyond these a typing mistake is likelier than a wish.
MOST_TIMES = 100_000
MOST_PRIZES = 10
_LENGTH_OF_WINDOW = {"DAY": 1, "WEEK": 7, "MONTH": 28, "QUARTER": 90, "YEAR": 365}


class BadChallenge(DomainError):
    """This challenge can't go live as it is."""

    code = "bad_challenge"


def check(challenge: Challenge) -> None:
    """Nothing, or a refusal that names the field, the problem and how to mend it.

    Raises: BadChallenge; BadCondition, with the place in the tree.
    """
    conditions.parse(challenge.condition or {}, challenge_fields.FIELDS)
    for field, problem, message in problems(challenge):
        raise BadChallenge(message, field=field, problem=problem)
    for field, problem, message in prize_problems(list(challenge.prizes.all())):
        raise BadChallenge(message, field=field, problem=problem)


def problems(challenge: Challenge) -> Iterator[Problem]:
    """(field, code, how to mend it) of all that is wrong with it, prizes and condition aside."""
    yield from _counted(challenge)
    yield from _times(challenge)
    if challenge.is_hidden and challenge.needs_joining:
        yield "needs_joining", "surprise_joined", "nobody can join what isn't shown to them"
    begins, ends = challenge.valid_from, challenge.valid_until
    if begins and ends and ends <= begins:
        yield "valid_until", "ends_before_it_begins", "it must end after it begins"


def _counted(challenge: Challenge) -> Iterator[Problem]:
    counts = challenge.counts
    if (challenge.target or 0) < 1:
        yield "target", "no_target", "the target is at least 1"
    if counts == _Counts.BEHAVIORS:
        yield from _behavior(challenge)
    elif challenge.is_streak:
        yield "is_streak", "no_days", "only behaviors are counted on days in a row"
    if counts == _Counts.TIER and challenge.tier_id is None:
        yield "tier", "no_tier", "say which tier is to be reached"
    if counts == _Counts.TIER and (challenge.target, challenge.window) != (1, "EVER"):
        yield "target", "once_ever", "a tier is reached for the first time once, whenever it is"
    if counts not in rules.OF_ORDERS and challenge.condition:
        yield "condition", "no_orders", "it doesn't count orders: leave the condition empty"
    if counts not in rules.OF_ORDERS and challenge.min_order_amount:
        yield "min_order_amount", "no_orders", "it doesn't count orders: leave it 0"


def _behavior(challenge: Challenge) -> Iterator[Problem]:
    known = BehaviorRule.objects.filter(program__is_current=True, code=challenge.behavior)
    if not known.exists():
        yield "behavior", "unknown_behavior", "choose one of the behaviors that earn"
    length = _LENGTH_OF_WINDOW.get(challenge.window)
    if challenge.is_streak and length is not None and challenge.target > length:
        yield "target", "longer_than_window", "no window has so many days in a row"


def _times(challenge: Challenge) -> Iterator[Problem]:
    if challenge.limit_times is not None and challenge.limit_times < 1:
        yield "limit_times", "nothing_left", "with 0 nobody ever reaches it: leave it empty"
    if challenge.counts == _Counts.TIER and challenge.is_repeating:
        yield "is_repeating", "once_ever", "the first time comes once"


def prize_problems(prizes: list[ChallengePrize]) -> Iterator[Problem]:
    """What is wrong with what it gives."""
    if not prizes:
        yield "prizes", "no_prize", "say what reaching it brings"
    if len(prizes) > MOST_PRIZES:
        yield "prizes", "too_many", "these are too many prizes"
    for prize in prizes:
        yield from dead(prize)


def dead(prize: Prize) -> Iterator[Problem]:
    """A prize that couldn't be given; of referral programmes too."""
    kind = prize.coupon_type
    if prize.what == Prize.What.COUPON and kind and kind.state != CouponType.State.LIVE:
        yield "prizes", "coupon_type_not_live", "let the coupon type go live first"
    if prize.what == Prize.What.BENEFIT and prize.benefit and prize.benefit.state != "LIVE":
        yield "prizes", "benefit_not_live", "let the benefit go live first"
    if prize.what == Prize.What.BADGE and prize.badge and not prize.badge.is_active:
        yield "prizes", "badge_not_active", "this badge isn't given any more: choose another one"
    if prize.what == Prize.What.TIER and prize.tier and not prize.tier.rank:
        yield "prizes", "first_tier", "everybody has the first tier: choose a higher one"
    yield from _too_much(prize)


def _too_much(prize: Prize) -> Iterator[Problem]:
    comes_as_coupons = (
        prize.what == Prize.What.BENEFIT
        and prize.benefit is not None
        and prize.benefit.coupon_type_id is not None
    )
    if prize.what == Prize.What.COUPON or comes_as_coupons:
        most = benefit_grants.MOST_COUPONS
    else:
        most = benefit_grants.MOST_QUOTA
    if prize.what in (Prize.What.COUPON, Prize.What.BENEFIT) and prize.count > most:
        yield "prizes", "too_many_of_one", "so many of one prize can't be given: choose fewer"
    days = prize.days or 0
    if prize.what in (Prize.What.TIER, Prize.What.BENEFIT) and days > benefit_grants.MOST_DAYS:
        yield "prizes", "too_long", "so many days can't be given: choose fewer"
