"""A referral programme that is live, drafts, friends in every state, and what came of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from loyalty.models import Referral, ReferralCode, ReferralProgram
from tests.loyalty import referral_shop as shop_of
from tests.loyalty.referral_shop import FIRST_ORDER, FRIEND, LADDER, REFERRER, REGISTRATION

ROWS = 12


def fill(people: Sequence[Any], *, at: datetime) -> None:
    for number in range(ROWS):
        ReferralProgram.objects.create(code=f"draft-{number}", name_en=f"Draft {number}")
    program = shop_of.live(
        (REGISTRATION, REFERRER, 10),
        (REGISTRATION, FRIEND, 20),
        (FIRST_ORDER, REFERRER, 100),
        (LADDER, REFERRER, 50, 3),
        link_url="https://shop.example/join?ref={code}",
    )
    ReferralCode.objects.create(member=people[0], code="23456789", created_at=at)
    for number, friend in enumerate(people[1:ROWS]):
        Referral.objects.create(
            program=program,
            referrer=people[0],
            friend=friend,
            state="REVIEW" if number % 3 else "REGISTERED",
            reasons=["same_device", "ring"] if number % 3 else [],
            claimed_at=at,
            recorded_at=at,
        )
