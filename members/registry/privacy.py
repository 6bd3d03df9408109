"""What each app does when a member is erased, exported or grown too old to keep.

Part of the second inversion point: filled in `apps.ready`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Erasing:
    """Who is erased, behind their locks: the member, and every card that was merged into them.

    The members' keys are destroyed after all steps, in the same transaction; a step removes or
    empties what no key protects.
    """

    member_ids: tuple[int, ...]
    actor_id: int | None
    at: datetime


@dataclass(frozen=True)
class ErasureStep:
    """`run` gives how many rows it removed or emptied, by table; it bears a repeat (restores
    replay erasures)."""

    code: str
    order: int
    run: Callable[[Erasing], Mapping[str, int]]


@dataclass(frozen=True)
class ExportSection:
    """One file of the package that a member takes along: rows of plain values, opened.

    `rows(member_ids, at)` yields them in order, with the keys of `columns`.
    """

    code: str
    order: int
    title: Any
    columns: tuple[str, ...]
    rows: Callable[[Sequence[int], datetime], Iterable[Mapping[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class RetentionCategory:
    """Rows that are kept for so many days only.

    `count(before)` says how many rows are older; `remove(before, limit)` removes at most `limit`
    of them, in the caller's transaction, and gives how many. Neither touches members whose data
    are under a legal hold. `minimum_days` is what the law, or the product, needs at least.
    """

    code: str
    label: Any
    default_days: int
    minimum_days: int
    count: Callable[[datetime], int]
    remove: Callable[[datetime, int], int]


@dataclass(frozen=True)
class SharingSource:
    """Data that an app gives to recipients in bulk: the register has a row for each day, without
    names. `recipients_of(member_ids)` says by code who got data of one of these members."""

    code: str
    recipients_of: Callable[[Collection[int]], Collection[str]]


ERASURE_STEPS: dict[str, ErasureStep] = {}
EXPORT_SECTIONS: dict[str, ExportSection] = {}
RETENTION: dict[str, RetentionCategory] = {}
SHARING_SOURCES: dict[str, SharingSource] = {}


def add_erasure_step(step: ErasureStep) -> None:
    ERASURE_STEPS[step.code] = step


def add_export_section(section: ExportSection) -> None:
    EXPORT_SECTIONS[section.code] = section


def add_retention(category: RetentionCategory) -> None:
    RETENTION[category.code] = category


def add_sharing_source(source: SharingSource) -> None:
    SHARING_SOURCES[source.code] = source


def sharing_sources() -> list[SharingSource]:
    return list(SHARING_SOURCES.values())


def erasure_steps() -> list[ErasureStep]:
    return sorted(ERASURE_STEPS.values(), key=lambda step: step.order)


def export_sections() -> list[ExportSection]:
    return sorted(EXPORT_SECTIONS.values(), key=lambda section: section.order)


def retention_categories() -> list[RetentionCategory]:
    return sorted(RETENTION.values(), key=lambda category: category.code)
