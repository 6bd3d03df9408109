"""Takes back what a refunded part had earned. Source: docs/algorithms/refunds.md."""

from collections.abc import Sequence
from datetime import datetime

from loyalty.rules import lots as lot_rules
from loyalty.rules.entries import Clawback, Document
from loyalty.rules.ledger import Ledger, Parts
from loyalty.rules.lots import Lot


def claw_back(
    ledger: Ledger,
    points: int,
    own_lots: Sequence[Lot],
    *,
    document: Document,
    at: datetime,
    policy: str = "DEBT",
) -> Clawback:
    """Takes `points`, in this order: the same lots' pending or remaining points; their expired
    points (no movement, they are gone); other active points in spend order; debt.

    `policy`: DEBT, WITHIN_BALANCE (the rest stays uncollected) or ONLY_PENDING.
    """
    if points <= 0:
        return Clawback()
    own = _from_own(own_lots, points, policy)
    rest = points - _sum(own)
    absorbed = _absorb(ledger, own_lots, rest)
    rest -= absorbed
    others: Parts = []
    if rest and policy != "ONLY_PENDING":
        taken_ids = {lot.id for lot, _ in own}
        others = lot_rules.take([lot for lot in ledger.lots if lot.id not in taken_ids], rest, at)
        rest -= _sum(others)
    _enter(ledger, own + others, document)
    debt = rest if policy == "DEBT" else 0
    if debt:
        ledger.enter("DEBT", -debt, document, "refund", debt=debt)
    ledger.note_next_change()
    return Clawback(points, _sum(own) + _sum(others), absorbed, debt, rest - debt)


def _from_own(own_lots: Sequence[Lot], points: int, policy: str) -> Parts:
    parts: Parts = []
    for lot in own_lots:
        if policy == "ONLY_PENDING" and not lot.is_pending:
            continue
        part = min(points, lot.free)
        if part > 0:
            parts.append((lot, part))
            points -= part
    return parts


def _absorb(ledger: Ledger, own_lots: Sequence[Lot], points: int) -> int:
    absorbed = 0
    for lot in own_lots:
        part = min(points - absorbed, lot.expired - lot.absorbed)
        if part > 0:
            lot.absorbed += part
            lot.is_changed = True
            absorbed += part
    return absorbed


def _enter(ledger: Ledger, parts: Parts, document: Document) -> None:
    if not parts:
        return
    taken = _sum(parts)
    pending = _sum([(lot, part) for lot, part in parts if lot.is_pending])
    for lot, part in parts:
        lot.clawed += part
    ledger.enter(
        "CLAWBACK",
        -taken,
        document,
        "refund",
        pending=-pending,
        active=pending - taken,
        movements=ledger.take_from(parts),
    )


def _sum(parts: Parts) -> int:
    return sum(part for _, part in parts)
