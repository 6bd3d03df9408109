"""Whether somebody may come into a campaign again, and by which key. Behind the member's lock."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from django.db.models import Count

from campaigns.models import Campaign, Enrollment
from campaigns.rules import event_patterns as patterns
from campaigns.rules import gift_facts
from campaigns.rules.entries import EventEntry
from campaigns.rules.event_patterns import Completion
from campaigns.services.enrollments import Entering
from loyalty.services import challenge_members

# Why somebody is left out who comes in again and again by gifts.
TOO_OFTEN = "too_often"

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


def not_too_often(
    *, campaign: Campaign, entry: EventEntry, entering: Sequence[Entering], at: datetime
) -> Sequence[Entering]:
    """These, but who came in by gifts so often within a day that gifts must be bringing them in
    again and again: from then on they are left out, and the rows say so. One query, and none for
    campaigns that gifts can't begin, or that keys bound."""
    is_bounded = bool(entry.keys) or campaign.re_entry_days is not None
    if is_bounded or not entering or not gift_facts.is_told_of_gifts(entry.happening.event):
        return entering
    rows = Enrollment.objects.filter(
        campaign=campaign,
        member_id__in={one.member_id for one in entering},
        entered_at__gt=at - timedelta(days=1),
    )
    keys = {one.entry_key for one in entering}
    taken = rows.exclude(reason=TOO_OFTEN).exclude(entry_key__in=keys).order_by()
    counts = Counter(dict(taken.values_list("member_id").annotate(Count("pk"))))
    found = []
    for one in entering:
        counts[one.member_id] += 1
        is_over = counts[one.member_id] > gift_facts.MOST_A_DAY
        found.append(replace(one, refused=TOO_OFTEN, watch_until=None) if is_over else one)
    return found


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
