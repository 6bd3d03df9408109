"""What the member at the counter is nearest to: the challenge that their next order may reach."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loyalty.models import Challenge
from loyalty.rules import calendar
from loyalty.rules import challenges as rules
from loyalty.rules.challenges import EVER_ON, Rule, Standing
from loyalty.services.programs import Terms


@dataclass(frozen=True)
class Hint:
    challenge: Challenge
    standing: Standing


def nearest(*, member_id: int, rank: int, terms: Terms, at: datetime) -> Hint | None:
    """The challenge of orders that counts for this member and is the least far from being reached;
    None where there is none. `rank` is that of their tier. One query, none without challenges.
    """
    meant = [
        rule
        for rule in terms.challenges
        if rule.of_orders
        and rule.holds_at(at)
        and (rule.for_tier_rank is None or rank >= rule.for_tier_rank)
    ]
    hints = [hint for hint in _hints(meant, member_id, terms, at) if not hint.standing.is_done]
    return min(hints, key=_farness, default=None)


def _hints(meant: Sequence[Rule], member_id: int, terms: Terms, at: datetime) -> list[Hint]:
    if not meant:
        return []
    today = calendar.local_day(at, terms.zone)
    windows = [rules.window_on(rule, today) for rule in meant]
    # Challenges, each with what the query adds to it.
    found: Iterable[Any] = Challenge.objects.raw(
        _STANDING,
        {
            "member_id": member_id,
            "ids": [rule.id for rule in meant],
            "windows": windows,
            "joined_on": EVER_ON,
        },
    )
    by_id = {rule.id: rule for rule in meant}
    return [
        Hint(row, rules.standing(by_id[row.pk], row.value, row.times, row.times_ever))
        for row in found
        if row.has_joined or not by_id[row.pk].needs_joining
    ]


def _farness(hint: Hint) -> tuple[int, int]:
    return -hint.standing.percent, hint.challenge.pk


# Surprises aren't told before they are reached.
_STANDING = """
SELECT c.*, coalesce(p.value, 0) AS value, coalesce(a.times, 0) AS times,
    coalesce(a.times_ever, 0) AS times_ever, j.joined_at IS NOT NULL AS has_joined
FROM unnest(%(ids)s::bigint[], %(windows)s::date[]) AS w(challenge_id, window_on)
JOIN loyalty_challenge c ON c.id = w.challenge_id AND c.state = 'LIVE' AND NOT c.is_hidden
LEFT JOIN loyalty_challengeprogress p
    ON p.member_id = %(member_id)s AND p.challenge_id = c.id AND p.window_on = w.window_on
LEFT JOIN loyalty_challengeprogress j
    ON j.member_id = %(member_id)s AND j.challenge_id = c.id AND j.window_on = %(joined_on)s
LEFT JOIN LATERAL (
    SELECT count(*) AS times_ever, count(*) FILTER (WHERE window_on = w.window_on) AS times
    FROM loyalty_challengeaward
    WHERE member_id = %(member_id)s AND challenge_id = c.id AND undone_at IS NULL
) a ON true
WHERE c.for_tag_id IS NULL OR EXISTS (
    SELECT FROM members_membertag WHERE member_id = %(member_id)s AND tag_id = c.for_tag_id
)
"""
