"""The door to the posting primitive: read behind the lock, write in one statement."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from loyalty.rules.entries import Entry
from loyalty.rules.ledger import Ledger
from loyalty.rules.lots import Lot
from loyalty.services.rule_extras import Extras
from loyalty.services.states import AccountRow, Days, HoldRow, LotRow, State
from members.ids import uuid7
from members.registry import subscriptions
from members.registry.facts import Fact
from members.services.idempotency import Attempt

_encode = msgspec.json.Encoder().encode
Row = dict[str, Any]


class Opened(msgspec.Struct, array_like=True, frozen=True):
    """What `loyalty_open` found, field by field in its order."""

    program: tuple[int, int] | None
    stores: dict[str, tuple[int, str, str]] | None
    channels: dict[str, int] | None
    products: dict[str, int] | None
    references: list[tuple[str, int, str]]
    accounts: list[AccountRow] | None
    lots: list[LotRow]
    orders: list[tuple[str, str, str, dict[str, Any], int | None]] | None
    order_ids: list[int]
    # By member: the days that may leave the tier window with this batch.
    aging: dict[int, Days] | None
    holds: list[HoldRow] | None = None
    # Numbers of these orders for which refunds are waiting.
    parked: list[str] | None = None
    extras: Extras | None = None


_decode = msgspec.json.Decoder(Opened).decode


def open_batch(request: Mapping[str, Any]) -> Opened:
    """Reads what `request` names and locks the accounts, in one statement.

    Source: loyalty/migrations/sql/open.sql.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT loyalty_open(%s::jsonb)", [_encode(request).decode()])
        return _decode(cursor.fetchone()[0])


@dataclass
class Posting:
    """Rows for `loyalty_post`; entries, lots and events are numbered within it."""

    at: datetime
    source: str = ""
    actor_id: int | None = None
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, table: str, row: Row) -> int:
        """Appends a row; gives its number within the batch, from 1."""
        rows = self.rows.setdefault(table, [])
        rows.append(row)
        return len(rows)

    def tell(self, fact: Fact, *, member_id: int | None, occurred_at: datetime) -> None:
        """An event and a dispatch for each that hears of it."""
        number = self.add(
            "events",
            {
                "ref": len(self.rows.get("events", ())) + 1,
                "uid": uuid7(),
                "type": fact.type,
                "member_id": member_id,
                "occurred_at": occurred_at,
                "recorded_at": self.at,
                "payload": fact.payload(),
                "actor_id": self.actor_id,
                "source": self.source,
            },
        )
        for subscriber in subscriptions.subscribers_of(fact.type):
            self.add("dispatches", {"ref": number, "subscriber": subscriber, "next_at": self.at})

    def remember(self, attempt: Attempt | None, status_code: int, member_id: int | None) -> None:
        """The channel's idempotency key, written with the effect. The answer itself is kept
        with the order or refund, whose business key never lapses."""
        if attempt is not None:
            self.add(
                "idempotency",
                {
                    "client_id": attempt.client_id,
                    "key": attempt.key,
                    "fingerprint": attempt.fingerprint.hex(),
                    "status_code": status_code,
                    "member_id": member_id,
                    "created_at": self.at,
                },
            )

    def close(self, states: Iterable[State]) -> None:
        """Takes over the entries, lots and account rows of the members that changed."""
        for changed in states:
            if changed.is_changed or changed.ledger.is_changed:
                self._ledger(changed.ledger)
                self.add("accounts", _account(changed))

    def write(self) -> None:
        """One statement; raises IntegrityError where a business key is there already."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT loyalty_post(%s::jsonb)", [_encode(self.rows).decode()])

    def _ledger(self, ledger: Ledger) -> None:
        """A ledger numbers its entries and lots from 1; here they follow those of others."""
        entries = len(self.rows.get("entries", ()))
        lots = len(self.rows.get("lots", ()))
        for entry in ledger.entries:
            number = entries + entry.ref
            self.add("entries", _entry(entry, number, ledger.member_id, self.at))
            for lot_id, points in entry.movements:
                self.add(
                    "movements",
                    {
                        "entry_ref": number,
                        "lot": lot_id if lot_id > 0 else lot_id - lots,
                        "member_id": ledger.member_id,
                        "points": points,
                    },
                )
        for new in ledger.new_lots:
            self.add(
                "lots",
                {
                    "ref": lots - new.id,
                    "member_id": ledger.member_id,
                    "order_id": new.order_id,
                    "entry_ref": entries + new.entry_ref,
                    "earned_points": new.earned,
                    "activates_at": new.activates_at,
                    "expires_at": new.expires_at,
                    "is_sliding": new.is_sliding,
                    **_lot_figures(new),
                },
            )
        for changed in ledger.changed_lots():
            self.add(
                "lot_changes",
                {
                    "id": changed.id,
                    "held_points": changed.held,
                    "activates_at": changed.activates_at,
                    **_lot_figures(changed),
                },
            )
        for hold in ledger.holds:
            if not hold.is_open:
                self.add(
                    "hold_changes",
                    {
                        "id": hold.id,
                        "state": hold.state,
                        "captured_points": hold.captured,
                        "resolved_at": hold.resolved_at,
                        "order_id": hold.order_id,
                    },
                )
        for moved in ledger.extensions:
            self.add(
                "lot_extensions",
                {
                    "lot": moved.lot_id if moved.lot_id > 0 else moved.lot_id - lots,
                    "member_id": ledger.member_id,
                    "before_at": moved.before_at,
                    "after_at": moved.after_at,
                    "reason": moved.reason,
                    "operation_id": moved.operation_id,
                    "recorded_at": self.at,
                },
            )


def _entry(entry: Entry, number: int, member_id: int, at: datetime) -> Row:
    document = entry.document
    return {
        "ref": number,
        "member_id": member_id,
        "kind": entry.kind,
        "points": entry.points,
        "pending_change": entry.pending_change,
        "active_change": entry.active_change,
        "debt_change": entry.debt_change,
        "pending_after": entry.pending_after,
        "active_after": entry.active_after,
        "debt_after": entry.debt_after,
        "reason": entry.reason,
        "source_type": document.type,
        "source_id": document.id,
        "key": entry.key,
        "actor_id": document.actor_id,
        "note": document.note,
        "occurred_at": document.occurred_at,
        "recorded_at": at,
    }


def _lot_figures(changed: Lot) -> Row:
    return {
        "remaining_points": changed.remaining,
        "expired_points": changed.expired,
        "clawed_points": changed.clawed,
        "absorbed_points": changed.absorbed,
        "is_pending": changed.is_pending,
    }


def _account(changed: State) -> Row:
    balances = changed.ledger.balances
    return {
        "member_id": changed.member_id,
        "version": changed.version,
        "pending_points": balances.pending,
        "active_points": balances.active,
        "held_points": balances.held,
        "debt_points": balances.debt,
        "earned_points": balances.earned,
        "redeemed_points": balances.redeemed,
        "expired_points": balances.expired,
        "next_change_at": changed.ledger.next_change_at,
        "tier_id": changed.tier_id,
        "tier_since_at": changed.tier_since_at,
        "tier_until_at": changed.tier_until_at,
        "tier_floor_id": changed.floor_tier_id,
        "tier_floor_until_at": changed.floor_until_at,
        "tier_grace_until_at": changed.grace_until_at,
        "tier_earned_id": changed.earned_tier_id,
        "tier_earned_until_at": changed.earned_until_at,
        "window_from_on": changed.window.from_on,
        "window_spend_amount": changed.window.spend_amount,
        "window_orders_count": changed.window.orders_count,
        "window_qualifying_points": changed.window.qualifying_points,
        "orders_count": changed.orders_count,
        "last_order_at": changed.last_order_at,
    }
