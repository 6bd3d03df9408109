"""What came of challenges: members on their way, times reached, times taken back."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from loyalty.models import ChallengeAward, ChallengeProgress


@dataclass(frozen=True)
class Counts:
    """`members_count` have something counted in some window; `undone_count` aren't among those
    reached."""

    members_count: int = 0
    reached_count: int = 0
    undone_count: int = 0


NONE = Counts()


def counts(*, challenge_ids: Sequence[int]) -> dict[int, Counts]:
    """By challenge. Two queries."""
    begun = ChallengeProgress.objects.filter(challenge_id__in=challenge_ids).filter(
        Q(value__gt=0) | Q(joined_at__isnull=False)
    )
    members = dict(
        begun.values_list("challenge_id").annotate(found=Count("member_id", distinct=True))
    )
    awards = ChallengeAward.objects.filter(challenge_id__in=challenge_ids)
    rows = awards.values_list("challenge_id").annotate(
        stand=Count("pk", filter=Q(undone_at=None)), gone=Count("pk", filter=~Q(undone_at=None))
    )
    found = {pk: (stand, gone) for pk, stand, gone in rows}
    return {
        pk: Counts(members.get(pk, 0), *found.get(pk, (0, 0)))
        for pk in {*members.keys(), *found.keys()}
    }
