"""The door to the posting primitive: read behind the lock, write in one statement."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import msgspec
from django.db import connection

from loyalty.rules.entries import Balances, Entry
from loyalty.rules.ledger import Ledger
from loyalty.rules.lots import Lot
from loyalty.rules.tiers import Window
from members.ids import uuid7
from members.registry import subscriptions
from members.registry.facts import Fact
from members.services.idempotency import Attempt

_encode = msgspec.json.Encoder().encode
Row = dict[str, Any]


@dataclass(slots=True)
class State:
    """An account behind its lock: its ledger, tier and window, as they will be written."""

    member_id: int
    version: int
    ledger: Ledger
    tier_id: int
    tier_since_at: datetime
    tier_until_at: datetime | None
    window: Window
    orders_count: int
    last_order_at: datetime | None
    is_changed: bool = False


AccountRow = tuple[
    int, int, int, int, int, int, int, int, int,
    datetime | None, int, datetime, datetime | None,
    date | None, int, int, int, datetime | None,
]  # fmt: skip
# Net spend and paid orders by day, oldest first.
Days = list[tuple[date, int, int]]
LotRow = tuple[
    int, int, int, int, datetime, datetime | None, bool, int, int, int, int, int | None
]  # fmt: skip


class Opened(msgspec.Struct, array_like=True, frozen=True):
    """What `loyalty_open` found, field by field in its order."""

    program: tuple[int, int] | None
    stores: dict[str, tuple[int, str]] | None
    channels: dict[str, int] | None
    products: dict[str, int] | None
    references: list[tuple[str, int, str]]
    accounts: list[AccountRow] | None
    lots: list[LotRow]
    orders: list[tuple[str, str, str, dict[str, Any], int | None]] | None
    order_ids: list[int]
    # By member: the days that may leave the tier window with this batch.
    aging: dict[int, Days] | None


_decode = msgspec.json.Decoder(Opened).decode


def open_batch(request: Mapping[str, Any]) -> Opened:
    """Reads what `request` names and locks the accounts, in one statement.

    Source: loyalty/migrations/sql/open.sql.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT loyalty_open(%s::jsonb)", [_encode(request).decode()])
        return _decode(cursor.fetchone()[0])


def states(
    accounts: Iterable[AccountRow],
    lot_rows: Iterable[LotRow],
    aging: Mapping[int, Days] | None = None,
) -> dict[int, State]:
    """Working copies by member id. Lots come only for members who need them."""
    days = aging or {}
    found = {row[0]: state(row, days.get(row[0], ())) for row in accounts}
    for row in lot_rows:
        ledger = found[row[0]].ledger
        ledger.knows_all_lots = True
        ledger.lots.append(lot(row))
    return found


def state(row: AccountRow, aging: Iterable[tuple[date, int, int]] = ()) -> State:
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
        window=Window(row[13], row[14], row[15], list(aging)),
        orders_count=row[16],
        last_order_at=row[17],
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
    )


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
            if changed.is_changed or changed.ledger.entries:
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
                    **_lot_figures(new),
                },
            )
        for changed in ledger.changed_lots():
            self.add("lot_changes", {"id": changed.id, **_lot_figures(changed)})


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
        "debt_points": balances.debt,
        "earned_points": balances.earned,
        "redeemed_points": balances.redeemed,
        "expired_points": balances.expired,
        "next_change_at": changed.ledger.next_change_at,
        "tier_id": changed.tier_id,
        "tier_since_at": changed.tier_since_at,
        "tier_until_at": changed.tier_until_at,
        "window_from_on": changed.window.from_on,
        "window_spend_amount": changed.window.spend_amount,
        "window_orders_count": changed.window.orders_count,
        "orders_count": changed.orders_count,
        "last_order_at": changed.last_order_at,
    }


def sequence(states: Mapping[int, State]) -> Sequence[State]:
    """In the order of member ids, as everything that locks accounts goes."""
    return [states[member_id] for member_id in sorted(states)]
