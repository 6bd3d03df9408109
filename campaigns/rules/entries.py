"""How members come into a campaign: the rule behind each kind of entry, and what comes in once.

`read` turns what operators wrote (`Campaign.entry_rule`) into one of these. Source:
docs/algorithms/entries.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, NoReturn

MOST_TIMES = 100
MOST_MINUTES = 90 * 24 * 60
MOST_DAYS = 365
KEYS = ("member", "product", "order", "day")
DATES = ("BIRTHDAY", "JOINED")


class BadEntry(ValueError):
    """`where` is the place in the rule, `code` the mistake, `values` its limits."""

    def __init__(self, where: str, code: str, **values: object) -> None:
        super().__init__(f"{where}: {code}")
        self.where, self.code, self.values = where, code, values


@dataclass(frozen=True, kw_only=True)
class Happening:
    """An event by its type; of behaviors (`members.behavior.noticed`) by `behavior` too.
    `matches` are values that its payload must have, such as {"to_tier": "gold"}; of several
    values one; names that end in `_at_least` and `_at_most` compare figures."""

    event: str
    behavior: str = ""
    matches: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class EventEntry:
    """`happening`, `times` times within `minutes`, and `without` not happening within
    `without_minutes` behind the last of them; with `same` "product" all of it about one product.

    `keys` say what a member comes in once for: the product, the order, the local day, or once at
    all ("member"); none: each event is an entry of its own.
    """

    happening: Happening
    times: int = 1
    minutes: int = 0
    without: Happening | None = None
    without_minutes: int = 0
    same: str = ""
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AtEntry:
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RecurringEntry:
    """At `clock` on these days of the week (0 is Monday) or of the month; 31 is the last day of a
    shorter month."""

    clock: time
    weekdays: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DateEntry:
    """At `clock`, `days` behind the member's date of that year; before it where negative."""

    date: str
    days: int
    clock: time


@dataclass(frozen=True, kw_only=True)
class StateEntry:
    """At `clock` every day, whoever has come to meet the campaign's condition."""

    clock: time


@dataclass(frozen=True, kw_only=True)
class NowEntry:
    """At once when it is approved and started."""


Entry = NowEntry | AtEntry | RecurringEntry | EventEntry | DateEntry | StateEntry


def read(kind: str, written: Any) -> Entry:
    """The rule of an entry of this kind.

    Raises: BadEntry.
    """
    if not isinstance(written, dict):
        _fail("", "not_an_object")
    return _READERS[kind](written)


def _at(written: Mapping[str, Any]) -> AtEntry:
    try:
        at = datetime.fromisoformat(str(written.get("at", "")))
    except ValueError:
        _fail("at", "bad_instant")
    if at.tzinfo is None:
        _fail("at", "naive_instant")
    return AtEntry(at=at)


def _recurring(written: Mapping[str, Any]) -> RecurringEntry:
    weekdays = _numbers(written, "weekdays", 0, 6)
    month_days = _numbers(written, "month_days", 1, 31)
    if bool(weekdays) == bool(month_days):
        _fail("weekdays", "one_of_both", other="month_days")
    return RecurringEntry(clock=_clock(written), weekdays=weekdays, month_days=month_days)


def _event(written: Mapping[str, Any]) -> EventEntry:
    times = _number({"times": 1, **written}, "times", 1, MOST_TIMES)
    has_other = written.get("without") is not None
    same = written.get("same", "")
    if same not in ("", "product"):
        _fail("same", "unknown_choice", known="product")
    keys = written.get("keys", [])
    if not isinstance(keys, list) or any(one not in KEYS for one in keys):
        _fail("keys", "unknown_choice", known=", ".join(KEYS))
    return EventEntry(
        happening=_happening(written, ""),
        times=times,
        minutes=_number(written, "minutes", 1, MOST_MINUTES) if times > 1 else 0,
        without=_happening(written["without"], "without.") if has_other else None,
        without_minutes=_number(written, "without_minutes", 1, MOST_MINUTES) if has_other else 0,
        same=same,
        keys=tuple(one for one in KEYS if one in keys),
    )


def _happening(written: Any, where: str) -> Happening:
    if not isinstance(written, dict):
        _fail(where.rstrip("."), "not_an_object")
    event = written.get("event")
    if not isinstance(event, str) or not event:
        _fail(f"{where}event", "missing")
    matches = written.get("matches", {})
    if not isinstance(matches, dict) or len(matches) > 10:
        _fail(f"{where}matches", "not_an_object")
    return Happening(event=event, behavior=str(written.get("behavior", "")), matches=dict(matches))


def _date(written: Mapping[str, Any]) -> DateEntry:
    if written.get("date") not in DATES:
        _fail("date", "unknown_choice", known=", ".join(DATES))
    days = _number({"days": 0, **written}, "days", -MOST_DAYS + 1, MOST_DAYS - 1)
    return DateEntry(date=str(written["date"]), days=days, clock=_clock(written))


def _clock(written: Mapping[str, Any]) -> time:
    try:
        return time.fromisoformat(str(written.get("clock", "")))
    except ValueError:
        _fail("clock", "bad_clock")


def _number(written: Mapping[str, Any], name: str, least: int, most: int) -> int:
    value = written.get(name)
    if type(value) is not int or not least <= value <= most:
        _fail(name, "number_out_of_bounds", least=least, most=most)
    return value


def _numbers(written: Mapping[str, Any], name: str, least: int, most: int) -> tuple[int, ...]:
    given = written.get(name, [])
    if not isinstance(given, list) or any(
        type(one) is not int or not least <= one <= most for one in given
    ):
        _fail(name, "number_out_of_bounds", least=least, most=most)
    return tuple(sorted(set(given)))


def _fail(where: str, code: str, **values: object) -> NoReturn:
    raise BadEntry(where, code, **values)


_READERS: dict[str, Callable[[Mapping[str, Any]], Entry]] = {
    "NOW": lambda written: NowEntry(),
    "AT": _at,
    "RECURRING": _recurring,
    "EVENT": _event,
    "DATE": _date,
    "STATE": lambda written: StateEntry(clock=_clock(written)),
}
