"""What ends a campaign for its members, as the version that they came in by says it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.models import Campaign, CampaignVersion
from campaigns.rules import entries
from campaigns.rules import event_patterns as patterns
from campaigns.rules.entries import BadEntry, EventEntry, Happening
from campaigns.rules.event_patterns import Fact
from members.registry.behavior_events import NOTICED


@dataclass(frozen=True)
class Terms:
    """What ends a version's campaign for its members."""

    exits: tuple[tuple[Happening, str], ...]
    goal: Happening | None
    goal_days: int
    is_over_at_goal: bool
    entry: EventEntry | None
    is_profiling: bool


def of_versions(version_ids: Iterable[int]) -> dict[int, Terms]:
    """One query."""
    rows = CampaignVersion.objects.filter(pk__in=version_ids).select_related("campaign")
    return {
        row.pk: Terms(
            exits=tuple(exits_of(row.content)),
            goal=happening(row.content.get("goal_event") or ""),
            goal_days=row.content.get("goal_days") or 0,
            is_over_at_goal=bool(row.content.get("is_over_at_goal", True)),
            entry=entry_of(row.campaign.entry, row.campaign.entry_rule),
            is_profiling=row.campaign.segment_id is not None or bool(row.campaign.condition),
        )
        for row in rows
    }


def exits_of(content: Mapping[str, Any]) -> list[tuple[Happening, str]]:
    """What ends it, and whether it has to be about the same product or order."""
    read = [
        (happening(one.get("event", ""), one.get("matches") or {}), one.get("same", ""))
        for one in content["exits"]
    ]
    return [(happening, same) for happening, same in read if happening is not None]


def happening(name: str, matches: Mapping[str, Any] | None = None) -> Happening | None:
    """What a name stands for: of behaviors `type:kind` names one kind. None for no name."""
    event, _colon, behavior = name.partition(":")
    if not event:
        return None
    is_behavior = event == NOTICED
    return Happening(
        event=event, behavior=behavior if is_behavior else "", matches=dict(matches or {})
    )


def entry_of(kind: str, rule: Mapping[str, Any]) -> EventEntry | None:
    """The rule of a campaign that events bring into; None of another one."""
    if kind != Campaign.Entry.EVENT:
        return None
    try:
        read = entries.read(kind, rule)
    except BadEntry:
        return None
    return read if isinstance(read, EventEntry) else None


def since(context: Mapping[str, Any], entered_at: datetime) -> datetime:
    """When what brought them in happened; of a frozen audience when they came in."""
    told = context.get("occurred_at")
    return datetime.fromisoformat(told) if told else entered_at


def is_prevented(
    entry: EventEntry | None, facts: Iterable[Fact], context: Mapping[str, Any], since: datetime
) -> bool:
    """Whether one of the facts is what had to stay away behind the pattern."""
    if entry is None:
        return False
    product = context.get("product", "")
    return any(patterns.prevents(entry, one, since=since, product=product) for one in facts)
