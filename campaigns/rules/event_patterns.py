"""Patterns of events: which facts make a member come in, and what keeps them from it.

All is judged from facts and the instants at which they happened, never from the order in which
they came: so a late, repeated or reordered telling gives the same answer.
Source: docs/algorithms/entries.md.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any

from campaigns.rules.entries import EventEntry, Happening

AT_LEAST, AT_MOST = "_at_least", "_at_most"
MOST_KEY = 120


# Compared and hashed by who they are: payloads can't be.
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Fact:
    """Something that happened with a member. `ref` names it for ever; products go by SKU, an
    order by its number, and by its id where that is known."""

    ref: str
    event: str
    member_id: int
    occurred_at: datetime
    behavior: str = ""
    products: frozenset[str] = frozenset()
    order: str = ""
    order_id: int | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
    event_id: int | None = None

    @property
    def type(self) -> str:
        return self.event

    def is_about(self, context: Mapping[str, Any], same: str) -> bool:
        """Whether it is about the product, or the order, that a member came in for."""
        if not same:
            return True
        if same == "product":
            return context.get("product") in self.products
        if self.order_id is not None and context.get("order_id") is not None:
            return bool(self.order_id == context["order_id"])
        return bool(self.order) and self.order == context.get("order")


@dataclass(frozen=True, kw_only=True, slots=True)
class Completion:
    """The fact that made the pattern whole, and the product that it is about, if any."""

    last: Fact
    product: str = ""


def answers(happening: Happening, fact: Fact) -> bool:
    """Whether the fact is what the rule names, with the values that it asks for."""
    return (
        fact.event == happening.event
        and (not happening.behavior or fact.behavior == happening.behavior)
        and all(has(fact.payload, name, value) for name, value in happening.matches.items())
    )


def has(payload: Mapping[str, Any], name: str, wanted: Any) -> bool:
    """Whether the payload has the value, or one of the values, that a rule asks for."""
    for ending, sign in ((AT_LEAST, 1), (AT_MOST, -1)):
        if name.endswith(ending) and name not in payload:
            actual, limit = _number(payload.get(name.removesuffix(ending))), _number(wanted)
            return actual is not None and limit is not None and sign * (actual - limit) >= 0
    actual = payload.get(name)
    if isinstance(wanted, list):
        return any(_same(actual, one) for one in wanted)
    return _same(actual, wanted)


def plain_name(name: str, payload: Mapping[str, Any]) -> str:
    """The value's own name, without what a figure is compared by."""
    if name in payload:
        return name
    return name.removesuffix(AT_LEAST).removesuffix(AT_MOST)


def completions(
    entry: EventEntry, facts: Iterable[Fact], heard: Sequence[Fact]
) -> list[Completion]:
    """Each fact that completes the pattern and may do so only now that `heard` came: the heard
    one itself, or a later one in whose window it lies. `facts` are all of one member; those that
    aren't what the rule names are passed over.
    """
    named = sorted((one for one in facts if answers(entry.happening, one)), key=_place)
    found: dict[tuple[str, str], Completion] = {}
    for one in heard:
        if answers(entry.happening, one):
            for completion in _completed_by(entry, named, one):
                found[completion.last.ref, completion.product] = completion
    return list(found.values())


def is_prevented(entry: EventEntry, completion: Completion, facts: Iterable[Fact]) -> bool:
    """Whether what must not happen did, in [last, last + its time)."""
    if entry.without is None:
        return False
    since = completion.last.occurred_at
    return any(
        prevents(entry, one, since=since, product=completion.product)
        for one in facts
        if one.member_id == completion.last.member_id
    )


def prevents(entry: EventEntry, fact: Fact, *, since: datetime, product: str) -> bool:
    """Whether the fact is what must not happen behind a pattern that was whole at `since`."""
    if entry.without is None or not answers(entry.without, fact):
        return False
    if not since <= fact.occurred_at < since + timedelta(minutes=entry.without_minutes):
        return False
    return not entry.same or product in fact.products


def watch_until(entry: EventEntry, completion: Completion) -> datetime | None:
    """When it is certain that nothing prevented it; None where nothing could."""
    if entry.without is None:
        return None
    return completion.last.occurred_at + timedelta(minutes=entry.without_minutes)


def key(entry: EventEntry, completion: Completion, *, zone: tzinfo, again: bool) -> str:
    """What comes in once: the member and what the rule names beside; without any the fact itself.
    `again`: of entries that come back after days, without the day, to which a number is added."""
    last, parts = completion.last, [f"m:{completion.last.member_id}"]
    if not entry.keys and not again:
        return f"{parts[0]}:{last.ref}" + (f":p:{completion.product}" if entry.same else "")
    if "product" in entry.keys:
        parts.append(f"p:{completion.product}")
    if "order" in entry.keys:
        parts.append(f"o:{last.order if last.order_id is None else last.order_id}")
    if "day" in entry.keys and not again:
        parts.append(f"d:{last.occurred_at.astimezone(zone):%Y%m%d}")
    return _short(":".join(parts))


def _completed_by(entry: EventEntry, named: Sequence[Fact], heard: Fact) -> Iterator[Completion]:
    for product in _products(entry, heard):
        if entry.times == 1:
            yield Completion(last=heard, product=product)
            continue
        line = [one for one in named if not entry.same or product in one.products]
        until = heard.occurred_at + timedelta(minutes=entry.minutes)
        for last in line:
            if _place(heard) <= _place(last) and last.occurred_at < until:
                yield from _whole(entry, line, last, product)


def _whole(
    entry: EventEntry, line: Sequence[Fact], last: Fact, product: str
) -> Iterator[Completion]:
    """`last` with as many as are asked for in (last − time, last]."""
    after = last.occurred_at - timedelta(minutes=entry.minutes)
    count = sum(after < one.occurred_at and _place(one) <= _place(last) for one in line)
    if count >= entry.times:
        products = [product] if entry.same else _products(entry, last)
        yield from (Completion(last=last, product=one) for one in products)


def _products(entry: EventEntry, fact: Fact) -> list[str]:
    if entry.same or "product" in entry.keys:
        return sorted(fact.products)
    return [next(iter(fact.products)) if len(fact.products) == 1 else ""]


def _place(fact: Fact) -> tuple[datetime, str]:
    return fact.occurred_at, fact.ref


def _same(actual: Any, wanted: Any) -> bool:
    """A value that was typed counts as what it says: `1` as 1, `true` as true."""
    if isinstance(actual, bool):
        return str(wanted).lower() == str(actual).lower()
    if isinstance(actual, list | tuple):
        return any(_same(one, wanted) for one in actual)
    return actual is not None and str(actual) == str(wanted)


def _number(value: Any) -> int | None:
    try:
        return None if value is None or isinstance(value, bool) else int(value)
    except (TypeError, ValueError):
        return None


def _short(text: str) -> str:
    if len(text) <= MOST_KEY - 12:
        return text
    return f"{text[:60]}:{hashlib.sha256(text.encode()).hexdigest()[:40]}"
