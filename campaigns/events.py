"""Facts that this app tells. docs/events.md lists them; a test compares."""

from dataclasses import dataclass

from members.registry.facts import Fact, fact


@fact("campaigns.message.sent")
@dataclass(frozen=True, kw_only=True)
class MessageSent(Fact):
    delivery: str
    campaign: str
    medium: str


@fact("campaigns.message.bounced")
@dataclass(frozen=True, kw_only=True)
class MessageBounced(Fact):
    delivery: str
    campaign: str
    medium: str
    # Whether the address is dead for good.
    is_permanent: bool


@fact("campaigns.message.opened")
@dataclass(frozen=True, kw_only=True)
class MessageOpened(Fact):
    delivery: str
    campaign: str
    medium: str


@fact("campaigns.message.clicked")
@dataclass(frozen=True, kw_only=True)
class MessageClicked(Fact):
    delivery: str
    campaign: str
    medium: str


@fact("campaigns.message.unsubscribed")
@dataclass(frozen=True, kw_only=True)
class MessageUnsubscribed(Fact):
    delivery: str
    campaign: str
    medium: str
    # link, one_click, complaint, provider or reply.
    how: str
