"""What this app hears of."""

from collections.abc import Sequence
from datetime import datetime

from loyalty.services import (
    accounts,
    behavior_events,
    behavior_notices,
    challenge_hearing,
    challenge_prizes,
    challenge_wants,
    community_rewards,
    guest_uses,
    referral_hearing,
    survey_awards,
)
from members.models import Event
from members.registry import behavior_events as behaviors
from members.registry import subscriptions


def open_accounts(events: Sequence[Event], at: datetime) -> None:
    """Whoever registers holds an account from the same instant."""
    accounts.open_accounts(joined=_members(events), at=at)


def join_guests(events: Sequence[Event], at: datetime) -> None:
    """Whoever bought as a guest before they registered has used what they used."""
    guest_uses.take_over(member_ids=_members(events))


def reward_registered(events: Sequence[Event], at: datetime) -> None:
    """Whoever registers gets the points of registering in the same transaction."""
    behavior_notices.registered(joined=_members(events), at=at)


def reward_completed(events: Sequence[Event], at: datetime) -> None:
    """From the worker: an account is never locked behind the lock on its member."""
    behavior_notices.completed(changed=_members(events), at=at)


def reward_answered(events: Sequence[Event], at: datetime) -> None:
    """From the worker: points for answering a survey."""
    survey_awards.answered(events=events, at=at)


def reward_invitations(events: Sequence[Event], at: datetime) -> None:
    """From the worker: the coupon that a community promises for inviting."""
    community_rewards.goal_reached(events=events, at=at)


def count_for_challenges(events: Sequence[Event], at: datetime) -> None:
    """From the worker: what happened counts in challenges, or no longer does."""
    challenge_hearing.hear(events=events, at=at)


def settle_challenges(events: Sequence[Event], at: datetime) -> None:
    """From the worker: prizes of challenges are given and taken back."""
    challenge_prizes.settle(events=events, at=at)


def settle_referrals(events: Sequence[Event], at: datetime) -> None:
    """From the worker: what friends' orders, returns and proofs bring."""
    referral_hearing.settle(events=events, at=at)


def settle_merged_referrals(events: Sequence[Event], at: datetime) -> None:
    """From the worker: a person's friends come together, or part."""
    referral_hearing.settle_merged(events=events, at=at)


def recount_invitations(events: Sequence[Event], at: datetime) -> None:
    """From the worker: a person's invitations to communities have come together."""
    community_rewards.merged(events=events, at=at)


def _members(events: Sequence[Event]) -> dict[int, datetime]:
    return {event.member_id: event.occurred_at for event in events if event.member_id}


# In this order: points need an account.
subscriptions.subscribe_at_once(
    event_type="members.member.registered",
    subscriber="loyalty.open_account",
    handler=open_accounts,
)
subscriptions.subscribe_at_once(
    event_type="members.member.registered",
    subscriber="loyalty.behaviors",
    handler=reward_registered,
)
subscriptions.subscribe_at_once(
    event_type="members.member.registered",
    subscriber="loyalty.guest_uses",
    handler=join_guests,
)
subscriptions.subscribe(
    event_type="members.member.changed",
    subscriber="loyalty.behaviors",
    handler=reward_completed,
)
behaviors.listen(
    subscriber="loyalty.behavior_events",
    wants=behavior_events.wants,
    handler=behavior_events.earn,
)
subscriptions.subscribe(
    event_type="members.survey.answered",
    subscriber="loyalty.surveys",
    handler=reward_answered,
)
subscriptions.subscribe(
    event_type="members.community.goal_reached",
    subscriber="loyalty.communities",
    handler=reward_invitations,
)
for _type, _wants in (
    ("loyalty.order.recorded", challenge_wants.wants_orders),
    ("loyalty.order.refunded", challenge_wants.wants_refunds),
    ("loyalty.behavior.rewarded", challenge_wants.wants_behaviors),
    ("loyalty.tier.upgraded", challenge_wants.wants_tiers),
    ("loyalty.tier.downgraded", challenge_wants.wants_tiers),
    ("loyalty.referral.changed", challenge_wants.wants_friends),
    ("members.member.merged", challenge_wants.wants_any),
    ("members.member.unmerged", challenge_wants.wants_any),
):
    subscriptions.subscribe(
        event_type=_type,
        subscriber="loyalty.challenges",
        handler=count_for_challenges,
        wants=_wants,
    )
for _type in (
    "loyalty.challenge.reached",
    "loyalty.challenge.undone",
    "loyalty.challenge.prize_owed",
):
    subscriptions.subscribe(
        event_type=_type, subscriber="loyalty.challenge_prizes", handler=settle_challenges
    )
for _type in (
    "loyalty.referral.claimed",
    "members.identity.verified",
    "loyalty.order.recorded",
    "loyalty.order.refunded",
):
    subscriptions.subscribe(
        event_type=_type,
        subscriber="loyalty.referrals",
        handler=settle_referrals,
        wants=referral_hearing.wants,
    )
for _type in ("members.member.merged", "members.member.unmerged"):
    subscriptions.subscribe(
        event_type=_type,
        subscriber="loyalty.referral_merges",
        handler=settle_merged_referrals,
    )
subscriptions.subscribe(
    event_type="members.member.merged",
    subscriber="loyalty.community_merges",
    handler=recount_invitations,
)
