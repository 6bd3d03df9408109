"""What a template may do with a variable: a short list, each within bounds.

Without them a text of 4,000 characters can ask for numbers and strings of any size: filters are
chained, and each may multiply what came before. Source: docs/messages.md, "Limits".
"""

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from datetime import date
from typing import Any

from liquid import Environment
from liquid.exceptions import FilterArgumentError, FilterValueError
from liquid.filter import with_context
from liquid.undefined import is_undefined

from loyalty.rules import money

LONGEST = 4_000
# What all filters of one text may read and write, so that loops around long chains of them end in
# a moment; a call by itself counts for some.
MOST_WORK = 1_000_000
_WORK_OF_A_CALL = 50
_LARGEST_BITS = 64
_LONGEST_LIST = 1_000
# Of the language's own ones: those for words and sums. No encoding, no clock.
KEPT = (
    *("abs", "at_least", "at_most", "ceil", "divided_by", "floor", "minus", "modulo"),
    *("plus", "round", "times", "append", "capitalize", "downcase", "prepend", "remove"),
    *("replace", "slice", "split", "strip", "truncate", "truncatewords", "upcase"),
    *("first", "join", "last", "size", "default", "strip_newlines"),
)
OWN = ("money", "points", "day")
NAMES = frozenset({*KEPT, *OWN})
# Outside of a text, as in a test of a filter, there is no end of it.
_left: ContextVar[list[float]] = ContextVar("_left", default=[float("inf")])  # noqa: B039


class Masked(str):
    """What a reader may not see, in its mask: filters for days leave it as it is."""

    __slots__ = ()


class Yearly(str):
    """A day that comes round each year, as a birthday: filters for days tell no year of it."""

    __slots__ = ()


def install(environment: Environment) -> None:
    """Leaves the environment with the filters of `NAMES`, each within its bounds."""
    kept = {name: environment.filters[name] for name in KEPT}
    environment.filters.clear()
    for name, kind in kept.items():
        environment.add_filter(name, _bounded(kind))
    environment.add_filter("money", _money)
    environment.add_filter("points", _points)
    environment.add_filter("day", _day)


@contextlib.contextmanager
def counted() -> Iterator[None]:
    """One text is filled in; its filters may do `MOST_WORK` in all."""
    before = _left.set([MOST_WORK])
    try:
        yield
    finally:
        _left.reset(before)


def _bounded(kind: Callable[..., Any]) -> Callable[..., Any]:
    def call(left: object, *args: object, **named: object) -> object:
        for one in (left, *args):
            _check(one)
        found = kind(left, *args, **named)
        _check(found)
        _spend(left, *args, found)
        return found

    # The engine hands over what the filter itself asks for, seen by these marks.
    for mark in ("with_context", "with_environment"):
        if getattr(kind, mark, False):
            setattr(call, mark, True)
    return call


def _check(value: object) -> None:
    if is_undefined(value):
        return
    is_large = (
        (isinstance(value, int) and value.bit_length() > _LARGEST_BITS)
        or (isinstance(value, str) and len(value) > LONGEST)
        or (isinstance(value, (list, tuple, range)) and len(value) > _LONGEST_LIST)
    )
    if is_large:
        raise FilterValueError("too large", token=None)


def _spend(*values: object) -> None:
    left = _left.get()
    left[0] -= _WORK_OF_A_CALL + sum(
        len(one) for one in values if isinstance(one, (str, list, tuple))
    )
    if left[0] < 0:
        raise FilterValueError("too much work", token=None)


@with_context
def _money(amount: object, *, context: Any) -> str:
    """`¥123.45` for 12345, in the currency of the programme."""
    currency = context.resolve("currency", default="")
    return money.text(_whole(amount), str(currency))


def _points(points: object) -> str:
    """`12,345` for 12345."""
    return f"{_whole(points):,}"


@with_context
def _day(day: object, *, context: Any) -> str:
    """`9月1日` or `1 September` for 2026-09-01, by the language of the text; with its year where
    that isn't the one of `today`."""
    if isinstance(day, Masked):
        return day
    try:
        given = date.fromisoformat(str(day)[:10])
    except ValueError:
        raise FilterArgumentError("not a day", token=None) from None
    # Who isn't told today, as a check with samples, reads days without their year.
    today = str(context.resolve("today", default=""))
    with_year = bool(today) and not isinstance(day, Yearly) and today[:4] != f"{given.year:04d}"
    if str(context.resolve("language", default="zh")).startswith("zh"):
        return f"{f'{given.year}年' if with_year else ''}{given.month}月{given.day}日"
    return f"{given.day} {_MONTHS[given.month - 1]}{f' {given.year}' if with_year else ''}"


def _whole(value: object) -> int:
    # `str` first: what isn't known says so here, by its own error.
    _check(value)
    if isinstance(value, int):
        return value
    return int(str(value))


_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
