"""Codes, lives and states of coupons, and why one can't be used.

Amounts are in minor units of the programme's currency. loyalty/migrations/sql/coupon_*.sql says
the same of many at once; tests/loyalty/test_coupons_sql.py compares the two.
Source: docs/algorithms/coupons.md.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from loyalty.rules import calendar

# Nothing that is read as something else: no 0 and O, no 1, I and L.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 12
CODES = len(ALPHABET) ** CODE_LENGTH
# Blanks, hyphens, and what nobody sees: messengers put such signs around what is copied.
_LEFT_OUT = re.compile(
    r"[\s\-\u2010-\u2015\u2212\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+"
)

ISSUED, CLAIMED, LOCKED = "ISSUED", "CLAIMED", "LOCKED"
REDEEMED, EXPIRED, VOID = "REDEEMED", "EXPIRED", "VOID"
# From each state those that it can become. A coupon that expired is used by an order of before;
# one that was used comes back, or ends, with a full refund.
STEPS = {
    ISSUED: frozenset({CLAIMED, LOCKED, REDEEMED, EXPIRED, VOID}),
    CLAIMED: frozenset({LOCKED, REDEEMED, EXPIRED, VOID}),
    LOCKED: frozenset({ISSUED, CLAIMED, LOCKED, REDEEMED, VOID}),
    REDEEMED: frozenset({ISSUED, CLAIMED, EXPIRED, VOID}),
    EXPIRED: frozenset({REDEEMED}),
    VOID: frozenset[str](),
}


@dataclass(frozen=True, kw_only=True)
class Worth:
    """What of a type decides where and when its coupons are valid. `store_ids` empty: in all."""

    kind: str
    amount: int = 0
    cap_amount: int | None = None
    validity: str = "FIXED"
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    valid_days: int = 0
    starts_at_once: bool = False
    claim_from: datetime | None = None
    claim_until: datetime | None = None
    store_ids: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, kw_only=True)
class Held:
    """A coupon as it is stored. A public code that nobody holds is an ISSUED one."""

    state: str
    member_id: int | None = None
    valid_from: datetime | None = None
    expires_at: datetime | None = None
    locked_by: tuple[str, str] = ("", "")
    locked_until: datetime | None = None
    is_called_back: bool = False


@dataclass(frozen=True, kw_only=True)
class Bringer:
    """Who brings a coupon, where, and for which order: (source, external id)."""

    member_id: int | None
    store_id: int | None = None
    order: tuple[str, str] = ("", "")


def normalize(text: str) -> str:
    """A code as it is stored: without blanks and hyphens, in capitals; wide letters, as Chinese
    keyboards write them, are letters."""
    return _LEFT_OUT.sub("", unicodedata.normalize("NFKC", text)).upper()


def code_of(number: int) -> str:
    """The code with this number, from 0 below `CODES`."""
    signs = []
    for _ in range(CODE_LENGTH):
        number, sign = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[sign])
    return "".join(signs)


def cost(worth: Worth) -> int:
    """What a coupon may cost at most, which it keeps of its type's budget; 0 where the cart
    decides."""
    if worth.kind == "MONEY_OFF":
        return worth.amount
    return worth.cap_amount or 0 if worth.kind == "PERCENT_OFF" else 0


def life(
    worth: Worth, claimed_at: datetime | None, zone: ZoneInfo
) -> tuple[datetime | None, datetime | None]:
    """From when until when it is valid, half-open; None: no bound. A code that nobody claimed
    lives as long as it may be claimed, where days are counted from the claim."""
    if worth.validity == "FIXED":
        return worth.valid_from, worth.valid_until
    if claimed_at is None:
        return worth.claim_from, worth.claim_until
    next_day = calendar.local_day(claimed_at, zone) + timedelta(days=1)
    begins = claimed_at if worth.starts_at_once else calendar.start_of_day(next_day, zone)
    return begins, calendar.start_of_day(next_day + timedelta(days=worth.valid_days), zone)


def is_locked(held: Held, at: datetime) -> bool:
    """A lock that timed out is none."""
    return held.state == LOCKED and held.locked_until is not None and held.locked_until > at


def state_at(held: Held, at: datetime) -> str:
    """The state as it is, whether or not a job has written it down."""
    if held.state not in (ISSUED, CLAIMED, LOCKED):
        return held.state
    if held.is_called_back:
        return VOID
    if is_locked(held, at):
        return LOCKED
    if held.expires_at is not None and held.expires_at <= at:
        return EXPIRED
    return ISSUED if held.member_id is None else CLAIMED


def refusal(
    held: Held, worth: Worth, bringer: Bringer, *, moment: datetime, at: datetime
) -> str | None:
    """Why a coupon can't be used, as a code; None if it can. `moment` is when it was used in the
    shop, `at` is now. Whose it is comes first: nobody learns of other people's coupons."""
    if held.member_id is not None and held.member_id != bringer.member_id:
        return "coupon_not_yours"
    if held.state == VOID or held.is_called_back:
        return "coupon_void"
    if held.state == REDEEMED:
        return "coupon_redeemed"
    is_own = held.locked_by == bringer.order
    if is_locked(held, at) and not is_own:
        return "coupon_locked"
    # A lock outlives what it keeps: whoever was at the till in time pays in peace.
    is_kept = is_own and held.locked_until is not None and held.locked_until > moment
    if not is_kept and held.valid_from is not None and held.valid_from > moment:
        return "coupon_not_yet"
    if not is_kept and held.expires_at is not None and held.expires_at <= moment:
        return "coupon_expired"
    if worth.store_ids and bringer.store_id not in worth.store_ids:
        return "coupon_store"
    return None
