"""The measures: each is defined once, and shown with its definition wherever it stands.

Definitions with worked numbers: docs/algorithms/measures.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from analytics.selectors.figures import Unit
from analytics.selectors.filters import Filters


@dataclass(frozen=True, kw_only=True)
class Value:
    """What was measured; None can't be told. A ratio has its two parts: counts are whole numbers,
    amounts minor units, and a percentage has one decimal."""

    value: int | Decimal | None
    numerator: int | Decimal | None = None
    denominator: int | Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One definition. `label`, `definition`, `numerator` and `denominator` are texts in the
    reader's language; `read` measures over the filters' period, as of its last day.

    `narrowed_by` names the filters that it heeds: "store", "channel", "tier", "segment"; a page
    says so where another one is chosen.
    """

    code: str
    label: Any
    definition: Any
    unit: Unit
    read: Callable[[Filters], Value]
    numerator: Any = ""
    denominator: Any = ""
    is_lower_better: bool = False
    narrowed_by: frozenset[str] = frozenset()


MEASURES: dict[str, Measure] = {}


# Those of higher apps, whichever app is ready first.
_behind: list[str] = []


def add(*added: Measure, is_behind: bool = False) -> None:
    """Adds the measures; `is_behind`: lists show them behind those of this app.

    Raises: ValueError, for a code that is taken.
    """
    for measure in added:
        if MEASURES.get(measure.code, measure) is not measure:
            raise ValueError(f"the measure {measure.code} is defined twice")
        MEASURES[measure.code] = measure
        if is_behind:
            _behind.append(measure.code)
    for code in _behind:
        MEASURES[code] = MEASURES.pop(code)


def measure(code: str) -> Measure:
    """Raises: KeyError."""
    return MEASURES[code]
