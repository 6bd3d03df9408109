"""Facts that this app tells. docs/events.md lists them; a test compares."""

from dataclasses import dataclass

from members.registry.facts import Fact, fact


@fact("campaigns.message.sent")
@dataclass(frozen=True, kw_only=True)
class MessageSent(Fact):
    delivery: str
    campaign: str
    medium: str
