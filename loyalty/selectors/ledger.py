"""Entries with what explains them: the document, its decision trace, the lots they touched."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from loyalty.models import LedgerEntry, Lot, LotMovement, Order, Refund

Source = LedgerEntry.Source


@dataclass(frozen=True)
class Touch:
    """By how much an entry changed a lot; points signed."""

    lot: Lot
    points: int


@dataclass(frozen=True)
class Story:
    """Why an entry is there. `order` is also the one that a refund belongs to."""

    entry: LedgerEntry
    order: Order | None
    refund: Refund | None
    touches: tuple[Touch, ...]


def entry_stories(*, entries: Sequence[LedgerEntry]) -> list[Story]:
    """A story per entry, in the order given; four queries, however many entries.

    Raises: ValueError, for entries of several members.
    """
    if not entries:
        return []
    if len({entry.member_id for entry in entries}) > 1:
        raise ValueError("A page of the ledger shows one member.")
    refunds = _refunds(entries)
    orders = _orders(entries, refunds.values())
    touches = _touches(entries, orders)
    return [
        Story(
            entry=entry,
            order=_order_of(entry, orders, refunds),
            refund=refunds.get(entry.source_id or 0)
            if entry.source_type == Source.REFUND
            else None,
            touches=tuple(touches[entry.pk]),
        )
        for entry in entries
    ]


def _refunds(entries: Sequence[LedgerEntry]) -> dict[int, Refund]:
    ids = {entry.source_id for entry in entries if entry.source_type == Source.REFUND}
    return Refund.objects.defer("answer", "request").in_bulk(list(ids)) if ids else {}


def _orders(entries: Sequence[LedgerEntry], refunds: Iterable[Refund]) -> dict[int, Order]:
    ids = {entry.source_id for entry in entries if entry.source_type == Source.ORDER}
    ids |= {refund.order_id for refund in refunds}
    found = Order.objects.select_related("store").defer("answer", "payments")
    return found.in_bulk(list(ids - {None}))


def _order_of(
    entry: LedgerEntry, orders: dict[int, Order], refunds: dict[int, Refund]
) -> Order | None:
    if entry.source_type == Source.REFUND:
        refund = refunds.get(entry.source_id or 0)
        return orders.get(refund.order_id or 0) if refund else None
    return orders.get(entry.source_id or 0) if entry.source_type == Source.ORDER else None


def _touches(
    entries: Sequence[LedgerEntry], orders: dict[int, Order]
) -> defaultdict[int, list[Touch]]:
    """Touches by entry id. The entry that made a lot has no movement: the lot names it."""
    entry_ids = [entry.pk for entry in entries]
    movements = list(LotMovement.objects.filter(entry_id__in=entry_ids).order_by("pk"))
    # Lots are found by the indexes there are: their id, their order, or being open.
    named = {entry.source_id for entry in entries if entry.source_type == Source.LOT}
    wanted = Q(pk__in=({movement.lot_id for movement in movements} | named) - {None})
    wanted |= Q(order_id__in=set(orders))
    wanted |= Q(member_id=entries[0].member_id, is_open=True)
    lots = {lot.pk: lot for lot in Lot.objects.filter(wanted)}
    touches: defaultdict[int, list[Touch]] = defaultdict(list)
    for lot in lots.values():
        touches[lot.entry_id].append(Touch(lot, lot.earned_points))
    for entry in entries:
        if entry.kind == LedgerEntry.Kind.ACTIVATE and entry.source_id in lots:
            touches[entry.pk].append(Touch(lots[entry.source_id], entry.points))
    for movement in movements:
        if movement.lot_id in lots:
            touches[movement.entry_id].append(Touch(lots[movement.lot_id], movement.points))
    return touches
