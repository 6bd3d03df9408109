"""Rules of tags: who bears a tag because a condition is true of them. See docs/service.md.

A rule gives and takes only what is a rule's: what a person gave stays until a person takes it.
Everything is set-based, in parts of the members' ids, each a transaction of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import Max

from members.errors import DomainError, NotFound
from members.models import Job, Member, Tag, TagRule
from members.registry import member_fields, panels
from members.rules.conditions import BadCondition, Condition
from members.selectors import member_conditions, member_counts
from members.selectors.member_conditions import Whose
from members.selectors.member_counts import Preview
from members.services import jobs
from members.services.jobs import RunningJob

logger = structlog.get_logger(__name__)
KIND = "members.tag_rules"
NIGHT, NIGHT_ORDER = "members.tag_rules", 80
# So many ids at a time: seconds, even of a condition that sums orders.
PART = 50_000


class EmptyRule(DomainError):
    """Say who bears the tag: a rule without a condition would tag everybody."""

    code = "empty_rule"


class OwnTag(DomainError):
    """A rule can't ask for the tag that it gives."""

    code = "own_tag"


@dataclass(frozen=True)
class Change:
    """How many members got a tag, and how many lost it."""

    added: int
    removed: int


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_job_kind(KIND, run)
    panels.add_night_step(panels.NightStep(NIGHT, NIGHT_ORDER, night))


def check(*, tag: Tag | None, tree: Mapping[str, Any]) -> Condition:
    """The rule's condition.

    Raises: BadCondition; EmptyRule; OwnTag; what apps above have against it.
    """
    condition = member_conditions.read(tree)
    if condition.is_always:
        raise EmptyRule
    for leaf in condition.leaves:
        if tag is not None and leaf.field.code == "member.tags" and tag.code in leaf.value:
            raise OwnTag
    member_fields.check_rule(tag, tree)
    return condition


def define(*, rule: TagRule) -> TagRule:
    """The rule, saved; lists show its tag as one that a rule gives.

    Raises: as `check`; then nothing was saved.
    """
    with transaction.atomic():
        check(tag=rule.tag, tree=rule.condition)
        rule.save()
        Tag.objects.filter(pk=rule.tag_id, origin=Tag.Origin.HAND).update(origin=Tag.Origin.RULE)
    return rule


def preview(*, tree: Mapping[str, Any], at: datetime) -> Preview:
    """Raises: BadCondition."""
    return member_counts.preview(member_conditions.read(tree), at=at)


def run_now(*, rule_id: int, at: datetime, actor_id: int | None = None) -> Job:
    """The job that judges everybody by this rule; the one that is waiting or running, if any.

    Raises: NotFound, also for a rule that is not in force.
    """
    with transaction.atomic():
        rule = TagRule.objects.select_for_update().filter(pk=rule_id, is_active=True).first()
        if rule is None:
            raise NotFound
        params = {"rule_id": rule_id}
        going = Job.objects.filter(
            kind=KIND, params=params, state__in=(Job.State.QUEUED, Job.State.RUNNING)
        ).first()
        if going is not None:
            return going
        return jobs.enqueue(kind=KIND, params=params, at=at, requested_by_id=actor_id)


def run(job: RunningJob, at: datetime) -> None:
    """What a job of this kind does; goes on where it was broken off."""
    rule_id = job.params["rule_id"]
    last = _last_id()
    done = Change(job.cursor.get("added", 0), job.cursor.get("removed", 0))
    low = job.cursor.get("low", 0)
    while low < last:
        job.go_on()
        with transaction.atomic():
            part = _apply(rule_id, low, at)
            done = Change(done.added + part.added, done.removed + part.removed)
            step = min(PART, last - low)
            low += step
            cursor = {"low": low, "added": done.added, "removed": done.removed}
            job.progress(cursor=cursor, done=step, total=last)
    _close(rule_id, done, at)
    job.result(added=done.added, removed=done.removed)


def night(at: datetime) -> Iterator[int]:
    """Judges everybody by every rule in force; yields how many tags changed, part by part. A rule
    that can't be read any more is passed over: its page says so."""
    for rule in TagRule.objects.filter(is_active=True).order_by("pk"):
        try:
            yield from _of_night(rule, at)
        except BadCondition as problem:
            logger.warning("tag_rule_unreadable", rule=rule.pk, problem=problem.problem)


def judge_all(rule: TagRule, at: datetime) -> Iterator[int]:
    """Judges everybody by one rule, part by part; for a night step of what the rule asks for.

    Raises: BadCondition.
    """
    yield from _of_night(rule, at)


def _of_night(rule: TagRule, at: datetime) -> Iterator[int]:
    added = removed = 0
    for low in range(0, _last_id(), PART):
        with transaction.atomic():
            part = _apply(rule.pk, low, at)
        added, removed = added + part.added, removed + part.removed
        yield part.added + part.removed
    _close(rule.pk, Change(added, removed), at)


def _apply(rule_id: int, low: int, at: datetime) -> Change:
    """One part, behind the rule's lock: two at once judge one after the other.

    Raises: BadCondition.
    """
    rule = TagRule.objects.select_for_update().get(pk=rule_id)
    if not rule.is_active:
        return Change(0, 0)
    part = Whose(low=low, high=low + PART)
    query = member_conditions.query(member_conditions.read(rule.condition), at=at, whose=part)
    tag: dict[str, Any] = {"tag": rule.tag_id, "origin": Tag.Origin.RULE.value}
    with connection.cursor() as cursor:
        cursor.execute(_APPLY.format(query=query.sql), {**query.params, **tag})
        added, removed = cursor.fetchone()
    return Change(added, removed)


def _close(rule_id: int, change: Change, at: datetime) -> None:
    TagRule.objects.filter(pk=rule_id).update(
        last_run_at=at, added_count=change.added, removed_count=change.removed
    )


def _last_id() -> int:
    return Member.objects.aggregate(last=Max("pk"))["last"] or 0


# All parts of a statement see the same rows, so nobody is given and taken the tag in one.
_APPLY = """
WITH hit AS MATERIALIZED (
  SELECT m.id {query}
), gone AS (
  DELETE FROM members_membertag borne
  WHERE borne.tag_id = %(tag)s AND borne.origin = %(origin)s
    AND borne.member_id > %(low)s AND borne.member_id <= %(high)s
    AND NOT EXISTS (SELECT FROM hit WHERE hit.id = borne.member_id)
  RETURNING 1
), come AS (
  INSERT INTO members_membertag (member_id, tag_id, actor_id, origin, created_at)
  SELECT hit.id, %(tag)s, NULL, %(origin)s, %(at)s FROM hit ORDER BY hit.id
  ON CONFLICT (member_id, tag_id) DO NOTHING
  RETURNING 1
)
SELECT (SELECT count(*) FROM come), (SELECT count(*) FROM gone)
"""
