"""What the member holds: points, tier and the way to the next one, orders."""

from collections.abc import Sequence
from decimal import Decimal

from campaigns.selectors.asked import Asked, Moment, Variables, day, known, name_in
from loyalty.models import Account, Order, Tier
from loyalty.selectors import accounts, progress
from loyalty.selectors.accounts import Balance
from loyalty.selectors.progress import Stand
from members.models import Store

POINTS = (
    *("available_points", "available_amount", "pending_points"),
    *("expiring_points", "expiring_amount", "expiring_on"),
)
TIERS = (
    *("tier", "coefficient", "next_tier", "tier_until"),
    *("missing_amount", "missing_orders", "missing_points"),
)
ORDERS = (
    *("orders_count", "last_order_on", "last_order_amount"),
    *("last_order_store", "days_since_order"),
)


def read_points(asked: Sequence[Asked], wanted: frozenset[str], moment: Moment) -> list[Variables]:
    """Three queries."""
    balances = accounts.balances(member_ids={one.member.pk for one in asked}, at=moment.at)
    return [_points(balances.get(one.member.pk), moment) for one in asked]


def _points(balance: Balance | None, moment: Moment) -> Variables:
    if balance is None:
        return {}
    found = known(
        available_points=balance.available,
        available_amount=moment.terms.amount_of(balance.available),
        pending_points=balance.pending,
    )
    if balance.expiring:
        lapsing = sum(one.points for one in balance.expiring)
        found |= known(
            expiring_points=lapsing,
            expiring_amount=moment.terms.amount_of(lapsing),
            expiring_on=moment.last_day(balance.expiring[0].expires_at),
        )
    return found


def read_tiers(asked: Sequence[Asked], wanted: frozenset[str], moment: Moment) -> list[Variables]:
    """At most four queries."""
    rows = list(Account.objects.filter(member_id__in={one.member.pk for one in asked}))
    stands = progress.stands(accounts=rows, terms=moment.terms.tiers, at=moment.at)
    tiers = Tier.objects.filter(program_id=moment.terms.id).in_bulk()
    return [_tier(one, stands.get(one.member.pk), tiers, moment) for one in asked]


def _tier(one: Asked, stand: Stand | None, tiers: dict[int, Tier], moment: Moment) -> Variables:
    if stand is None:
        return {}
    standing, ahead = stand.standing, stand.outlook.ahead
    tier = tiers[standing.level.id]
    found = known(
        tier=name_in(tier, one.language),
        coefficient=coefficient_of(tier),
        tier_until=moment.last_day(standing.until_at),
    )
    if ahead.next:
        found |= known(
            next_tier=name_in(tiers[ahead.next.id], one.language),
            missing_amount=ahead.missing_amount,
            missing_orders=ahead.missing_orders,
            missing_points=ahead.missing_qualifying_points,
        )
    return found


def coefficient_of(tier: Tier) -> str:
    """`1.5` for 150 percent."""
    return f"{(Decimal(tier.coefficient_percent) / 100).normalize():f}"


def read_orders(asked: Sequence[Asked], wanted: frozenset[str], moment: Moment) -> list[Variables]:
    """At most three queries."""
    ids = {one.member.pk for one in asked}
    rows = Account.objects.filter(member_id__in=ids).in_bulk()
    needs_order = not wanted.isdisjoint({"last_order_amount", "last_order_store"})
    orders = _last_orders(ids) if needs_order else {}
    stores = Store.objects.in_bulk({order.store_id for order in orders.values() if order.store_id})
    return [
        _orders(one, rows.get(one.member.pk), orders.get(one.member.pk), stores, moment)
        for one in asked
    ]


def _last_orders(member_ids: set[int]) -> dict[int, Order]:
    rows = Order.objects.filter(member_id__in=member_ids).only(
        "member_id", "store_id", "net_amount", "occurred_at"
    )
    last = rows.order_by("member_id", "-occurred_at", "-pk").distinct("member_id")
    return {row.member_id: row for row in last if row.member_id}


def _orders(
    one: Asked, row: Account | None, order: Order | None, stores: dict[int, Store], moment: Moment
) -> Variables:
    if row is None:
        return {}
    found = known(orders_count=row.orders_count)
    if row.last_order_at:
        on = moment.day_of(row.last_order_at)
        found |= known(last_order_on=day(on), days_since_order=(moment.today - on).days)
    if order is not None:
        store = stores.get(order.store_id or 0)
        found |= known(
            last_order_amount=order.net_amount,
            last_order_store=name_in(store, one.language) if store else None,
        )
    return found
