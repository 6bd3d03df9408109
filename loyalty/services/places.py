"""Stores and channels as documents name them: asked once a minute by a process, not per order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

# A store that moves to another zone is seen within this time; its id never changes.
KEPT_FOR = timedelta(minutes=1)


@dataclass(frozen=True)
class Places:
    """Store ids, zones ("" is the programme's) and cities, and channel ids, by code."""

    stores: dict[str, tuple[int, str, str]]
    channels: dict[str, int]


_stores: dict[str, tuple[datetime, tuple[int, str, str]]] = {}
_channels: dict[str, tuple[datetime, int]] = {}


def known(stores: Iterable[str], channels: Iterable[str], at: datetime) -> Places | None:
    """These places, if this process knows them all; None: the database has to be asked."""
    found = Places({}, {})
    for code in stores:
        kept = _stores.get(code)
        if kept is None or not kept[0] <= at < kept[0] + KEPT_FOR:
            return None
        found.stores[code] = kept[1]
    for code in channels:
        one = _channels.get(code)
        if one is None or not one[0] <= at < one[0] + KEPT_FOR:
            return None
        found.channels[code] = one[1]
    return found


def keep_on_commit(found: Places, at: datetime) -> None:
    """Keeps them once the transaction that may have made them is through."""
    transaction.on_commit(lambda: _keep(found, at))


def _keep(found: Places, at: datetime) -> None:
    _stores.update((code, (at, store)) for code, store in found.stores.items())
    _channels.update((code, (at, channel)) for code, channel in found.channels.items())


def forget() -> None:
    """For tests, whose databases come and go within one process."""
    _stores.clear()
    _channels.clear()
