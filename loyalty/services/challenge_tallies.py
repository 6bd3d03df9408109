"""Sums of a challenge's windows, and how often the target was reached: from the steps that stand.

Derived whole for the members and challenges that are asked for, so that it doesn't matter in which
order, and how often, facts were told. The caller holds the members' locks.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection

from loyalty.events import ChallengeReached, ChallengeUndone
from loyalty.models import ChallengeAward, ChallengeProgress
from loyalty.rules import challenges as rules
from loyalty.rules.challenges import Rule
from loyalty.services.challenge_steps import MOST_ROWS
from members.registry.facts import Fact
from members.services import events
from members.services.events import Happening

Pair = tuple[int, int]
Values = dict[Pair, dict[date, int]]


def settle(member_ids: Collection[int], known: Collection[Rule], at: datetime) -> None:
    """Progress and awards of these members in these challenges, as the steps have it. A dozen
    statements at most, however many they are."""
    if not member_ids or not known:
        return
    values = sums(member_ids, known)
    _write_progress(member_ids, known, values, at)
    _write_awards(member_ids, known, values, at)


def sums(member_ids: Collection[int], known: Collection[Rule]) -> Values:
    """By member and challenge, the sum of each window."""
    asked: dict[str, Any] = {"members": sorted(member_ids)}
    found: Values = {}
    streaks = {rule.id: rule for rule in known if rule.is_streak}
    repeats = [rule.id for rule in known if rule.counts == rules.REPEAT_ORDERS]
    plain = [rule.id for rule in known if rule.id not in streaks]
    for member_id, rule_id, first, value in _run(_SUMS, {**asked, "rules": plain}):
        found.setdefault((member_id, rule_id), {})[first] = value
    if repeats:
        for member_id, rule_id, first, value in _run(_FIRSTS, {**asked, "rules": repeats}):
            found[member_id, rule_id][first] -= value
    if streaks:
        for member_id, rule_id, first, days in _run(_DAYS, {**asked, "rules": list(streaks)}):
            value = rules.streak_value(streaks[rule_id], days)
            found.setdefault((member_id, rule_id), {})[first] = value
    return found


def _run(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _write_progress(
    member_ids: Collection[int], known: Collection[Rule], values: Values, at: datetime
) -> None:
    rows = ChallengeProgress.objects.filter(
        member_id__in=member_ids, challenge_id__in=[rule.id for rule in known]
    )
    columns = ("member_id", "challenge_id", "window_on", "value")
    there = {(one, rule, first): value for one, rule, first, value in rows.values_list(*columns)}
    now = {(*pair, first): value for pair, some in values.items() for first, value in some.items()}
    changed = {
        key: now.get(key, 0)
        for key in sorted(there.keys() | now.keys())
        if there.get(key, 0) != now.get(key, 0)
    }
    ChallengeProgress.objects.bulk_create(
        [
            ChallengeProgress(
                member_id=one, challenge_id=rule, window_on=first, value=value, updated_at=at
            )
            for (one, rule, first), value in changed.items()
        ],
        batch_size=MOST_ROWS,
        update_conflicts=True,
        unique_fields=["member", "challenge", "window_on"],
        update_fields=["value", "updated_at"],
    )


def _write_awards(
    member_ids: Collection[int], known: Collection[Rule], values: Values, at: datetime
) -> None:
    of: dict[Pair, list[ChallengeAward]] = {}
    rows = ChallengeAward.objects.filter(
        member_id__in=member_ids, challenge_id__in=[rule.id for rule in known]
    )
    for award in rows.order_by("pk"):
        of.setdefault((award.member_id, award.challenge_id), []).append(award)
    by_id = {rule.id: rule for rule in known}
    made: list[ChallengeAward] = []
    undone: list[ChallengeAward] = []
    for pair in sorted(of.keys() | values.keys()):
        theirs = of.get(pair, [])
        verdict = rules.judge(by_id[pair[1]], values.get(pair, {}), _standing(theirs))
        made += [_award(pair, first, number, theirs, at) for first, number in verdict.reached]
        gone = set(verdict.undone)
        undone += [one for one in theirs if one.undone_at is None and _time(one) in gone]
    _keep(made, undone, by_id, at)


def _keep(
    made: list[ChallengeAward],
    undone: list[ChallengeAward],
    known: Mapping[int, Rule],
    at: datetime,
) -> None:
    if undone:
        ids = [award.pk for award in undone]
        ChallengeAward.objects.filter(pk__in=ids).update(undone_at=at)
    if made:
        ChallengeAward.objects.bulk_create(made, batch_size=MOST_ROWS)
    told = [
        *(_happening(one, ChallengeUndone, known[one.challenge_id], at) for one in undone),
        *(_happening(one, ChallengeReached, known[one.challenge_id], at) for one in made),
    ]
    if told:
        events.record_many(happenings=told, at=at)


def _happening(
    award: ChallengeAward,
    fact: type[ChallengeReached] | type[ChallengeUndone],
    rule: Rule,
    at: datetime,
) -> Happening:
    told: Fact = fact(
        challenge=rule.code,
        award=award.pk,
        time=award.ordinal,
        window_on="" if award.window_on == rules.EVER_ON else award.window_on.isoformat(),
    )
    return Happening(fact=told, member_id=award.member_id, occurred_at=at)


def _standing(awards: Iterable[ChallengeAward]) -> dict[date, list[int]]:
    found: dict[date, list[int]] = {}
    for award in awards:
        if award.undone_at is None:
            found.setdefault(award.window_on, []).append(award.ordinal)
    return found


def _award(
    pair: Pair, first: date, number: int, before: Iterable[ChallengeAward], at: datetime
) -> ChallengeAward:
    """Reached, or reached again: then in the next round, whose prizes have keys of their own."""
    rounds = [one.round for one in before if _time(one) == (first, number)]
    return ChallengeAward(
        member_id=pair[0],
        challenge_id=pair[1],
        window_on=first,
        ordinal=number,
        round=max(rounds, default=0) + 1,
        reached_at=at,
    )


def _time(award: ChallengeAward) -> tuple[date, int]:
    return award.window_on, award.ordinal


_SUMS = """
SELECT member_id, challenge_id, window_on, sum(value)::bigint FROM loyalty_challengestep
WHERE member_id = ANY(%(members)s) AND challenge_id = ANY(%(rules)s) GROUP BY 1, 2, 3
"""
_DAYS = """
SELECT member_id, challenge_id, window_on, array_agg(DISTINCT business_date)
FROM loyalty_challengestep
WHERE member_id = ANY(%(members)s) AND challenge_id = ANY(%(rules)s) AND value > 0
GROUP BY 1, 2, 3
"""
# What the member's first order that stands adds: it is no repeat order. A step of it is there only
# where it lies in the challenge's time.
_FIRSTS = """
SELECT s.member_id, s.challenge_id, s.window_on, s.value
FROM unnest(%(members)s::bigint[]) AS one (id)
CROSS JOIN LATERAL (
    SELECT o.id FROM loyalty_order o
    WHERE o.member_id = one.id
        AND o.net_amount - o.refunded_amount + o.refunded_shipping_amount > 0
    ORDER BY o.business_date, o.occurred_at, o.id LIMIT 1) AS earliest
JOIN loyalty_challengestep s
    ON s.ref = 'order:' || earliest.id AND s.challenge_id = ANY(%(rules)s)
    AND s.member_id = one.id
"""
