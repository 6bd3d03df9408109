"""Accounts behind their locks, as working copies for the rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from loyalty.rules.entries import Balances
from loyalty.rules.holds import Hold
from loyalty.rules.ledger import Ledger
from loyalty.rules.lots import Lot
from loyalty.rules.tiers import Window


@dataclass(slots=True)
class State:
    """An account behind its lock: its ledger, tier and window, as they will be written.

    `floor_tier_id` until `floor_until_at` is a tier by hand or bought; `grace_until_at` is set
    while a term is over and its figures were not reached again.
    """

    member_id: int
    version: int
    ledger: Ledger
    tier_id: int
    tier_since_at: datetime
    tier_until_at: datetime | None
    window: Window
    orders_count: int
    last_order_at: datetime | None
    floor_tier_id: int | None = None
    floor_until_at: datetime | None = None
    grace_until_at: datetime | None = None
    joined_on: date | None = None
    # What the figures earned, while a floor or a draw stands above it.
    earned_tier_id: int | None = None
    earned_until_at: datetime | None = None
    clv_amount: int = 0
    is_changed: bool = False


# As `loyalty_open` and `ACCOUNT_COLUMNS` give them.
AccountRow = tuple[
    int, int, int, int, int, int, int, int, int,
    datetime | None, int, datetime, datetime | None,
    date | None, int, int, int, datetime | None,
    int, int | None, datetime | None, datetime | None, date | None,
    int | None, datetime | None,
]  # fmt: skip
ACCOUNT_COLUMNS = (
    "member_id, version, pending_points, active_points, held_points, debt_points, earned_points,"
    " redeemed_points, expired_points, next_change_at, tier_id, tier_since_at, tier_until_at,"
    " window_from_on, window_spend_amount, window_orders_count, orders_count, last_order_at,"
    " window_qualifying_points, tier_floor_id, tier_floor_until_at, tier_grace_until_at, joined_on,"
    " tier_earned_id, tier_earned_until_at"
)
# Net spend, paid orders and qualifying points by day, oldest first.
Day = tuple[date, int, int, int]
Days = list[Day]
LotRow = tuple[
    int, int, int, int, datetime, datetime | None, bool, int, int, int, int, int | None, bool
]  # fmt: skip
LOT_COLUMNS = (
    "l.member_id, l.id, l.earned_points, l.remaining_points, l.activates_at, l.expires_at,"
    " l.is_pending, l.held_points, l.expired_points, l.clawed_points, l.absorbed_points,"
    " l.order_id, l.is_sliding"
)

# Member, hold, points, until when, (lot, points) in spend order, its uid, who asked for it.
HoldRow = tuple[int, int, int, datetime, list[tuple[int, int]], str, str]
OPEN_HOLDS = """
SELECT h.member_id, h.id, h.points, h.expires_at,
       array_agg(ARRAY[p.lot_id, p.points] ORDER BY p.id), h.uid::text, h.source
FROM loyalty_hold h JOIN loyalty_holdpart p ON p.hold_id = h.id
WHERE h.member_id = ANY(%s) AND h.state = 'OPEN'
GROUP BY h.id ORDER BY h.id
"""


def states(
    accounts: Iterable[AccountRow],
    lot_rows: Iterable[LotRow],
    aging: Mapping[int, Days] | None = None,
    hold_rows: Iterable[HoldRow] = (),
) -> dict[int, State]:
    """Working copies by member id. Lots and holds come only for members who need them."""
    days = aging or {}
    found = {row[0]: state(row, days.get(row[0], ())) for row in accounts}
    for row in lot_rows:
        ledger = found[row[0]].ledger
        ledger.knows_all_lots = True
        ledger.lots.append(lot(row))
    for held in hold_rows:
        found[held[0]].ledger.holds.append(hold(held))
    return found


def hold(row: HoldRow) -> Hold:
    parts = [(lot_id, points) for lot_id, points in row[4]]
    return Hold(row[1], row[2], row[3], parts, uid=row[5], source=row[6])


def state(row: AccountRow, aging: Iterable[Day] = ()) -> State:
    balances = Balances(*row[2:9])
    return State(
        member_id=row[0],
        version=row[1],
        # Without open points there are no lots to know of.
        ledger=Ledger(
            row[0],
            balances,
            next_change_at=row[9],
            knows_all_lots=balances.pending + balances.active == 0,
        ),
        tier_id=row[10],
        tier_since_at=row[11],
        tier_until_at=row[12],
        window=Window(row[13], row[14], row[15], row[18], list(aging)),
        orders_count=row[16],
        last_order_at=row[17],
        floor_tier_id=row[19],
        floor_until_at=row[20],
        grace_until_at=row[21],
        joined_on=row[22],
        earned_tier_id=row[23],
        earned_until_at=row[24],
    )


def lot(row: LotRow) -> Lot:
    return Lot(
        id=row[1],
        earned=row[2],
        remaining=row[3],
        activates_at=row[4],
        expires_at=row[5],
        is_pending=row[6],
        held=row[7],
        expired=row[8],
        clawed=row[9],
        absorbed=row[10],
        order_id=row[11],
        is_sliding=row[12],
    )


def sequence(states: Mapping[int, State]) -> Sequence[State]:
    """In the order of member ids, as everything that locks accounts goes."""
    return [states[member_id] for member_id in sorted(states)]
