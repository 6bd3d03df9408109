"""A referral programme, friends who come by codes, and a worker that hears of it."""

from datetime import timedelta
from typing import Any

from loyalty.models import PrizeGrant, Referral, ReferralBoost, ReferralPrize, ReferralProgram
from loyalty.services import referral_codes, referral_programs, referral_settling, referrals
from loyalty.services.referrals import Claiming
from members.models import Member
from members.registry.introductions import Introduction
from members.services import dispatches, members
from members.services.identities import IdentityClaim
from tests.loyalty import till
from tests.loyalty.till import NOW, line

REGISTRATION, FIRST_ORDER, LADDER = ReferralPrize.Moment.values
REFERRER, FRIEND = ReferralPrize.Side.values
DAY = timedelta(days=1)


def live(*prizes: tuple[Any, ...], boosts: Any = (), **settings: Any) -> ReferralProgram:
    """Live, with prizes (moment, side, points or fields of a prize, step)."""
    program = ReferralProgram.objects.create(
        code=settings.pop("code", "friends"),
        name_en="Friends",
        name_zh="推荐有礼",
        **{"hour_limit": None, "created_at": NOW, **settings},
    )
    for moment, side, worth, *step in prizes:
        fields = worth if isinstance(worth, dict) else {"what": "POINTS", "points": worth}
        ReferralPrize.objects.create(
            program=program, moment=moment, side=side, step=step[0] if step else None, **fields
        )
    for tag, percent in boosts:
        ReferralBoost.objects.create(program=program, tag=tag, percent=percent)
    return referral_programs.go_live(program_id=program.pk)


def code_of(member: Member) -> str:
    return referral_codes.of_member(member_id=member.pk, at=NOW).code


def join(number: int, referrer: Member, *, when: Any = NOW, verified: bool = True, **told: str):
    """A friend joins with the referrer's code; the worker hears of it."""
    claim = IdentityClaim("PHONE", phone(number), is_verified=verified)
    registration = members.Registration(
        identities=(claim,),
        channel="pos",
        store="SH01",
        introduction=Introduction(code=code_of(referrer), **told),
    )
    friend = members.register(registration=registration, at=when).member
    work(when)
    return friend


def join_by(number: int, code: str, *, when: Any = NOW, **told: str) -> Member:
    """A friend joins with a code that they were told."""
    made = members.Registration(
        identities=(IdentityClaim("PHONE", phone(number), is_verified=True),),
        introduction=Introduction(code=code, **told),
    )
    return members.register(registration=made, at=when).member


def newcomer(number: int, *, when: Any = NOW, told: Introduction | None = None) -> Member:
    """Joins by themselves, with a proven phone."""
    made = members.Registration(
        identities=(IdentityClaim("PHONE", phone(number), is_verified=True),),
        channel="pos",
        store="SH01",
        introduction=told,
    )
    return members.register(registration=made, at=when).member


def phone(number: int) -> str:
    return f"137{number:08d}"


def verify(number: int, *, when: Any = NOW) -> None:
    """The friend proves the phone by logging in."""
    claim = IdentityClaim("PHONE", phone(number), is_verified=True)
    members.register(registration=members.Registration(identities=(claim,)), at=when)
    work(when)


def claim(friend: Member, referrer: Member, *, when: Any = NOW, **told: str) -> Referral:
    asked = Claiming(friend_id=friend.pk, code=code_of(referrer), **told)
    found = referrals.claim(claiming=asked, at=when).referral
    work(when)
    found.refresh_from_db()
    return found


def buy(number: int, amount: int = 10_000, *, when: Any = NOW, name: str = "", **options: Any):
    """The friend with this number buys; the worker hears of it."""
    order = till.sell(
        name or f"o-{number}", line("1", amount), phone=phone(number), when=when, **options
    )
    work(options.get("now") or when)
    return order


def give_back(order: Any, amount: int | None = None, *, when: Any, name: str = "") -> None:
    till.give_back(order, name or f"r-{order['id']}", amount, when=when)
    work(when)


def work(when: Any) -> None:
    while dispatches.drain(at=when + timedelta(seconds=1)):
        pass


def night(when: Any) -> int:
    return sum(referral_settling.settle_due(at=when))


def of(friend: Member) -> Referral:
    return Referral.objects.get(friend=friend)


def given(member: Member) -> list[int]:
    """Points of prizes that stand, in the order in which they were given."""
    rows = PrizeGrant.objects.filter(member_id=member.pk, state="GIVEN").order_by("pk")
    return list(rows.values_list("points", flat=True))


def lifetime(member: Member) -> int:
    """What the member was given and keeps: points that stand."""
    return sum(given(member))
