"""What a text names and a member may not have yet is made before it is written."""

from collections.abc import Collection, Sequence
from datetime import datetime

from campaigns.selectors import referral_variables
from campaigns.selectors.asked import Asked
from loyalty.services import referral_codes, referrals


def make_missing(*, asked: Sequence[Asked], needed: Collection[str], at: datetime) -> None:
    """A code of their own for those who are asked to recommend, while a programme is live."""
    if not asked or set(needed).isdisjoint(referral_variables.CODES):
        return
    if referrals.live_program(at=at) is not None:
        referral_codes.make_missing(member_ids={one.member.pk for one in asked}, at=at)
