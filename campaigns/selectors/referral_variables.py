"""What a member recommends with: code, link, and friends who count."""

from collections.abc import Collection, Sequence

from django.db.models import Count

from campaigns.selectors.asked import Asked, Moment, Variables, known
from loyalty.models import Referral, ReferralCode, ReferralProgram
from loyalty.rules import referrals as rules
from loyalty.services import referrals

CODES = frozenset({"referral_code", "referral_link"})
NAMES = (*CODES, "friends_count")


def read(asked: Sequence[Asked], wanted: frozenset[str], moment: Moment) -> list[Variables]:
    """Three queries; nothing while no programme is live, and no code of who never asked for one:
    `campaigns.services.variable_making` makes them before."""
    live = referrals.live_program(at=moment.at)
    if live is None:
        return [{} for _ in asked]
    ids = {one.member.pk for one in asked}
    rows = ReferralCode.objects.filter(member_id__in=ids, stopped_at=None)
    codes = dict(rows.values_list("member_id", "code"))
    friends = _friends(live, ids) if "friends_count" in wanted else {}
    return [_of(codes.get(one.member.pk, ""), live, friends.get(one.member.pk, 0)) for one in asked]


def _of(code: str, live: ReferralProgram, friends: int) -> Variables:
    link = rules.link(live.link_url, code) if code else ""
    return known(referral_code=code, referral_link=link, friends_count=friends)


def _friends(program: ReferralProgram, ids: Collection[int]) -> dict[int, int]:
    """As `referrals.friends_counted` says of one."""
    rows = Referral.objects.filter(program=program, referrer_id__in=ids, is_rewarded=True)
    if program.ladder_basis == ReferralProgram.Basis.FIRST_ORDER:
        rows = rows.filter(state=Referral.State.MATURED)
    else:
        rows = rows.filter(verified_at__isnull=False).exclude(state__in=rules.STILL)
    counted = rows.order_by().values("referrer_id").annotate(count=Count("pk"))
    return {row["referrer_id"]: row["count"] for row in counted}
