"""What a merge of two members moves here: points with their lots, debts, holds, orders, tier.

Registered as a step of `members.services.merges`; `merge_undos` gives it back. Source:
docs/algorithms/transfers-and-merges.md.
"""

from datetime import date
from typing import Any

from django.db import connection
from django.db.models import F, Model

from loyalty.models import Account, Hold, Order, Refund, RuleUse
from loyalty.rules.entries import Document
from loyalty.services import accounts, posting, programs, tier_merges
from loyalty.services.posting import Posting
from loyalty.services.states import Days, State
from members.services import bell
from members.services.merges import Merge


def move(done: Merge) -> dict[str, Any]:
    """Moves all of the retired member's account to the survivor's. Sums before are sums after.
    Gives what both accounts were, and the ids of the rows that moved."""
    for member_id in (done.survivor_id, done.retired_id):
        accounts.open_account(member_id=member_id, at=done.at)
    found = accounts.lock(member_ids=[done.survivor_id, done.retired_id])
    survivor, retired = found[done.survivor_id], found[done.retired_id]
    batch = Posting(at=done.at, actor_id=done.actor_id)
    terms = programs.current()
    for state in (survivor, retired):
        state.ledger.settle(done.at)
        # Before anything moves: an upgrade that was due may bring a gift to its own account.
        tier_merges.settle_ended(state, batch, terms)
    before = [_snapshot(state) for state in (survivor, retired)]
    _carry_balances(survivor, retired, done)
    tier_merges.keep_best(survivor, retired, batch, terms)
    _carry_counts(survivor, retired)
    # Lots first, so that what the posting says of them finds them where they are.
    rows = _move_rows(done)
    _recount_window(survivor, retired)
    retired.is_changed = survivor.is_changed = True
    batch.close([survivor, retired])
    batch.write()
    if "dispatches" in batch.rows:
        bell.ring_on_commit()
    _close_account(done)
    versions = Account.objects.in_bulk([done.survivor_id, done.retired_id])
    return {
        "key": _key(done),
        "before": before,
        "versions": [versions[done.survivor_id].version, versions[done.retired_id].version],
        "rows": rows,
    }


def _key(done: Merge) -> str:
    """Of the entries: the same two may be merged, parted and merged again."""
    return f"merge:{done.retired_id}:{done.merge_id}"


def _snapshot(state: State) -> dict[str, Any]:
    """The account's columns as plain values."""
    row = posting.account_row(state)
    del row["member_id"], row["version"]
    return {
        name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()
    }


def _carry_balances(survivor: State, retired: State, done: Merge) -> None:
    """Lots and holds change hands as they are; the two entries say by how much balances moved,
    so that each member's chain adds up by itself."""
    source, target = retired.ledger, survivor.ledger
    left, key = source.balances, _key(done)
    pending, active, debt = left.pending, left.active, left.debt
    out = Document("MERGE", done.survivor_id, key, done.at, done.actor_id)
    into = Document("MERGE", done.retired_id, key, done.at, done.actor_id)
    if pending or active or debt:
        points = pending + active
        source.enter(
            "TRANSFER_OUT", -points, out, "merge", pending=-pending, active=-active, debt=-debt
        )
        target.enter(
            "TRANSFER_IN", points, into, "merge", pending=pending, active=active, debt=debt
        )
    target.balances.held += left.held
    target.balances.earned += left.earned
    target.balances.redeemed += left.redeemed
    target.balances.expired += left.expired
    left.held = left.earned = left.redeemed = left.expired = 0
    target.lots += source.lots
    target.holds += source.holds
    source.lots, source.holds, source.next_change_at = [], [], None
    target.repay(into, done.at)
    target.note_next_change()


def _carry_counts(survivor: State, retired: State) -> None:
    survivor.orders_count += retired.orders_count
    instants = (survivor.last_order_at, retired.last_order_at)
    survivor.last_order_at = max((at for at in instants if at is not None), default=None)
    days = (survivor.joined_on, retired.joined_on)
    survivor.joined_on = min((day for day in days if day is not None), default=None)
    retired.orders_count, retired.last_order_at = 0, None


def _move_rows(done: Merge) -> dict[str, list[int]]:
    """Everything that names the retired member and may change. Entries, movements, transfers,
    awards and tier changes are append-only: they stay, and are read through the merged ids."""
    ids = {"survivor": done.survivor_id, "retired": done.retired_id}
    lots: list[int] = []
    with connection.cursor() as cursor:
        for statement in (_OPEN_LOTS, _CLOSED_LOTS):
            cursor.execute(statement, ids)
            lots += [row[0] for row in cursor.fetchall()]
    moved = {"lots": lots}
    moved["refunds"] = _move(Refund, Refund.objects.filter(order__member_id=done.retired_id), done)
    for name, model in (("orders", Order), ("holds", Hold), ("rule_uses", RuleUse)):
        moved[name] = _move(model, model.objects.filter(member_id=done.retired_id), done)
    return moved


def _move(model: type[Model], rows: Any, done: Merge) -> list[int]:
    ids: list[int] = list(rows.order_by("pk").values_list("pk", flat=True))
    model._default_manager.filter(pk__in=ids).update(member_id=done.survivor_id)
    return ids


_OPEN_LOTS = """
UPDATE loyalty_lot SET member_id = %(survivor)s WHERE member_id = %(retired)s AND is_open
RETURNING id
"""
# A refund may give points back into a lot that is used up. No index names the member of such a
# lot, but an entry of the member, or of somebody merged into them before, used it up.
_CLOSED_LOTS = """
UPDATE loyalty_lot SET member_id = %(survivor)s
WHERE member_id = %(retired)s AND id IN (
    SELECT m.lot_id
    FROM loyalty_ledgerentry e JOIN loyalty_lotmovement m ON m.entry_id = e.id
    WHERE e.member_id = %(retired)s OR e.member_id IN (
        SELECT id FROM members_member WHERE merged_into_id = %(retired)s))
RETURNING id
"""


def _recount_window(survivor: State, retired: State) -> None:
    """Counts the window anew from the orders of both, since the earlier of both beginnings."""
    starts = (survivor.window.from_on, retired.window.from_on)
    from_on = min((day for day in starts if day is not None), default=None)
    window = survivor.window
    window.from_on = from_on
    if from_on is not None:
        days = _days(survivor.member_id, retired.member_id, from_on)
        window.spend_amount = sum(day[1] for day in days)
        window.orders_count = sum(day[2] for day in days)
        window.qualifying_points = sum(day[3] for day in days)
    empty = retired.window
    empty.from_on = None
    empty.spend_amount = empty.orders_count = empty.qualifying_points = 0


def _days(survivor_id: int, retired_id: int, from_on: date) -> Days:
    """As `tier_days` reads them, before either row says so: the account's beginning has moved,
    and the retired member doesn't lead here yet."""
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, {"survivor": survivor_id, "retired": retired_id, "from": from_on})
        return [tuple(row) for row in cursor.fetchall()]


_DAYS = """
SELECT day, sum(spend)::bigint, sum(orders)::bigint, sum(qualifying)::bigint
FROM (
    SELECT business_date AS day, net_amount - refunded_amount + refunded_shipping_amount AS spend,
           (net_amount - refunded_amount + refunded_shipping_amount > 0)::int AS orders,
           qualifying_points - returned_qualifying_points AS qualifying
    FROM loyalty_order WHERE member_id = %(survivor)s AND business_date >= %(from)s
    UNION ALL
    SELECT business_date, 0, 0, qualifying_points
    FROM loyalty_behavioraward
    WHERE business_date >= %(from)s AND (member_id IN (%(survivor)s, %(retired)s) OR member_id IN (
        SELECT id FROM members_member WHERE merged_into_id IN (%(survivor)s, %(retired)s)))
) d
GROUP BY day ORDER BY day
"""


def _close_account(done: Merge) -> None:
    """A version below zero marks a retired account: whoever waited for its lock sees it there."""
    Account.objects.filter(member_id=done.retired_id).update(version=-F("version") - 1)
