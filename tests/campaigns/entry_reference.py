"""Who comes into a campaign by events and what becomes of them, in plain Python over what happened:
by looking at everything, whatever the product does. Nothing of ours is imported here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

LOCAL = timedelta(hours=8)


@dataclass(frozen=True)
class Deed:
    """`kind` is "view" or "order"; `products` of a view are one."""

    kind: str
    member: int
    minute: int
    products: tuple[str, ...]
    name: str


@dataclass(frozen=True)
class Rule:
    """Views, `times` within `minutes`; not bought within `without` minutes (0: whatever comes)."""

    times: int
    minutes: int
    without: int
    same: bool
    keys: tuple[str, ...]
    exit_same: str


@dataclass(frozen=True)
class Entry:
    member: int
    minute: int
    product: str


def entries(rule: Rule, deeds: list[Deed]) -> Iterator[Entry]:
    """Each view that makes the pattern whole, for each product that it is about."""
    for last in deeds:
        if last.kind != "view":
            continue
        window = [
            one
            for one in deeds
            if one.kind == "view"
            and one.member == last.member
            and last.minute - rule.minutes < one.minute <= last.minute
            and (not rule.same or one.products == last.products)
        ]
        if rule.times == 1 or len(window) >= rule.times:
            yield Entry(last.member, last.minute, last.products[0])


def key(rule: Rule, entry: Entry, now: datetime) -> tuple[object, ...]:
    """What comes in once."""
    when = now + timedelta(minutes=entry.minute)
    if not rule.keys:
        return entry.member, entry.minute, entry.product
    said: list[object] = [entry.member]
    if "product" in rule.keys:
        said.append(entry.product)
    if "day" in rule.keys:
        said.append((when.replace(tzinfo=None) + LOCAL).date())
    return tuple(said)


def ends(rule: Rule, entry: Entry, deeds: list[Deed]) -> set[str]:
    """Why it may be over; empty: it goes on. Where there are two reasons the first told counts."""
    found = set()
    for one in deeds:
        if one.kind != "order" or one.member != entry.member:
            continue
        is_mine = entry.product in one.products
        if entry.minute <= one.minute < entry.minute + rule.without and (is_mine or not rule.same):
            found.add("something_else")
        if one.minute > entry.minute and (is_mine or not rule.exit_same):
            found.add("exited")
    return found
