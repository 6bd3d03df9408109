"""What a dashboard's filters mean in SQL: conditions on roll-ups, with their parameters.

The names of parameters are always the same, so that a query may bear several conditions and take
one set of parameters. A condition that narrows nothing is `TRUE`: it can always follow an AND.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from analytics.selectors.filters import Filters


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """A condition to follow WHERE or AND, and the parameters of all filters."""

    sql: str
    params: dict[str, Any]

    @property
    def is_whole(self) -> bool:
        return self.sql == "TRUE"


def params(filters: Filters) -> dict[str, Any]:
    """The parameters that any of the conditions names, and the days: `from_on`, `to_on`."""
    return {
        "store_ids": _list(filters.store_ids),
        "channel_ids": _list(filters.channel_ids),
        "tier_ids": _list(filters.tier_ids),
        "segment_id": filters.segment_id,
        "from_on": filters.period.from_on,
        "to_on": filters.period.to_on,
    }


def of_sales(filters: Filters, *, rows: str) -> Narrowing:
    """For rows with a store, a channel and a member: `member_day` and raw orders.

    `rows` is the name that the query gives them. Where a tier or a segment is chosen, sales to
    non-members are left out.
    """
    return _narrowing(filters, [*_places(filters, rows), *_people(filters, f"{rows}.member_id")])


def of_places(filters: Filters, *, rows: str) -> Narrowing:
    """For rows with a store and a channel but no member: `kpi_day`, channel spends."""
    return _narrowing(filters, _places(filters, rows))


def of_stores(filters: Filters, *, rows: str) -> Narrowing:
    """For rows with a store only: cases, answers to surveys."""
    return _narrowing(filters, _stores(filters, rows))


def of_members(filters: Filters, *, member: str = "member_id") -> Narrowing:
    """For rows with a member only, named by the column `member`: tier and segment of now."""
    return _narrowing(filters, _people(filters, member))


def of_joiners(filters: Filters, *, rows: str) -> Narrowing:
    """For rows of `members_member`: the store and channel of joining, tier and segment of now."""
    return _narrowing(filters, [*_places(filters, rows), *_people(filters, f"{rows}.id")])


def of_events(filters: Filters, *, rows: str) -> Narrowing:
    """For rows of `members_behaviorevent`, which name their channel by its code."""
    conditions = [*_stores(filters, rows), *_people(filters, f"{rows}.member_id")]
    if filters.channel_ids is not None:
        conditions.append(
            f"{rows}.channel IN (SELECT code FROM members_channel"  # noqa: S608
            " WHERE id = ANY(%(channel_ids)s::bigint[]))"
        )
    return _narrowing(filters, conditions)


def without_places(filters: Filters) -> Filters:
    """The same, of all stores and channels."""
    return replace(filters, store_ids=None, channel_ids=None)


def has_places(filters: Filters) -> bool:
    """Whether sales are narrowed: then only `member_day` and `kpi_day` can answer."""
    return filters.store_ids is not None or filters.channel_ids is not None


def has_people(filters: Filters) -> bool:
    """Whether members are narrowed, by their tier or a segment."""
    return filters.tier_ids is not None or filters.segment_id is not None


def is_everybody(filters: Filters) -> bool:
    """Whether nothing is narrowed but the days."""
    return not has_places(filters) and not has_people(filters)


def _places(filters: Filters, rows: str) -> Iterable[str]:
    yield from _stores(filters, rows)
    if filters.channel_ids is not None:
        yield f"{rows}.channel_id = ANY(%(channel_ids)s::bigint[])"


def _stores(filters: Filters, rows: str) -> Iterable[str]:
    if filters.store_ids is not None:
        yield f"{rows}.store_id = ANY(%(store_ids)s::bigint[])"


def _people(filters: Filters, member: str) -> Iterable[str]:
    if filters.tier_ids is not None:
        yield (
            f"{member} IN (SELECT member_id FROM loyalty_account"  # noqa: S608
            " WHERE tier_id = ANY(%(tier_ids)s::bigint[]))"
        )
    if filters.segment_id is not None:
        yield (
            f"{member} IN (SELECT member_id FROM analytics_segmentmember"  # noqa: S608
            " WHERE segment_id = %(segment_id)s)"
        )


def _narrowing(filters: Filters, conditions: Iterable[str]) -> Narrowing:
    return Narrowing(sql=" AND ".join(conditions) or "TRUE", params=params(filters))


def _list(ids: tuple[int, ...] | None) -> list[int] | None:
    return None if ids is None else list(ids)
