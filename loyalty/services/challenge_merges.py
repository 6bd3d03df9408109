"""What a merge moves of challenges and badges: steps, awards, and that one joined. The worker adds
the steps of both cards up, and judges the awards anew. Registered as a step of merges.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Max, Min

from loyalty.models import (
    ChallengeAward,
    ChallengeProgress,
    ChallengeStep,
    MemberBadge,
    MemberBadgeKey,
)
from loyalty.rules.challenges import EVER_ON
from members.services.merges import Merge

_PROGRESS = ("challenge_id", "window_on", "value", "joined_at", "updated_at")


def move(done: Merge) -> dict[str, Any]:
    """The retired member's part in challenges is the survivor's. A time that both reached follows
    the survivor's own times of that window."""
    awards = _move_awards(done)
    steps = ChallengeStep.objects.filter(member_id=done.retired_id)
    step_ids = list(steps.order_by("pk").values_list("pk", flat=True))
    steps.update(member_id=done.survivor_id)
    return {
        "awards": awards,
        "steps": step_ids,
        "progress": _move_progress(done),
        "badges": _move_badges(done),
    }


def give_back(done: Merge, moved: dict[str, Any]) -> None:
    """Steps, awards and badges are whose they were; what came since stays with the survivor."""
    theirs = ChallengeStep.objects.filter(pk__in=moved["steps"], member_id=done.survivor_id)
    theirs.update(member_id=done.retired_id)
    for award_id, ordinal in moved["awards"]:
        awards = ChallengeAward.objects.filter(pk=award_id, member_id=done.survivor_id)
        awards.update(member_id=done.retired_id, ordinal=ordinal)
    for row in moved["progress"]["rows"]:
        ChallengeProgress.objects.create(member_id=done.retired_id, **_read(row))
    for challenge_id, joined in moved["progress"]["joined"]:
        own = ChallengeProgress.objects.filter(
            member_id=done.survivor_id, challenge_id=challenge_id, window_on=EVER_ON
        )
        own.update(joined_at=_instant(joined))
    _give_badges_back(done, moved["badges"])


def _move_awards(done: Merge) -> list[list[int]]:
    """(award, number of its time before); numbers above all of the survivor's."""
    own = ChallengeAward.objects.filter(member_id=done.survivor_id)
    counts = own.values_list("challenge_id", "window_on").annotate(most=Max("ordinal"))
    most = {(challenge_id, first): number for challenge_id, first, number in counts}
    moved = []
    for award in ChallengeAward.objects.filter(member_id=done.retired_id).order_by("pk"):
        moved.append([award.pk, award.ordinal])
        award.ordinal += most.get((award.challenge_id, award.window_on), 0)
        award.member_id = done.survivor_id
        award.save(update_fields=["member", "ordinal"])
    return moved


def _move_progress(done: Merge) -> dict[str, Any]:
    """The retired member's rows go: sums are added anew. Who joined first, joined."""
    rows = ChallengeProgress.objects.filter(member_id=done.retired_id)
    kept = [_written(row) for row in rows.order_by("pk").values(*_PROGRESS)]
    joined = [row for row in kept if row["joined_at"]]
    before = [_join_first(done, row) for row in joined]
    rows.delete()
    return {"rows": kept, "joined": before}


def _join_first(done: Merge, row: Mapping[str, Any]) -> list[Any]:
    """Gives (challenge, since when the survivor had taken part)."""
    own = ChallengeProgress.objects.filter(
        member_id=done.survivor_id, challenge_id=row["challenge_id"], window_on=EVER_ON
    )
    before = own.aggregate(since=Min("joined_at"))["since"]
    since = _instant(row["joined_at"])
    assert since is not None
    if before is None or since < before:
        ChallengeProgress.objects.update_or_create(
            member_id=done.survivor_id,
            challenge_id=row["challenge_id"],
            window_on=EVER_ON,
            defaults={"joined_at": since, "updated_at": done.at},
        )
    return [row["challenge_id"], before.isoformat() if before else None]


def _move_badges(done: Merge) -> dict[str, Any]:
    """A badge that both wear is worn once, for the reasons of both."""
    own = {
        badge.badge_id: badge.pk
        for badge in MemberBadge.objects.filter(member_id=done.survivor_id, lost_at=None)
    }
    moved: dict[str, Any] = {"badges": [], "keys": []}
    for badge in MemberBadge.objects.filter(member_id=done.retired_id).order_by("pk"):
        moved["badges"].append([badge.pk, badge.lost_at.isoformat() if badge.lost_at else None])
        if badge.lost_at is None and badge.badge_id in own:
            keys = MemberBadgeKey.objects.filter(worn=badge)
            moved["keys"] += [[pk, badge.pk] for pk in keys.values_list("pk", flat=True)]
            keys.update(worn_id=own[badge.badge_id])
            badge.lost_at = done.at
        badge.member_id = done.survivor_id
        badge.save(update_fields=["member", "lost_at"])
    return moved


def _give_badges_back(done: Merge, moved: Mapping[str, Any]) -> None:
    """One whose last reason fell away since is not worn again."""
    shared = {badge_id for _, badge_id in moved["keys"]}
    for key_id, badge_id in moved["keys"]:
        MemberBadgeKey.objects.filter(pk=key_id).update(worn_id=badge_id)
    for badge_id, lost in moved["badges"]:
        theirs = MemberBadge.objects.filter(pk=badge_id, member_id=done.survivor_id)
        theirs.update(member_id=done.retired_id)
        stands = MemberBadgeKey.objects.filter(worn_id=badge_id, ended_at=None).exists()
        if badge_id in shared and stands:
            MemberBadge.objects.filter(pk=badge_id).update(lost_at=_instant(lost))
    _lose_without_reason(done)


def _lose_without_reason(done: Merge) -> None:
    """What the survivor wore for the other's reasons alone."""
    worn = MemberBadge.objects.filter(member_id=done.survivor_id, lost_at=None)
    worn.filter(keys__isnull=False).exclude(keys__ended_at=None).update(lost_at=done.at)


def _written(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "window_on": row["window_on"].isoformat(),
        "joined_at": row["joined_at"].isoformat() if row["joined_at"] else None,
        "updated_at": row["updated_at"].isoformat(),
    }


def _read(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "joined_at": _instant(row["joined_at"]),
        "updated_at": _instant(row["updated_at"]),
    }


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
