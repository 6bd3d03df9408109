"""Cuts and weights, kept as one row. They hold from the next night on, and at once for whatever is
asked as of another day."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import transaction

from analytics.models import AnalyticsPolicy
from analytics.rules import rfm
from analytics.selectors import policies
from members.errors import DomainError


class CutsNotAscending(DomainError):
    """Four whole numbers are needed, each greater than the one before, none below 0."""

    code = "cuts_not_ascending"


class DaysNotInOrder(DomainError):
    """This must be more days than the step before it."""

    code = "days_not_in_order"


class ClassesNotInOrder(DomainError):
    """What is basic can't begin above what is high."""

    code = "classes_not_in_order"


class WeightsNotWhole(DomainError):
    """The weights of health must be 100 % together."""

    code = "weights_not_whole"


class WarningOutOfBounds(DomainError):
    """The warning is between 0 and 100."""

    code = "warning_out_of_bounds"


_WEIGHTS = tuple(f"health_{part}_percent" for part in ("r", "f", "m", "engagement", "service"))
# Each must be more than the one before it.
_ASCENDING = (
    ("active_days", "warm_days"),
    ("warm_days", "dormant_days"),
    ("decline_days", "lost_days"),
)
_IN_ORDER = (
    ("value_basic_amount", "value_high_amount"),
    ("value_basic_repeats", "value_high_repeats"),
)


def save(*, row: AnalyticsPolicy) -> AnalyticsPolicy:
    """The row, saved as the one that holds. Again it changes nothing.

    Raises: the first of `problems`; then nothing was saved.
    """
    for _field, problem in problems(row):
        raise problem
    row.pk = policies.THE_ONE
    with transaction.atomic():
        row.save()
    return row


def problems(row: AnalyticsPolicy) -> Iterator[tuple[str, DomainError]]:
    """All that is wrong with a row, each with the field that it is about."""
    yield from _of_cuts(row)
    yield from _of_order(row)
    if sum(getattr(row, name) for name in _WEIGHTS) != 100:
        yield _WEIGHTS[0], WeightsNotWhole()
    if not 0 <= row.health_warning <= 100:
        yield "health_warning", WarningOutOfBounds()


def _of_cuts(row: AnalyticsPolicy) -> Iterator[tuple[str, DomainError]]:
    for letter, cut in (row.rfm_cuts or {}).items():
        if letter not in "rfm" or not _ascends(cut):
            yield f"rfm_cuts_{letter}", CutsNotAscending()
    if row.engagement_cuts and not _ascends(row.engagement_cuts):
        yield "engagement_cuts", CutsNotAscending()


def _of_order(row: AnalyticsPolicy) -> Iterator[tuple[str, DomainError]]:
    for before, after in _ASCENDING:
        if getattr(row, before) >= getattr(row, after):
            yield after, DaysNotInOrder()
    for basic, high in _IN_ORDER:
        if getattr(row, basic) > getattr(row, high):
            yield basic, ClassesNotInOrder()


def _ascends(cut: Sequence[Any]) -> bool:
    is_whole = all(isinstance(one, int) and one >= 0 for one in cut)
    return is_whole and len(cut) == rfm.CUTS_COUNT and list(cut) == sorted(set(cut))
