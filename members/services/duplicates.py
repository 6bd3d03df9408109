"""The queue of pairs that may be one person: filled by a finder, emptied by people.

Source: docs/algorithms/duplicates.md.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import Q

from members.errors import AlreadyDecided, NotFound, ReasonRequired
from members.models import DuplicateCandidate, DuplicatePolicy, Job
from members.rules import duplicates as rules
from members.rules.duplicates import Judgment, Likeness
from members.selectors import duplicates as selector
from members.selectors.duplicates import Limits, Pair
from members.services import audit, jobs
from members.services.jobs import RunningJob

KIND = "members.duplicates"
# The only row that there may be of the policy.
THE_ONE = 1
_CHUNK = 5_000
_State = DuplicateCandidate.State


@dataclass
class Found:
    """What a run found and did; `skipped` counts keys that too many members share, by kind."""

    pairs: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0
    left_out: int = 0
    skipped: int = 0


def policy() -> DuplicatePolicy:
    """How the finder looks: what an operator set, else the defaults."""
    return DuplicatePolicy.objects.first() or DuplicatePolicy(pk=THE_ONE)


def find(*, at: datetime, found: Found | None = None) -> Iterator[int]:
    """Looks at all living members and brings the queue up to date; yields after each part how
    many rows it wrote. Run twice it finds the same."""
    told = found or Found()
    settings = policy()
    limits = Limits(settings.group_limit, tuple(settings.device_keys))
    # Those alone are kept: of a million members, millions share a little.
    alike: dict[Pair, Judgment] = {}
    for block in selector.blocks(limits):
        told.skipped += block.skipped_count
        for part in _streamed(block.pairs()):
            likenesses = selector.likenesses(part, limits)
            alike |= _alike(likenesses, settings.threshold)
            yield 0
    told.pairs = len(alike)
    yield from _update_known(alike, told, at)
    yield from _add_new(alike, settings.new_limit, told, at)
    yield _close_gone(alike, told, at)


def start(*, actor_id: int | None, at: datetime) -> Job:
    """The job that looks now; one that waits or runs already serves for both."""
    waiting = Job.objects.filter(
        kind=KIND, state__in=(Job.State.QUEUED, Job.State.RUNNING)
    ).order_by("pk")
    return waiting.first() or jobs.enqueue(kind=KIND, params={}, at=at, requested_by_id=actor_id)


def run(job: RunningJob, at: datetime) -> None:
    """What a job of this kind does. Begins anew after a kill: what was written is found as
    done."""
    found = Found()
    for count in find(at=at, found=found):
        job.progress(cursor={}, done=count)
        job.go_on()
    job.result(**vars(found))


def dismiss(*, candidate_id: int, note: str, actor_id: int, at: datetime) -> DuplicateCandidate:
    """The pair, said to be two people; it comes back only with a reason that is new.

    Raises: NotFound; AlreadyDecided; ReasonRequired.
    """
    if not note.strip():
        raise ReasonRequired
    return _decide(candidate_id, _State.OPEN, _State.DISMISSED, note.strip(), actor_id, at)


def reopen(*, candidate_id: int, note: str, actor_id: int, at: datetime) -> DuplicateCandidate:
    """A dismissed pair, to be looked at again.

    Raises: NotFound; AlreadyDecided; ReasonRequired.
    """
    if not note.strip():
        raise ReasonRequired
    return _decide(candidate_id, _State.DISMISSED, _State.OPEN, note.strip(), actor_id, at)


def _decide(
    candidate_id: int, before: str, after: str, note: str, actor_id: int, at: datetime
) -> DuplicateCandidate:
    with transaction.atomic():
        row = DuplicateCandidate.objects.select_for_update().filter(pk=candidate_id).first()
        if row is None:
            raise NotFound
        if row.state != before:
            raise AlreadyDecided
        row.state, row.note = after, note
        row.decided_at, row.decided_by_id = at, actor_id
        row.save(update_fields=["state", "note", "decided_at", "decided_by"])
        audit.record(
            action=f"members.duplicate.{after.lower()}",
            at=at,
            actor_id=actor_id,
            member_id=row.first_id,
            # Why is said in the pair, which goes with either of the two.
            details={"pair": row.pk, "other_id": row.second_id},
        )
    return row


def _update_known(alike: Mapping[Pair, Judgment], told: Found, at: datetime) -> Iterator[int]:
    """Scores that moved; dismissed pairs with a new reason, and gone ones, are open again."""
    for part in _parts(sorted(alike)):
        with transaction.atomic():
            changed = [row for row in _known(part) if _take_over(row, alike, at)]
            DuplicateCandidate.objects.bulk_update(
                changed, ["score", "reasons", "state", "found_at", "decided_at", "decided_by"]
            )
        told.changed += len(changed)
        yield len(changed)


def _known(pairs: Sequence[Pair]) -> Iterable[DuplicateCandidate]:
    firsts = {first for first, _ in pairs}
    wanted = set(pairs)
    rows = DuplicateCandidate.objects.filter(first__in=firsts).order_by("pk").select_for_update()
    return [row for row in rows if (row.first_id, row.second_id) in wanted]


def _take_over(row: DuplicateCandidate, alike: Mapping[Pair, Judgment], at: datetime) -> bool:
    judgment = alike[row.first_id, row.second_id]
    if row.state == _State.DISMISSED and not rules.has_new_reason(judgment.reasons, row.reasons):
        return False
    if row.state == _State.OPEN and row.reasons == judgment.reasons:
        return False
    if row.state != _State.OPEN:
        row.state, row.found_at = _State.OPEN, at
        row.decided_at, row.decided_by = None, None
    row.score, row.reasons = judgment.score, dict(judgment.reasons)
    return True


def _add_new(
    alike: Mapping[Pair, Judgment], limit: int, told: Found, at: datetime
) -> Iterator[int]:
    known = set(DuplicateCandidate.objects.values_list("first_id", "second_id"))
    fresh = sorted(alike.keys() - known, key=lambda pair: (-alike[pair].score, pair))
    told.left_out = max(0, len(fresh) - limit)
    for part in _parts(fresh[:limit]):
        rows = [
            DuplicateCandidate(
                first_id=first,
                second_id=second,
                score=alike[first, second].score,
                reasons=dict(alike[first, second].reasons),
                found_at=at,
            )
            for first, second in part
        ]
        DuplicateCandidate.objects.bulk_create(rows, ignore_conflicts=True)
        told.new += len(rows)
        yield len(rows)


def _close_gone(alike: Mapping[Pair, Judgment], told: Found, at: datetime) -> int:
    """Open pairs that are no longer alike, or of which one lives no more."""
    pairs = DuplicateCandidate.objects.filter(state=_State.OPEN)
    gone = [
        pk
        for pk, first, second in pairs.values_list("pk", "first_id", "second_id")
        if (first, second) not in alike
    ]
    dead = pairs.filter(
        Q(first__state__in=("MERGED", "ERASED")) | Q(second__state__in=("MERGED", "ERASED"))
    )
    gone += dead.values_list("pk", flat=True)
    rows = DuplicateCandidate.objects.filter(pk__in=gone, state=_State.OPEN)
    told.gone = rows.update(state=_State.GONE, decided_at=at)
    return told.gone


def _alike(likenesses: Mapping[Pair, Likeness], threshold: int) -> dict[Pair, Judgment]:
    judged = ((pair, rules.judge(likeness)) for pair, likeness in likenesses.items())
    return {pair: judgment for pair, judgment in judged if judgment.score >= max(1, threshold)}


def _streamed(pairs: Iterator[Pair]) -> Iterator[list[Pair]]:
    while part := sorted(set(islice(pairs, _CHUNK))):
        yield part


def _parts(pairs: Sequence[Pair]) -> Iterator[Sequence[Pair]]:
    for start_at in range(0, len(pairs), _CHUNK):
        yield pairs[start_at : start_at + _CHUNK]
