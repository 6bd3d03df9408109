"""What an order's page says of the discounts that it was sold with. Apps above know quotes and
offers, and add what they tell in `apps.ready`."""

from collections.abc import Callable
from dataclasses import dataclass

from loyalty.models import Order


@dataclass(frozen=True)
class Told:
    """Sentences: what lowered the order, and what it asked for in vain."""

    applied: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


_tellers: list[Callable[[Order], Told]] = []


def add_teller(tell: Callable[[Order], Told]) -> None:
    _tellers.append(tell)


def told(order: Order) -> Told:
    """Of all that know something."""
    found = [tell(order) for tell in _tellers]
    return Told(
        applied=tuple(text for one in found for text in one.applied),
        refused=tuple(text for one in found for text in one.refused),
    )
