"""What a message uses up when it is claimed: a credit that the member granted, and money of the
campaign's budget. Given back where the provider surely did not take the message."""

from datetime import datetime

from campaigns.models import Delivery
from campaigns.rules import gate as rules
from campaigns.services import contact_credits, member_pools
from campaigns.services.gate import Sending


def take(delivery: Delivery, *, sending: Sending, cost: int, at: datetime) -> rules.Reason | None:
    """Takes both, or neither and says which of them was used up. In the claiming transaction."""
    template = (sending.credit_templates or {}).get(delivery.medium)
    if template is not None and not contact_credits.take(
        member_id=delivery.member_id, medium=delivery.medium, template=template, at=at
    ):
        return rules.Reason.CONTACT_CREDIT
    if cost and not member_pools.take_cost(
        campaign_id=delivery.campaign_id, amount=cost, own=delivery.member_id
    ):
        # Its cost is that of an earlier claim, and was given back then.
        _give_credit(delivery, template, at)
        return rules.Reason.BUDGET
    delivery.cost_amount = cost
    return None


def give_back(delivery: Delivery, *, template: str | None, at: datetime) -> None:
    """Gives both back, of a message that surely went nowhere."""
    # First the budget, as whoever claims locks it first.
    if delivery.cost_amount:
        member_pools.give_cost(
            campaign_id=delivery.campaign_id,
            amount=delivery.cost_amount,
            own=delivery.member_id,
        )
    _give_credit(delivery, template, at)


def _give_credit(delivery: Delivery, template: str | None, at: datetime) -> None:
    if template is not None:
        contact_credits.give_back(
            member_id=delivery.member_id, medium=delivery.medium, template=template, at=at
        )
