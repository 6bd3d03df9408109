"""Takes back what a refunded part had earned. Source: docs/algorithms/refunds.md."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from loyalty.rules import lots as lot_rules
from loyalty.rules.entries import Clawback, Document
from loyalty.rules.ledger import Ledger, Parts
from loyalty.rules.lots import Lot

# A lot of which points are asked; None: it isn't here any more.
Asked = Sequence[tuple[Lot | None, int]]


def claw_back(
    ledger: Ledger,
    points: int,
    own_lots: Sequence[Lot],
    *,
    document: Document,
    at: datetime,
    policy: str = "DEBT",
) -> Clawback:
    """Takes `points` that lie in `own_lots` in any way, as `claw_back_by_lot` does."""
    asked: list[tuple[Lot | None, int]] = []
    rest = points
    for part_of in (lambda lot: _takeable(lot, policy), lambda lot: lot.expired - lot.absorbed):
        for lot in own_lots:
            part = min(rest, part_of(lot))
            if part > 0:
                asked.append((lot, part))
                rest -= part
    if rest > 0:
        asked.append((None, rest))
    return claw_back_by_lot(ledger, _joined(asked), document=document, at=at, policy=policy)


def claw_back_by_lot(
    ledger: Ledger,
    asked: Asked,
    *,
    document: Document,
    at: datetime,
    policy: str = "DEBT",
    reason: str = "refund",
) -> Clawback:
    """Takes from each lot what is asked of it, in this order: its pending or remaining points;
    its expired points (no movement, they are gone); then for all lots other active points in
    spend order; debt.

    `policy`: DEBT, WITHIN_BALANCE (the rest stays uncollected) or ONLY_PENDING.
    """
    points = sum(part for _, part in asked)
    if points <= 0:
        return Clawback()
    own: Parts = []
    rest = absorbed = 0
    for lot, part in asked:
        taken = min(part, _takeable(lot, policy)) if lot is not None else 0
        if lot is not None and taken > 0:
            own.append((lot, taken))
        gone = _absorb(lot, part - taken)
        absorbed += gone
        rest += part - taken - gone
    others = _others(ledger, own, rest, at) if policy != "ONLY_PENDING" else []
    rest -= _sum(others)
    _enter(ledger, _merged([*own, *others]), document, reason)
    debt = rest if policy == "DEBT" else 0
    if debt:
        ledger.enter("DEBT", -debt, document, reason, debt=debt)
    ledger.note_next_change()
    return Clawback(points, _sum(own) + _sum(others), absorbed, debt, rest - debt)


def _takeable(lot: Lot, policy: str) -> int:
    return 0 if policy == "ONLY_PENDING" and not lot.is_pending else lot.free


def _joined(asked: Asked) -> Asked:
    """One row per lot."""
    found: dict[int | None, tuple[Lot | None, int]] = {}
    for lot, part in asked:
        key = lot.id if lot is not None else None
        found[key] = (lot, part + (found[key][1] if key in found else 0))
    return list(found.values())


def _absorb(lot: Lot | None, points: int) -> int:
    if lot is None:
        return 0
    part = min(points, lot.expired - lot.absorbed)
    if part <= 0:
        return 0
    lot.absorbed += part
    lot.is_changed = True
    return part


def _others(ledger: Ledger, own: Parts, points: int, at: datetime) -> Parts:
    """Out of what the lots' own parts leave, in spend order."""
    spoken_for = {lot.id: part for lot, part in own}
    parts: Parts = []
    for lot in lot_rules.usable(ledger.lots, at):
        part = min(points, lot.free - spoken_for.get(lot.id, 0))
        if part > 0:
            parts.append((lot, part))
            points -= part
    return parts


def _merged(parts: Iterable[tuple[Lot, int]]) -> Parts:
    found: dict[int, tuple[Lot, int]] = {}
    for lot, part in parts:
        found[lot.id] = (lot, part + (found[lot.id][1] if lot.id in found else 0))
    return list(found.values())


def _enter(ledger: Ledger, parts: Parts, document: Document, reason: str) -> None:
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
        reason,
        pending=-pending,
        active=pending - taken,
        movements=ledger.take_from(parts),
    )


def _sum(parts: Parts) -> int:
    return sum(part for _, part in parts)
