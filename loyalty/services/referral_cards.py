"""A member's own page of recommending: the code is made when it is first asked for, and what time
has brought is settled before it is shown."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from loyalty.rules import referrals as rules
from loyalty.selectors import referral_cards
from loyalty.selectors.referral_cards import Card
from loyalty.services import referral_codes, referral_settling, referrals
from members.errors import MemberRestricted

# A page waits for no more.
MOST_SETTLED = 50


@dataclass(frozen=True)
class Shown:
    """`code` is empty for somebody whose data are restricted and who never had one."""

    code: str
    link: str
    is_live: bool
    card: Card


def show(*, member_id: int, at: datetime, most: int = MOST_SETTLED) -> Shown:
    """Code, link, friends, ladder and prizes. Of what time has brought so much is settled; the
    rest is the night's.

    Raises: NotFound, for somebody who is gone.
    """
    try:
        code = referral_codes.of_member(member_id=member_id, at=at).code
    except MemberRestricted:
        code = ""
    for _settled in islice(referral_settling.settle_due(at=at, member_id=member_id), most):
        pass
    live = referrals.live_program(at=at)
    card = referral_cards.of_member(member_id=member_id, live=live, at=at)
    url = live.link_url if live else ""
    return Shown(code, rules.link(url, code) if code else "", live is not None, card)
