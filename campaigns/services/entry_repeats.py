"""Whether somebody may come into a campaign again, and by which key. Behind the member's lock."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from campaigns.models import Campaign, Enrollment
from campaigns.rules import event_patterns as patterns
from campaigns.rules.entries import EventEntry
from campaigns.rules.event_patterns import Completion
from loyalty.services import challenge_members

# By member all cards, those that were merged into theirs too: keys bear the card of their day.
_Cards = Mapping[int, Collection[int]]


@dataclass
class _Past:
    """The entries of one key: how many, and what they were about when."""

    count: int
    instants: list[datetime]


def keyed(
    *, campaign: Campaign, entry: EventEntry, completions: Iterable[Completion], zone: tzinfo
) -> dict[str, Completion]:
    """Those who may come in, by their keys; of several with one key the earliest. At most two
    queries.

    Without days the key says what comes in once. With days an entry comes again under the next
    number, unless another one about the same lies within so many days of it, before or behind:
    so a repeat finds itself, and two workers write the same key. Who came in by a card that was
    merged into theirs came in.
    """
    ordered = sorted(completions, key=lambda one: (one.last.occurred_at, one.last.ref))
    cards = _cards({one.last.member_id for one in ordered})
    is_again = campaign.re_entry_days is not None
    named = [
        (one, [patterns.key(entry, by, zone=zone, again=is_again) for by in _by_card(one, cards)])
        for one in ordered
    ]
    return _again(campaign, named) if is_again else _once(campaign, named)


# Each with its keys: that of the member's own card first.
_Named = Sequence[tuple[Completion, Sequence[str]]]


def _once(campaign: Campaign, named: _Named) -> dict[str, Completion]:
    others = {key for _one, keys in named for key in keys[1:]}
    rows = Enrollment.objects.filter(campaign=campaign, entry_key__in=others)
    known = set(rows.values_list("entry_key", flat=True)) if others else set()
    found: dict[str, Completion] = {}
    for one, (own, *merged) in named:
        if known.isdisjoint(merged):
            found.setdefault(own, one)
    return found


def _again(campaign: Campaign, named: _Named) -> dict[str, Completion]:
    days = timedelta(days=campaign.re_entry_days or 0)
    past = _past(campaign, {one.last.member_id for one, _keys in named})
    found = {}
    for one, keys in named:
        known = [past.setdefault(key, _Past(0, [])) for key in keys]
        happened_at = one.last.occurred_at
        if any(abs(happened_at - other) < days for some in known for other in some.instants):
            continue
        found[f"{keys[0]}:n:{known[0].count}"] = one
        known[0].count += 1
        known[0].instants.append(happened_at)
    return found


def _cards(member_ids: Collection[int]) -> _Cards:
    found: dict[int, list[int]] = defaultdict(list)
    for card, owner in challenge_members.cards(member_ids).items():
        found[owner].append(card)
    return found


def _by_card(one: Completion, cards: _Cards) -> Iterator[Completion]:
    """It, and as if each merged card had done it."""
    yield one
    own = one.last.member_id
    for card in cards.get(own, ()):
        if card != own:
            yield replace(one, last=replace(one.last, member_id=card))


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
