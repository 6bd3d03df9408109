"""Friends who were recommended."""

from dataclasses import dataclass

from members.registry.facts import Fact, fact


@fact("loyalty.referral.claimed")
@dataclass(frozen=True, kw_only=True)
class ReferralClaimed(Fact):
    """Told of the friend: who recommended them is theirs to see."""

    referral: str
    is_to_review: bool


@fact("loyalty.referral.changed")
@dataclass(frozen=True, kw_only=True)
class ReferralChanged(Fact):
    """Told of who recommended, without the friend: how far it has come, and whether it counts for
    them, on the ladder and in challenges."""

    referral: str
    referral_id: int
    state: str
    is_counted: bool


@fact("loyalty.referral.step_reached")
@dataclass(frozen=True, kw_only=True)
class ReferralStepReached(Fact):
    """So many friends; `round` is 2 when it was lost and earned again."""

    step: int
    round: int


@fact("loyalty.referral.step_undone")
@dataclass(frozen=True, kw_only=True)
class ReferralStepUndone(Fact):
    """A friend counts no more, and with them the step."""

    step: int
    round: int
