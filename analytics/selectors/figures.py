"""What a dashboard shows: figures with their definition, slices, and the days of a trend."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from analytics.rules import comparisons


class Unit(StrEnum):
    COUNT = "count"
    AMOUNT = "amount"
    PERCENT = "percent"
    SECONDS = "seconds"
    # With decimals and without a sign of its own: a factor, a score.
    NUMBER = "number"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One tile. Amounts are minor units; a percentage has one decimal; None can't be told.

    `previous` is the same figure of the period before, `definition` a text in the reader's
    language.
    """

    code: str
    label: Any
    definition: Any
    unit: Unit
    value: int | Decimal | None
    previous: int | Decimal | None = None

    @property
    def change_percent(self) -> Decimal | None:
        """How far above the period before; of a percentage there is none: take the points."""
        if not isinstance(self.value, int) or not isinstance(self.previous, int):
            return None
        return comparisons.change_percent(self.value, self.previous)

    @property
    def change_points(self) -> Decimal | None:
        """Percentage points above the period before."""
        if not isinstance(self.value, Decimal) or not isinstance(self.previous, Decimal):
            return None
        return self.value - self.previous


@dataclass(frozen=True, kw_only=True)
class Slice:
    """One part of a pie or one bar. `names` holds both languages' names."""

    code: str
    names: Mapping[str, str]
    value: int
    share_percent: Decimal | None
    color: str = ""


@dataclass(frozen=True, kw_only=True)
class Day:
    """One day of a trend; days without orders are there too, with zeros."""

    day: date
    sales_amount: int = 0
    orders_count: int = 0
    earned_points: int = 0
    spent_points: int = 0
