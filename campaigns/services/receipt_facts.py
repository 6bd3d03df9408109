"""What receipts tell the rest of the product: each once, when it is first known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from campaigns.events import MessageBounced, MessageClicked, MessageOpened, MessageSent
from campaigns.models import Delivery
from campaigns.rules import receipts as rules
from members.registry.facts import Fact
from members.services import events

State = Delivery.State


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """The message as it was before the new receipts."""

    state: str
    is_sent: bool
    is_opened: bool
    is_clicked: bool

    @classmethod
    def of(cls, delivery: Delivery) -> "Before":
        return cls(
            state=delivery.state,
            is_sent=delivery.sent_at is not None,
            is_opened=delivery.opened_at is not None,
            is_clicked=delivery.clicked_at is not None,
        )


def happenings(
    delivery: Delivery, before: Before, reports: Sequence[rules.Report]
) -> list[events.Happening]:
    """What is new about `delivery`. That it was sent is told by whoever knows it first: the
    sender, or here somebody who got it."""
    told: list[tuple[Fact, datetime | None]] = []
    named = {
        "delivery": str(delivery.uid),
        "campaign": delivery.campaign.code,
        "medium": delivery.medium,
    }
    if delivery.sent_at is not None and not before.is_sent:
        told.append((MessageSent(**named), delivery.sent_at))
    if delivery.state == State.BOUNCED and before.state != State.BOUNCED:
        told.append(_bounced(named, reports))
    if delivery.opened_at is not None and not before.is_opened:
        told.append((MessageOpened(**named), delivery.opened_at))
    if delivery.clicked_at is not None and not before.is_clicked:
        told.append((MessageClicked(**named), delivery.clicked_at))
    return [
        events.Happening(fact=fact, member_id=delivery.member_id, occurred_at=occurred_at)
        for fact, occurred_at in told
        if occurred_at is not None
    ]


def tell(told: Sequence[events.Happening], *, at: datetime) -> None:
    if told:
        events.record_many(happenings=told, at=at)


def _bounced(
    named: dict[str, str], reports: Sequence[rules.Report]
) -> tuple[Fact, datetime | None]:
    bounces = [one for one in reports if one.kind == rules.BOUNCED]
    is_permanent = any(rules.is_hard(one.detail) for one in bounces)
    first = min((one.occurred_at for one in bounces), default=None)
    return MessageBounced(**named, is_permanent=is_permanent), first
