"""Events bring members into campaigns, by the patterns that campaigns wait for.

All is judged from what is on record, behind a lock for each member; the entry's key makes it once.
Source: docs/algorithms/entries.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.db import transaction

from campaigns.models import Campaign, Enrollment
from campaigns.rules import event_patterns as patterns
from campaigns.rules.event_patterns import Completion, Fact
from campaigns.selectors import audiences, happenings
from campaigns.services import enrollments, entry_checks, entry_repeats, event_locks, event_wants
from campaigns.services.enrollments import Entering
from campaigns.services.event_wants import Entrant
from loyalty.services import programs
from members.models import Event
from members.rules.conditions import BadCondition

logger = structlog.get_logger(__name__)


@transaction.atomic
def hear(*, events: Sequence[Event], at: datetime) -> int:
    """Brings in whom these events bring in; gives how many are new. Bears repeats.

    A fixed number of queries for each campaign that waits for any of them.
    """
    types = {event.type for event in events}
    entrants = [one for one in event_wants.current().entrants if one.entry.happening.event in types]
    heard = _by_member(happenings.heard(events)) if entrants else {}
    if not heard:
        return 0
    event_locks.hold(heard)
    living = Campaign.objects.select_related("segment", "version").filter(state__in=Campaign.LIVE)
    campaigns = living.in_bulk([one.campaign_id for one in entrants])
    return sum(
        _enter(campaigns[one.campaign_id], one, heard, at)
        for one in entrants
        if one.campaign_id in campaigns
    )


def _enter(
    campaign: Campaign, entrant: Entrant, heard: Mapping[int, Sequence[Fact]], at: datetime
) -> int:
    found = [one for one in _completions(entrant, heard) if _is_news(campaign, entrant, one, at)]
    if not found:
        return 0
    may = _eligible(campaign, {one.last.member_id for one in found}, at)
    found = [one for one in found if one.last.member_id in may]
    keyed = entry_repeats.keyed(
        campaign=campaign, entry=entrant.entry, completions=found, zone=programs.current().zone
    )
    why = entry_checks.reasons(
        campaign=campaign, entry=entrant.entry, completions=list(keyed.values()), at=at
    )
    reached = _reached(campaign, why, list(keyed.values()), at)
    is_over = _is_over_at_goal(campaign)
    out = {*why, *(reached if is_over else ())}
    entering = entry_repeats.not_too_often(
        campaign=campaign,
        entry=entrant.entry,
        entering=[_entering(entrant, one, key, at, one in out) for key, one in keyed.items()],
        at=at,
    )
    fresh = enrollments.enter(campaign=campaign, entering=entering, at=at)
    came_in = [row for row in fresh if row.state != Enrollment.State.EXCLUDED]
    through = [row.pk for row in came_in if keyed[row.entry_key] in reached]
    if through:
        enrollments.convert(enrollment_ids=through, is_over=is_over, at=at)
    _let_go({row.pk: why.get(keyed[row.entry_key], "") for row in fresh}, at)
    return len(fresh)


def _reached(
    campaign: Campaign,
    why: Mapping[Completion, str],
    completions: Sequence[Completion],
    at: datetime,
) -> set[Completion]:
    """Who was kept out has never come in, and reaches no goal."""
    found = entry_checks.reached(campaign=campaign, completions=completions, at=at)
    return {one for one in found if why.get(one) != entry_checks.PREVENTED}


def _is_over_at_goal(campaign: Campaign) -> bool:
    assert campaign.version is not None
    return bool(campaign.version.content.get("is_over_at_goal", True))


def _let_go(fresh: Mapping[int, str], at: datetime) -> None:
    """Who is out already by what is on record has come in all the same: once for the key, as if
    they had been told in order, and with the reason to be read."""
    for reason in sorted({one for one in fresh.values() if one}):
        ids = [pk for pk, one in fresh.items() if one == reason]
        enrollments.leave(enrollment_ids=ids, reason=reason, at=at)


def _eligible(campaign: Campaign, member_ids: set[int], at: datetime) -> set[int]:
    """Nobody where the condition can't be read any more, since a field has gone: that campaign
    doesn't hold up the others."""
    try:
        return audiences.eligible(campaign, member_ids=member_ids, at=at)
    except BadCondition as error:
        logger.error("campaign_condition_unreadable", campaign=campaign.code, error=str(error))
        return set()


def _completions(entrant: Entrant, heard: Mapping[int, Sequence[Fact]]) -> list[Completion]:
    """What the facts that were just heard make whole, with those that were there already."""
    entry = entrant.entry
    mine = {
        member_id: [one for one in facts if patterns.answers(entry.happening, one)]
        for member_id, facts in heard.items()
    }
    mine = {member_id: facts for member_id, facts in mine.items() if facts}
    around = happenings.between(
        entry.happening, _around(mine, entry.minutes) if entry.times > 1 else {}
    )
    return [
        completion
        for member_id, facts in mine.items()
        for completion in patterns.completions(
            entry, _each_once([*facts, *around.get(member_id, ())]), facts
        )
    ]


def _is_news(campaign: Campaign, entrant: Entrant, one: Completion, at: datetime) -> bool:
    """Neither before the campaign began, nor so long ago that its message would be expired."""
    happened_at = one.last.occurred_at
    oldest = at.astimezone(UTC) - timedelta(hours=campaign.expires_hours)
    return entrant.may_begin(happened_at) and happened_at > oldest


def _entering(entrant: Entrant, one: Completion, key: str, at: datetime, is_out: bool) -> Entering:
    """One who is told late is watched no longer than anybody else: perhaps not at all. Who is out
    already begins nothing in between."""
    until = patterns.watch_until(entrant.entry, one)
    if is_out:
        until = max(until or at, at)
    elif until is not None and until <= at:
        until = None
    return Entering(
        member_id=one.last.member_id, entry_key=key, context=_context(one), watch_until=until
    )


def _context(one: Completion) -> dict[str, Any]:
    last = one.last
    told = {
        "event": last.event_id,
        "occurred_at": last.occurred_at.astimezone(UTC).isoformat(),
        "product": one.product,
        "order": last.order,
        "order_id": last.order_id,
        "payload": dict(last.payload),
    }
    return {name: value for name, value in told.items() if value not in (None, "", {})}


def _around(
    heard: Mapping[int, Sequence[Fact]], minutes: int
) -> dict[int, tuple[datetime, datetime]]:
    """A window back from the first, and one ahead: a late one may complete what came behind it."""
    length = timedelta(minutes=minutes)
    spans = entry_checks.spans_of(
        (pk, one.occurred_at) for pk, facts in heard.items() for one in facts
    )
    return {pk: (low - length, high + length) for pk, (low, high) in spans.items()}


def _by_member(facts: Iterable[Fact]) -> dict[int, list[Fact]]:
    found: dict[int, list[Fact]] = defaultdict(list)
    for fact in facts:
        found[fact.member_id].append(fact)
    return found


def _each_once(facts: Iterable[Fact]) -> list[Fact]:
    return list({fact.ref: fact for fact in facts}.values())
