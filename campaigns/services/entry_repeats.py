"""Whether somebody may come into a campaign again, and by which key. Behind the member's lock."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from campaigns.models import Campaign, Enrollment
from campaigns.rules import event_patterns as patterns
from campaigns.rules.entries import EventEntry
from campaigns.rules.event_patterns import Completion


@dataclass
class _Past:
    """The entries of one key: how many, and what they were about when."""

    count: int
    instants: list[datetime]


def keyed(
    *, campaign: Campaign, entry: EventEntry, completions: Iterable[Completion], zone: tzinfo
) -> dict[str, Completion]:
    """Those who may come in, by their keys; of several with one key the earliest. At most one
    query.

    Without days the key says what comes in once. With days an entry comes again under the next
    number, unless another one about the same lies within so many days of it, before or behind:
    so a repeat finds itself, and two workers write the same key.
    """
    ordered = sorted(completions, key=lambda one: (one.last.occurred_at, one.last.ref))
    days = campaign.re_entry_days
    if days is None:
        found: dict[str, Completion] = {}
        for one in ordered:
            found.setdefault(patterns.key(entry, one, zone=zone, again=False), one)
        return found
    past = _past(campaign, {one.last.member_id for one in ordered})
    found = {}
    for one in ordered:
        base = patterns.key(entry, one, zone=zone, again=True)
        known = past.setdefault(base, _Past(0, []))
        happened_at = one.last.occurred_at
        if any(abs(happened_at - other) < timedelta(days=days) for other in known.instants):
            continue
        found[f"{base}:n:{known.count}"] = one
        known.count += 1
        known.instants.append(happened_at)
    return found


def _past(campaign: Campaign, member_ids: Collection[int]) -> dict[str, _Past]:
    """By key without its number."""
    rows = Enrollment.objects.filter(campaign=campaign, member_id__in=member_ids)
    found: dict[str, _Past] = defaultdict(lambda: _Past(0, []))
    for key, context, entered_at in rows.values_list("entry_key", "context", "entered_at"):
        known = found[key.rpartition(":n:")[0] or key]
        told = context.get("occurred_at")
        known.count += 1
        known.instants.append(datetime.fromisoformat(told) if told else entered_at)
    return dict(found)
