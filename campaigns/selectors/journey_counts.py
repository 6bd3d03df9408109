"""Where the members of a journey stand: how many are at each step, went which way, were written to
or weren't, and why. By step, never by member: four statements, of which only sums come back."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from analytics.selectors import asking
from campaigns.models import CampaignVersion, Enrollment, StepRecord

_WAYS = {
    StepRecord.Outcome.YES: "yes",
    StepRecord.Outcome.NO: "no",
    StepRecord.Outcome.HEARD: "heard",
    StepRecord.Outcome.TIMED_OUT: "else",
}
# A split's way is in the record's detail.
_SPLIT = "SPLIT"
# Told, or to be told.
_TOLD = ["QUEUED", "CLAIMED", "SENT", "DELIVERED", "UNKNOWN"]
# By state and reason.
Counted = Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Passed:
    """Of one step: members who went through it, by outcome, and by the way that they took."""

    by_outcome: Mapping[str, int] = field(default_factory=dict)
    by_way: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Of a version as of `at`. `members` are all who came in by it; `standing` and `passed` go by
    the step's id ("" of those who come to the first), `messages` too. `silent_count` were given
    something, and of their messages none went out or waits."""

    at: datetime
    members: Counted
    standing: Mapping[str, int]
    passed: Mapping[str, Passed]
    messages: Mapping[str, Counted]
    silent_count: int

    @property
    def members_count(self) -> int:
        return sum(self.members.values())


def counts(version: CampaignVersion, *, at: datetime) -> Counts:
    """Of those who are on this version now. Four statements."""
    params = {"version": version.pk, "campaign": version.campaign_id}
    members: dict[tuple[str, str], int] = defaultdict(int)
    standing: dict[str, int] = defaultdict(int)
    for state, reason, step, count in asking.rows(_MEMBERS, params):
        members[state, reason] += count
        if state in Enrollment.LIVE:
            standing[step] += count
    messages: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    for step, state, reason, count in asking.rows(_MESSAGES, params):
        messages[step][state, reason] = count
    return Counts(
        at=at,
        members=dict(members),
        standing=dict(standing),
        passed=_passed(params),
        messages=dict(messages),
        silent_count=asking.row(_SILENT, {**params, "told": _TOLD})[0],
    )


def _passed(params: Mapping[str, int]) -> dict[str, Passed]:
    outcomes: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    ways: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for step, kind, outcome, detail, count in asking.rows(_STEPS, params):
        outcomes[step][outcome] += count
        # Those held out are drawn into no variant: they come along its way without anything.
        is_drawn = outcome != StepRecord.Outcome.GHOST
        way = (detail if is_drawn else "") if kind == _SPLIT else _WAYS.get(outcome, "")
        if way:
            ways[step][way] += count
    return {step: Passed(dict(found), dict(ways[step])) for step, found in outcomes.items()}


_MEMBERS = """
SELECT e.state, e.reason, e.step, count(*) FROM campaigns_enrollment e
 WHERE e.campaign_id = %(campaign)s AND e.version_id = %(version)s
 GROUP BY e.state, e.reason, e.step
"""
# What was given is another detail for each member.
_STEPS = """
SELECT s.step, s.kind, s.outcome, CASE WHEN s.kind = 'SPLIT' THEN s.detail ELSE '' END AS way,
       count(*)
  FROM campaigns_enrollment e JOIN campaigns_steprecord s ON s.enrollment_id = e.id
 WHERE e.campaign_id = %(campaign)s AND e.version_id = %(version)s
 GROUP BY s.step, s.kind, s.outcome, way
"""
_MESSAGES = """
SELECT d.step, d.state, d.reason, count(*)
  FROM campaigns_enrollment e JOIN campaigns_delivery d
    ON d.enrollment_id = e.id AND d.campaign_id = e.campaign_id
 WHERE e.campaign_id = %(campaign)s AND e.version_id = %(version)s
 GROUP BY d.step, d.state, d.reason
"""
_SILENT = """
SELECT count(*) FROM (
    SELECT d.enrollment_id FROM campaigns_delivery d
      JOIN campaigns_enrollment e ON e.id = d.enrollment_id
     WHERE e.campaign_id = %(campaign)s AND e.version_id = %(version)s
       AND d.campaign_id = %(campaign)s
     GROUP BY d.enrollment_id HAVING NOT bool_or(d.state = ANY(%(told)s) OR d.state = 'GHOST')
) untold
 WHERE EXISTS (
    SELECT FROM campaigns_steprecord s WHERE s.enrollment_id = untold.enrollment_id
       AND s.kind = 'GRANT' AND s.outcome = 'DONE')
"""
