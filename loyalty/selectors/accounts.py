"""What members hold, as of an instant: exact whether or not a job has run."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from loyalty.models import Account, LedgerEntry, Lot, Order, Tier
from loyalty.rules import lots as lot_rules
from loyalty.rules.entries import Balances
from loyalty.rules.holds import Hold
from loyalty.rules.ledger import Ledger
from loyalty.rules.tier_progress import Keep, Outlook
from loyalty.selectors import holds, progress
from loyalty.services import programs

SOON = timedelta(days=31)


@dataclass(frozen=True)
class Expiring:
    """Points that lapse at one instant."""

    points: int
    expires_at: datetime


@dataclass(frozen=True)
class Balance:
    """What a member may spend, what waits, and what lapses soon."""

    available: int
    pending: int
    expiring: tuple[Expiring, ...]


@dataclass(frozen=True)
class Ahead:
    """What is missing to the next tier; `next` None at the top. Percent 0–99 below it.

    `by_on`: what is missing stays as it is through this day. `keep` is what the present term
    still lacks; `projected` is the tier after it if nothing more is bought.
    """

    next: Tier | None
    missing_amount: int
    missing_orders: int
    percent: int
    missing_qualifying_points: int
    by_on: date | None
    keep: Keep | None
    projected: Tier


@dataclass(frozen=True)
class AccountView:
    """A member's account as of an instant. Amounts in minor units of the programme."""

    member_id: int
    pending: int
    active: int
    held: int
    available: int
    debt: int
    earned: int
    redeemed: int
    expired: int
    expiring: tuple[Expiring, ...]
    tier: Tier
    tier_since_at: datetime
    tier_until_at: datetime | None
    is_in_grace: bool
    floor: Tier | None
    floor_until_at: datetime | None
    spend_amount: int
    orders_count: int
    lifetime_orders_count: int
    last_order_at: datetime | None
    progress: Ahead
    currency: str
    version: int


def account(*, member_id: int, at: datetime) -> AccountView | None:
    """The account as of `at`, or None. At most seven queries."""
    row = Account.objects.filter(member_id=member_id).first()
    if row is None:
        return None
    held = holds.open_holds(member_ids=[member_id]) if row.held_points else {}
    lots = Lot.objects.filter(member_id=member_id, is_open=True)
    ledger = _ledger(row, lots, held.get(member_id, ()))
    ledger.settle(at)
    terms = programs.current()
    stand = progress.stand(account=row, terms=terms.tiers, at=at)
    standing = stand.standing
    rows = Tier.objects.filter(program_id=terms.id).in_bulk()
    balances = ledger.balances
    return AccountView(
        member_id=member_id,
        pending=balances.pending,
        active=balances.active,
        held=balances.held,
        available=balances.available,
        debt=balances.debt,
        earned=balances.earned,
        redeemed=balances.redeemed,
        expired=balances.expired,
        expiring=expiring(ledger, at),
        tier=rows[standing.level.id],
        tier_since_at=standing.since_at,
        tier_until_at=standing.until_at,
        is_in_grace=standing.grace_until_at is not None and standing.level == standing.earned,
        floor=rows[standing.floor.id] if standing.floor else None,
        floor_until_at=standing.floor_until_at,
        spend_amount=stand.figures.spend_amount,
        orders_count=stand.figures.orders_count,
        lifetime_orders_count=row.orders_count,
        last_order_at=row.last_order_at,
        progress=_ahead(stand.outlook, rows),
        currency=terms.currency,
        version=row.version,
    )


def _ahead(outlook: Outlook, rows: dict[int, Tier]) -> Ahead:
    ahead = outlook.ahead
    return Ahead(
        next=rows[ahead.next.id] if ahead.next else None,
        missing_amount=ahead.missing_amount,
        missing_orders=ahead.missing_orders,
        percent=ahead.percent,
        missing_qualifying_points=ahead.missing_qualifying_points,
        by_on=outlook.by_on,
        keep=outlook.keep,
        projected=rows[outlook.projected.id],
    )


def available(*, member_ids: Sequence[int], at: datetime) -> dict[int, int]:
    """Points that each member can spend at `at`; three queries, however many members."""
    accounts = list(Account.objects.filter(member_id__in=member_ids))
    due = [row.member_id for row in accounts if row.next_change_at and row.next_change_at <= at]
    lots: dict[int, list[Lot]] = {}
    for lot in Lot.objects.filter(member_id__in=due, is_open=True) if due else ():
        lots.setdefault(lot.member_id, []).append(lot)
    held = holds.open_holds(member_ids=due) if due else {}
    found = {}
    for row in accounts:
        ledger = _ledger(row, lots.get(row.member_id, ()), held.get(row.member_id, ()))
        if row.member_id in lots:
            ledger.settle(at)
        found[row.member_id] = ledger.balances.available
    return found


def balances(*, member_ids: Collection[int], at: datetime) -> dict[int, Balance]:
    """The balance of each member with an account; three queries, however many members."""
    accounts = list(Account.objects.filter(member_id__in=member_ids))
    lots: dict[int, list[Lot]] = {}
    for lot in Lot.objects.filter(member_id__in=member_ids, is_open=True):
        lots.setdefault(lot.member_id, []).append(lot)
    holding = [row.member_id for row in accounts if row.held_points]
    held = holds.open_holds(member_ids=holding) if holding else {}
    found = {}
    for row in accounts:
        ledger = _ledger(row, lots.get(row.member_id, ()), held.get(row.member_id, ()))
        ledger.settle(at)
        sums = ledger.balances
        found[row.member_id] = Balance(sums.available, sums.pending, expiring(ledger, at))
    return found


def statement(
    *, member_id: int, before_id: int | None = None, limit: int = 50
) -> list[LedgerEntry]:
    """Ledger entries, newest first, from below `before_id`; one query."""
    # With the member's key, which opens the notes.
    entries = LedgerEntry.objects.filter(member_id=member_id).select_related("member__key")
    if before_id is not None:
        entries = entries.filter(pk__lt=before_id)
    return list(entries.order_by("-pk")[:limit])


def orders_of(*, member_id: int, before_id: int | None = None, limit: int = 50) -> list[Order]:
    """Orders, newest first, from below `before_id`; one query."""
    orders = Order.objects.filter(member_id=member_id).defer("answer")
    if before_id is not None:
        orders = orders.filter(pk__lt=before_id)
    return list(orders.order_by("-pk")[:limit])


def _ledger(row: Account, lots: Iterable[Lot], held: Iterable[Hold] = ()) -> Ledger:
    balances = Balances(
        row.pending_points,
        row.active_points,
        row.held_points,
        row.debt_points,
        row.earned_points,
        row.redeemed_points,
        row.expired_points,
    )
    working = [
        lot_rules.Lot(
            id=lot.pk,
            earned=lot.earned_points,
            remaining=lot.remaining_points,
            activates_at=lot.activates_at,
            expires_at=lot.expires_at,
            is_pending=lot.is_pending,
            held=lot.held_points,
            expired=lot.expired_points,
        )
        for lot in lots
    ]
    return Ledger(row.member_id, balances, working, list(held), next_change_at=row.next_change_at)


def expiring(ledger: Ledger, at: datetime) -> tuple[Expiring, ...]:
    """What of the ledger's points lapses soon after `at`, by instant."""
    by_instant: dict[datetime, int] = {}
    for lot in ledger.lots:
        if lot.expires_at and at < lot.expires_at <= at + SOON and not lot.is_pending:
            by_instant[lot.expires_at] = by_instant.get(lot.expires_at, 0) + lot.free
    return tuple(
        Expiring(points, instant) for instant, points in sorted(by_instant.items()) if points
    )
