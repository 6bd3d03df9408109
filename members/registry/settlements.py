"""What higher apps do about an order or a refund inside its transaction: at-once subscribers of
`loyalty.order.recorded` and `.refunded` that are asked before the posting, since the answer that
the till prints carries what they honored and refused.

Higher apps add theirs in `apps.ready`; nobody calls back down.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from members.registry.subscriptions import Settlement


@dataclass(frozen=True)
class Sale:
    """An order about to be recorded, its member's account locked. `document` is what the till
    sent; `holder` whose limits it counts against: `member:<id>`, `guest:<blind index>` or "".
    `coupons` are the codes (normalized) that were redeemed for it, with what they are."""

    order_id: int
    document: Any
    source: Any
    member_id: int | None
    holder: str
    store_id: int | None
    business_date: Any
    coupons: Mapping[str, Any]


@dataclass(frozen=True)
class Promise:
    """What an order's quote promised: codes of coupons with what each takes off (None: the till
    doesn't say). `problem` says why the quote can't be honored; then nothing of it counts."""

    coupons: Mapping[str, int | None]
    problem: Mapping[str, Any] | None = None
    # Codes that the quote knew and that took nothing off: they aren't used up by the order.
    unused: Collection[str] = ()


@dataclass(frozen=True)
class Return:
    """A refund about to be recorded: values by line id of this refund, all figures after it."""

    order_id: int
    refund_id: int
    member_id: int | None
    line_values: Mapping[str, int]
    value_amount: int
    # Goods that are back, this refund counted, and all goods of the order.
    refunded_amount: int
    whole_amount: int
    occurred_at: datetime
    # No goods of the order are left; freight may be.
    is_full: bool
    # Pieces of this refund by line id, as the till told them; empty where it told none.
    quantities: Mapping[str, Any] = field(default_factory=dict)


class Settler(Protocol):
    """Asked for orders that name a quote, and for every refund of an order that may have one."""

    def promises(self, sales: Sequence[Sale], at: datetime) -> list[Promise]:
        """One for each sale, in order. Their `coupons` aren't known yet; nothing is written."""

    def settle(self, sales: Sequence[Sale], at: datetime) -> Mapping[int, Settlement]:
        """By order id. One statement; never refuses the order."""

    def give_back(self, returned: Return, at: datetime) -> Settlement:
        """Budgets, limits and gifts of the order's offers, each exactly once."""

    def check(self, quote_id: str, source: Any, at: datetime) -> None:
        """Before a hold or a lock for a quote.

        Raises: DomainError (409, with the difference) when the quote can't be kept any more.
        """

    def refund_amounts(self, order: Any, quantities: Mapping[str, Any]) -> Mapping[str, int] | None:
        """What comes back by line id, judged again on what is left; None: by what was paid."""


_settlers: list[Settler] = []


def add_settler(settler: Settler) -> None:
    if settler not in _settlers:
        _settlers.append(settler)


def settlers() -> Sequence[Settler]:
    return tuple(_settlers)
