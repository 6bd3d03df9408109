"""Tiers that changed."""

from dataclasses import dataclass

from members.registry.facts import Fact, fact


@fact("loyalty.tier.upgraded")
@dataclass(frozen=True, kw_only=True)
class TierUpgraded(Fact):
    from_tier: str
    to_tier: str
    order: str


@fact("loyalty.tier.downgraded")
@dataclass(frozen=True, kw_only=True)
class TierDowngraded(Fact):
    from_tier: str
    to_tier: str


@fact("loyalty.tier.renewed")
@dataclass(frozen=True, kw_only=True)
class TierRenewed(Fact):
    tier: str
    until_at: str


@fact("loyalty.tier.grace_begun")
@dataclass(frozen=True, kw_only=True)
class TierGraceBegan(Fact):
    tier: str
    until_at: str
