"""Recommending: codes, the friend's first order, when it matures, steps of the ladder. Pure.

Amounts are minor units. Source: docs/algorithms/referral.md.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from loyalty.rules import calendar, coupons

# Without 0 and O, 1, I and L; eight of them are 8.5 × 10¹¹ codes.
CODE_LENGTH = 8
CODES = len(coupons.ALPHABET) ** CODE_LENGTH

CLAIMED, REGISTERED, ORDERED, MATURED = "CLAIMED", "REGISTERED", "ORDERED", "MATURED"
REVIEW, REFUSED = "REVIEW", "REFUSED"
# Nothing is given, and nothing counts.
STILL = frozenset({REVIEW, REFUSED})
REGISTRATION, FIRST_ORDER = "REGISTRATION", "FIRST_ORDER"
PLACE = "{code}"


@dataclass(frozen=True)
class OrderFact:
    """An order of the friend: `net_amount` is what of its goods has not come back."""

    id: int
    occurred_at: datetime
    net_amount: int


@dataclass(frozen=True)
class First:
    """The friend's first order that counts, and from when on it can't be returned any more."""

    order_id: int
    ordered_at: datetime
    matures_at: datetime


@dataclass(frozen=True)
class Standing:
    """Where a referral is, from what is known of the friend."""

    state: str
    first: First | None
    is_verified: bool

    @property
    def has_matured(self) -> bool:
        return self.state == MATURED


def code_of(number: int) -> str:
    """The code with this number, from 0 below `CODES`."""
    signs = []
    for _ in range(CODE_LENGTH):
        number, sign = divmod(number, len(coupons.ALPHABET))
        signs.append(coupons.ALPHABET[sign])
    return "".join(signs)


def link(url: str, code: str) -> str:
    """Where the friend joins; "" without an address."""
    return url.replace(PLACE, code) if url else ""


def claim_ends(joined_at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Until when, exclusively, a friend may name who recommended them: through the end of the
    local day that lies `days` after the day of joining."""
    last = calendar.local_day(joined_at, zone) + timedelta(days=days)
    return calendar.start_of_day(last + timedelta(days=1), zone)


def first_order(
    orders: Iterable[OrderFact], *, min_amount: int, maturity_days: int, zone: ZoneInfo
) -> First | None:
    """The earliest by when it was paid, of those that still are worth `min_amount` and more than
    nothing. It matures at the start of local day (date + n), as pending points do."""
    counting = [one for one in orders if one.net_amount >= max(min_amount, 1)]
    if not counting:
        return None
    found = min(counting, key=lambda one: (one.occurred_at, one.id))
    matures_at = calendar.activation(found.occurred_at, maturity_days, zone)
    return First(found.id, found.occurred_at, matures_at)


def standing(first: First | None, *, is_verified: bool, at: datetime) -> Standing:
    """How far it has come as of `at`."""
    if first is not None:
        state = MATURED if first.matures_at <= at else ORDERED
    else:
        state = REGISTERED if is_verified else CLAIMED
    return Standing(state, first, is_verified)


def counts(basis: str, *, state: str, is_verified: bool, is_rewarded: bool) -> bool:
    """Whether a friend stands on the ladder: verified, or with a first order that matured. Who
    came above the month's limit brings no prize, and so no step either."""
    if state in STILL or not is_rewarded:
        return False
    return is_verified if basis == REGISTRATION else state == MATURED


def steps(friends: int, ladder: Collection[int]) -> frozenset[int]:
    """The steps of the ladder that stand with so many friends."""
    return frozenset(step for step in ladder if step <= friends)


def next_step(friends: int, ladder: Collection[int]) -> int | None:
    """The step that is next, if there is one."""
    return min((step for step in ladder if step > friends), default=None)


def month_of(at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The programme's month that this instant lies in: [from, until)."""
    day = calendar.local_day(at, zone)
    first = date(day.year, day.month, 1)
    following = calendar.add_months(first, 1)
    return calendar.start_of_day(first, zone), calendar.start_of_day(following, zone)


def ring(start: int, referrer_of: Mapping[int, int]) -> tuple[int, ...]:
    """The members of the ring that `start` stands in, from `start` along who recommended whom;
    empty when the way up ends without coming back to `start`."""
    way, one = [start], referrer_of.get(start)
    while one is not None and one not in way:
        way.append(one)
        one = referrer_of.get(one)
    return tuple(way) if one == start else ()
