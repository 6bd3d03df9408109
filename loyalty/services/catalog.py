"""Products as order lines name them. Ids never change, so a process keeps those it has seen."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from loyalty.services.documents import LineDocument, OrderDocument
from members.ids import uuid7

_ids: dict[str, int] = {}
# About 20 MB; past it the process begins anew.
_MOST_KEPT = 200_000


def look(orders: Iterable[OrderDocument]) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Ids by sku of what is known here, and what `loyalty_open` has to find, or to make as
    provisional: each sku once, in order."""
    known: dict[str, int] = {}
    wanted: dict[str, dict[str, Any]] = {}
    for order in orders:
        for line in order.lines:
            if line.sku in known or line.sku in wanted:
                continue
            product_id = _ids.get(line.sku)
            if product_id is not None:
                known[line.sku] = product_id
            else:
                wanted[line.sku] = _provisional(line)
    return known, [wanted[sku] for sku in sorted(wanted)]


def _provisional(line: LineDocument) -> dict[str, Any]:
    return {
        "uid": uuid7(),
        "sku": line.sku,
        "name": line.name or line.sku,
        "category": line.category,
        "brand": line.brand,
    }


def keep_on_commit(found: dict[str, int] | None) -> None:
    """Keeps ids once the transaction that may have made them is through."""
    if found:
        transaction.on_commit(lambda: _keep(found))


def _keep(found: dict[str, int]) -> None:
    if len(_ids) + len(found) > _MOST_KEPT:
        _ids.clear()
    _ids.update(found)


def forget() -> None:
    """For tests, whose databases come and go within one process."""
    _ids.clear()
