"""Challenges that run and one that doesn't, members on their way, badges."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from loyalty.models import Badge, Challenge, ChallengeProgress
from loyalty.services import badges
from tests.loyalty.challenge_shop import challenge

ROWS = 12


def fill(people: Sequence[Any], *, at: datetime) -> None:
    Challenge.objects.create(code="draft", name_en="Draft", counts="ORDERS", created_at=at)
    for number in range(ROWS):
        made = challenge(f"ch-{number}", since=at, target=number + 2, window="MONTH")
        ChallengeProgress.objects.create(
            challenge=made, member=people[number], window_on=at.date(), value=1, updated_at=at
        )
        badge = Badge.objects.create(code=f"b-{number}", name_en=f"Badge {number}")
        badges.give(badge_id=badge.pk, member_id=people[0].pk, key=f"b-{number}", at=at)
