"""Whose variables are asked, and what a reader of a group of them is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from loyalty.services.programs import Terms
from members.models import Member
from members.models.naming import Named

Variables = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One member, with the `context` of their enrollment (`product`, `order`, `payload` of the
    event that began it); by `enrollment_id`, or `context["enrollment"]`, what the campaign gave
    them is found."""

    member: Member
    context: Mapping[str, Any] = field(default_factory=dict)
    enrollment_id: int | None = None
    # The language of what is named; empty: the member's own.
    reads: str = ""

    @property
    def payload(self) -> Mapping[str, Any]:
        told = self.context.get("payload")
        return told if isinstance(told, Mapping) else {}

    @property
    def enrollment(self) -> int | None:
        given = self.enrollment_id or self.context.get("enrollment")
        return given if isinstance(given, int) else None

    @property
    def language(self) -> str:
        return self.reads or self.member.language or "zh-hans"

    def told(self, *names: str) -> list[str]:
        """What context or payload say under these names, as texts; lists are taken apart."""
        given = [
            source[name]
            for source in (self.context, self.payload)
            for name in names
            if source.get(name)
        ]
        flat = [one for value in given for one in (value if isinstance(value, list) else [value])]
        return [str(one) for one in flat if isinstance(one, (str, int))]


@dataclass(frozen=True)
class Moment:
    """As of when, and under which terms of the programme."""

    at: datetime
    terms: Terms

    @property
    def today(self) -> date:
        return self.at.astimezone(self.terms.zone).date()

    def day_of(self, at: datetime) -> date:
        return at.astimezone(self.terms.zone).date()

    def last_day(self, ends_at: datetime | None) -> str | None:
        """The last day before an exclusive instant, as an ISO date."""
        return None if ends_at is None else day(self.day_of(ends_at - timedelta(microseconds=1)))


# The variables of `wanted` that are known of each, in the order asked.
Reader = Callable[[Sequence[Asked], frozenset[str], Moment], list[Variables]]


def name_in(row: Named, language: str) -> str:
    """The row's name in this language, or the other one where it has none."""
    if language.startswith("zh"):
        return row.name_zh or row.name_en
    return row.name_en or row.name_zh


def day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def known(**values: object) -> Variables:
    """Those that there are; 0 is one."""
    return {name: value for name, value in values.items() if value not in (None, "")}
