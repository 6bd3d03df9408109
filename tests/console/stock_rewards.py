"""Rewards in the catalogue, and what members redeemed of them."""

from datetime import datetime
from typing import Any

from loyalty.models import Reward
from loyalty.services import points, redemption_requests, rewards
from loyalty.services.documents import Source
from loyalty.services.redemption_requests import Ask

ROWS = 12


def fill(people: list[Any], *, at: datetime) -> None:
    """A dozen rewards, each redeemed by the first member; every third one is yet to be paid."""
    points.grant(member_id=people[0].pk, points=10_000, key="rewards", reason="opening", at=at)
    for number in range(ROWS):
        made = Reward.objects.create(
            code=f"r-{number}",
            name_en=f"Reward {number}",
            kind="GOODS",
            price_points=100,
            price_amount=0 if number % 3 else 1_000,
            stock_count=100,
            created_at=at,
        )
        rewards.go_live(reward_id=made.pk)
        ask = Ask(reward_uid=made.uid, member_id=people[0].pk, external_id=f"x-{number}")
        redemption_requests.request(ask=ask, source=Source(name="app"), at=at)
