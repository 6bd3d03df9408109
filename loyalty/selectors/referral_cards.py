"""What a member sees of recommending: friends without names, the ladder, and what it brought."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Case, CharField, F, Q, Value, When

from loyalty.models import PrizeGrant, Referral, ReferralPrize, ReferralProgram, ReferralStep
from loyalty.rules import referrals as rules
from loyalty.selectors import referrals

MOST_PRIZES = 100
ORIGIN = "REFERRAL"
_State = Referral.State


@dataclass(frozen=True)
class Rung:
    """A step of the ladder: whether it stands now."""

    step: int
    is_reached: bool


@dataclass(frozen=True)
class Card:
    """As of `at`; `program` is the one that counts: the live one, or the last that the member
    climbed."""

    member_id: int
    program: ReferralProgram | None
    at: datetime

    @cached_property
    def states(self) -> dict[str, int]:
        """Friends by state, whatever the programme."""
        now = Case(
            When(Q(state=_State.ORDERED, matures_at__lte=self.at), then=Value(_State.MATURED)),
            default=F("state"),
            output_field=CharField(),
        )
        rows = Referral.objects.filter(referrer_id=self.member_id).annotate(now=now)
        counted = Counter(rows.values_list("now", flat=True))
        return {state: counted[state] for state in _State.values}

    @cached_property
    def friends(self) -> int:
        """How many stand on the ladder."""
        if self.program is None:
            return 0
        return referrals.friends_counted(program=self.program, referrer_id=self.member_id)

    @cached_property
    def ladder(self) -> list[Rung]:
        standing = set(
            ReferralStep.objects.filter(
                member_id=self.member_id, program=self.program, undone_at=None
            ).values_list("step", flat=True)
        )
        return [Rung(step, step in standing) for step in self._steps]

    @property
    def next_step(self) -> int | None:
        return rules.next_step(self.friends, self._steps)

    @cached_property
    def prizes(self) -> list[PrizeGrant]:
        """The newest first."""
        rows = PrizeGrant.objects.filter(member_id=self.member_id, origin=ORIGIN)
        return list(rows.order_by("-pk")[:MOST_PRIZES])

    @cached_property
    def points(self) -> int:
        """All points that it brought and that stand."""
        rows = PrizeGrant.objects.filter(
            member_id=self.member_id, origin=ORIGIN, state=PrizeGrant.State.GIVEN
        )
        return sum(rows.values_list("points", flat=True))

    @cached_property
    def _steps(self) -> list[int]:
        if self.program is None:
            return []
        rows = self.program.prizes.filter(moment=ReferralPrize.Moment.LADDER)
        return sorted({step for step in rows.values_list("step", flat=True) if step})


def of_member(*, member_id: int, live: ReferralProgram | None, at: datetime) -> Card:
    """What the member sees."""
    program = live
    if program is None:
        last = Referral.objects.filter(referrer_id=member_id).select_related("program")
        found = last.order_by("-pk").first()
        program = found.program if found else None
    return Card(member_id, program, at)
