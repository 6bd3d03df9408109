"""Rows for the pages of benefits."""

from datetime import datetime
from typing import Any

from loyalty.models import BenefitWeight
from loyalty.services import benefit_uses
from tests.loyalty import benefit_shop

ROWS = 12


def fill(people: list[Any], at: datetime) -> None:
    """Live benefits, each used, rated and one taken back; weights of them."""
    for number in range(ROWS):
        made = benefit_shop.live(f"b-{number}", benefit_shop.everyone(3), every="MONTH")
        used = benefit_shop.use(made, people[0], f"b-{number}", at)
        benefit_uses.rate(
            use_uid=used.use.uid, member_id=people[0].pk, rating=1 + number % 10, at=at
        )
        BenefitWeight.objects.create(benefit=made, signal="LEFT", points=number)
    benefit_shop.void(used, at)
