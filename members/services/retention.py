"""Removes what has been kept long enough: category by category, chunk by chunk.

Each app registers what ages (`members.registry.privacy`); how long, operators say, above the
minimum that the category needs. A run is a job with its progress; the night runs the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from members.errors import DomainError
from members.models import Job, RetentionRule
from members.registry import privacy
from members.registry.privacy import RetentionCategory
from members.services import audit, jobs
from members.services.jobs import RunningJob

KIND = "members.retention"
CHUNK = 1_000
LONGEST_DAYS = 36_500


class UnknownCategory(DomainError):
    """No app has data of this category."""

    code = "unknown_category"


class TooShort(DomainError):
    """These data have to be kept longer than that."""

    code = "kept_too_short"


class TooLong(DomainError):
    """A hundred years are the longest that can be set."""

    code = "kept_too_long"


class AlreadyRunning(DomainError):
    """A retention run is on its way: wait for it, or cancel it."""

    code = "already_running"
    status = 409


@dataclass(frozen=True, kw_only=True)
class Due:
    """One category of a dry run: what a run at that instant would remove."""

    category: RetentionCategory
    rule: RetentionRule
    before: datetime
    count: int


def install() -> int:
    """How many rules were added for categories that had none; others stay as operators set them."""
    known = set(RetentionRule.objects.values_list("category", flat=True))
    fresh = [
        RetentionRule(category=one.code, days=max(one.default_days, one.minimum_days))
        for one in privacy.retention_categories()
        if one.code not in known
    ]
    RetentionRule.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def set_rule(
    *, category: str, days: int, is_active: bool, actor_id: int, at: datetime
) -> RetentionRule:
    """The rule that runs go by from now on.

    Raises: UnknownCategory; TooShort, with `minimum_days`; TooLong.
    """
    check(category=category, days=days)
    with transaction.atomic():
        rule, _ = RetentionRule.objects.update_or_create(
            category=category, defaults={"days": days, "is_active": is_active}
        )
        audit.record(
            action="retention.set",
            at=at,
            actor_id=actor_id,
            details={"category": category, "days": days, "is_active": is_active},
        )
    return rule


def check(*, category: str, days: int) -> None:
    """Raises: UnknownCategory; TooShort, with `minimum_days`; TooLong."""
    known = privacy.RETENTION.get(category)
    if known is None:
        raise UnknownCategory(category=category)
    if days < known.minimum_days:
        raise TooShort(minimum_days=known.minimum_days)
    if days > LONGEST_DAYS:
        raise TooLong


def dry_run(*, at: datetime) -> list[Due]:
    """What a run at `at` would remove, by category; nothing is removed."""
    install()
    return [
        Due(category=one, rule=rule, before=before, count=one.count(before))
        for one, rule, before in _rules(at)
    ]


def enqueue(*, actor_id: int, at: datetime) -> Job:
    """The job that removes what is due.

    Raises: AlreadyRunning.
    """
    waiting = (Job.State.QUEUED, Job.State.RUNNING, Job.State.CANCELING)
    with transaction.atomic():
        if Job.objects.filter(kind=KIND, state__in=waiting).exists():
            raise AlreadyRunning
        audit.record(action="retention.run", at=at, actor_id=actor_id)
        params = {"at": at.isoformat()}
        return jobs.enqueue(kind=KIND, params=params, at=at, requested_by_id=actor_id)


def run(job: RunningJob, now: datetime) -> None:
    """What a job of this kind does; its cursor keeps the counts, and the categories that are done.

    Two runs at once take turns at rows: none is removed twice.
    """
    at = datetime.fromisoformat(job.params["at"])
    counts: dict[str, int] = dict(job.cursor.get("counts", {}))
    done: list[str] = list(job.cursor.get("done", []))
    install()
    for category, _rule, before in _rules(at, active_only=True):
        if category.code in done:
            continue
        counts.setdefault(category.code, 0)
        while True:
            job.go_on()
            with transaction.atomic():
                removed = category.remove(before, CHUNK)
                counts[category.code] += removed
                job.progress(cursor={"counts": counts, "done": done}, done=removed)
            if removed == 0:
                break
        done.append(category.code)
        _finish(category, counts[category.code], at)
        job.progress(cursor={"counts": counts, "done": done}, done=0)
    job.result(**counts)


def run_nightly(*, at: datetime) -> Iterator[int]:
    """The nightly step: yields how many rows each chunk removed."""
    install()
    for category, _rule, before in _rules(at, active_only=True):
        total = 0
        while removed := _remove(category, before):
            total += removed
            yield removed
        _finish(category, total, at)


def _remove(category: RetentionCategory, before: datetime) -> int:
    with transaction.atomic():
        return category.remove(before, CHUNK)


def _rules(
    at: datetime, *, active_only: bool = False
) -> list[tuple[RetentionCategory, RetentionRule, datetime]]:
    """Rules of categories that an app still has; never shorter than the category's minimum, which
    may have grown since the rule was set."""
    rules = {rule.category: rule for rule in RetentionRule.objects.all()}
    return [
        (one, rules[one.code], at - timedelta(days=max(rules[one.code].days, one.minimum_days)))
        for one in privacy.retention_categories()
        if one.code in rules and (rules[one.code].is_active or not active_only)
    ]


def _finish(category: RetentionCategory, removed: int, at: datetime) -> None:
    RetentionRule.objects.filter(category=category.code).update(
        last_run_at=at, removed_count=removed
    )
