"""The door to the posting primitive: read behind the lock, write in one statement."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from loyalty.rules.ledger import Ledger
from loyalty.services import ledger_rows
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
        for subscriber in subscriptions.subscribers_of(fact.type, occurred_at):
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
                self.add("accounts", account_row(changed))

    def write(self) -> None:
        """One statement; raises IntegrityError where a business key is there already."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT loyalty_post(%s::jsonb)", [_encode(self.rows).decode()])

    def _ledger(self, ledger: Ledger) -> None:
        """A ledger numbers its entries and lots from 1; here they follow those of others."""
        entries, lots = (len(self.rows.get(table, ())) for table in ("entries", "lots"))
        rows = ledger_rows.Rows(ledger, self.at, entries, lots)
        for table, made in rows.all():
            self.rows.setdefault(table, []).extend(made)


def account_row(changed: State) -> Row:
    """The account's columns as they will be written."""
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
