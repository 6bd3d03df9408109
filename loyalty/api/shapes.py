"""What the API shows of orders, refunds and accounts: the types of the OpenAPI document."""

from datetime import datetime
from typing import Any, Literal

import msgspec


class AccountShown(msgspec.Struct, kw_only=True):
    """Balances in points. `available` is 0 while there is a debt."""

    pending: int
    active: int
    held: int
    available: int
    debt: int


class ProgressShown(msgspec.Struct, kw_only=True):
    """What is missing to the next tier; the amount in minor units."""

    next: str | None
    missing_amount: int
    missing_orders: int


class TierShown(msgspec.Struct, kw_only=True):
    """The tier; `changed_from` when this document lifted the member."""

    code: str
    changed_from: str | None
    until: str | None
    progress: ProgressShown


class BreakdownShown(msgspec.Struct, kw_only=True):
    """Which rule brought how many points."""

    id: str
    points: int


class LotShown(msgspec.Struct, kw_only=True):
    """Points with one life."""

    points: int
    active_at: str | None
    expires_at: str | None


class OrderPointsShown(msgspec.Struct, kw_only=True):
    """What the order earned and spent. Points with several lives are told apart in `lots`."""

    earned: int
    spent: int
    pending: int
    active_at: str | None
    expires_at: str | None
    breakdown: list[BreakdownShown]
    lots: list[LotShown] | msgspec.UnsetType = msgspec.UNSET


class SettledShown(msgspec.Struct, kw_only=True):
    """What of the order's quote and coupons was honored: offers with the amount that they took
    off, coupons that are used up now, gifts that come with the order."""

    offers: list[dict[str, Any]]
    coupons: list[dict[str, Any]]
    gifts: list[dict[str, Any]]


class OrderShown(msgspec.Struct, kw_only=True):
    """All that a till prints. `refused` lists what could not be honored, with the reason;
    `settled` is there when the order named a quote or coupons."""

    id: str
    member: str | None
    points: OrderPointsShown
    account: AccountShown | None
    tier: TierShown | None
    refused: list[dict[str, Any]]
    settled: SettledShown | msgspec.UnsetType = msgspec.UNSET


class BatchResultShown(msgspec.Struct, kw_only=True):
    """One order of a batch: its answer, or the problem that refused it."""

    external_id: str | None
    status: int
    order: OrderShown | None
    problem: dict[str, Any] | None


class BatchShown(msgspec.Struct, kw_only=True):
    """The results, in the order of the batch."""

    results: list[BatchResultShown]


class OrderReadLine(msgspec.Struct, kw_only=True):
    """A line as it was judged; amounts in minor units."""

    line_id: str
    sku: str
    quantity: str
    net_amount: int
    eligible_amount: int
    earned_points: int
    refunded_amount: int


class OrderRead(msgspec.Struct, kw_only=True):
    """An order with its decision trace."""

    id: str
    external_id: str
    member: str | None
    store: str | None
    channel: str
    occurred_at: datetime
    recorded_at: datetime
    business_date: str
    currency: str
    net_amount: int
    shipping_amount: int
    rounding_amount: int
    money_amount: int
    points_amount: int
    refunded_amount: int
    earned_points: int
    spent_points: int
    lines: list[OrderReadLine]
    trace: dict[str, Any]
    metadata: dict[str, str]


class RefundPointsShown(msgspec.Struct, kw_only=True):
    """Given back (`available` of it can be used, the rest has expired) and taken back."""

    restored: int
    available: int
    expired: int
    clawed_back: int
    absorbed_by_expiry: int
    debt: int
    uncollected: int


class RefundShown(msgspec.Struct, kw_only=True):
    """What a refund moved. `money_amount` is what goes back as money."""

    id: str
    order: str
    value_amount: int
    money_amount: int
    points: RefundPointsShown
    coupons: list[str]
    tier: TierShown | None
    account: AccountShown | None


class RefundParked(msgspec.Struct, kw_only=True):
    """A refund that waits for its order. `problem` says why it can't be applied to the order that
    came meanwhile; it stays parked then."""

    id: str
    order: str | None
    order_external_id: str
    state: Literal["PARKED"]
    problem: dict[str, Any] | None


class ExpiringShown(msgspec.Struct, kw_only=True):
    """Points that lapse at one instant."""

    points: int
    expires_at: datetime


class AccountTierShown(msgspec.Struct, kw_only=True):
    """The tier now."""

    code: str
    name: str
    since: datetime
    until: datetime | None
    is_in_grace: bool


class KeepShown(msgspec.Struct, kw_only=True):
    """What is missing by this day so that the present tier is renewed: orders that will have
    left the window by then are not counted."""

    by: str
    missing_amount: int
    missing_orders: int
    missing_qualifying_points: int
    is_safe: bool


class AccountProgressShown(msgspec.Struct, kw_only=True):
    """What is missing to the next tier; it stays so through `by`, then orders leave the window.
    `projected` is the tier after the present term if nothing more is bought."""

    next: str | None
    missing_amount: int
    missing_orders: int
    missing_qualifying_points: int
    percent: int
    by: str | None
    keep: KeepShown | None
    projected: str


class AccountRead(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A member's account as of this request, or of the instant `as_of` that was asked for; then
    without progress."""

    member: str
    as_of: datetime | None = None
    currency: str
    pending: int
    active: int
    held: int
    available: int
    debt: int
    expiring: list[ExpiringShown]
    tier: AccountTierShown
    progress: AccountProgressShown | None


class EntryShown(msgspec.Struct, kw_only=True):
    """A ledger entry; points are signed, balances are those after it."""

    id: str
    kind: Literal[
        "EARN", "ACTIVATE", "REDEEM", "RESTORE", "EXPIRE", "CLAWBACK", "DEBT", "REPAY",
        "ADJUST", "TRANSFER_OUT", "TRANSFER_IN",
    ]  # fmt: skip
    points: int
    balance_after: int
    pending_after: int
    debt_after: int
    reason: str
    occurred_at: datetime
    recorded_at: datetime
