"""What we do about it: campaigns, templates, messages."""

from campaigns.models.campaigns import Campaign
from campaigns.models.deliveries import Delivery
from campaigns.models.templates import MessageTemplate

__all__ = ["Campaign", "Delivery", "MessageTemplate"]
