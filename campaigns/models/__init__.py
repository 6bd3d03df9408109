"""What we do about it: campaigns, offers, quotes, templates, messages."""

from campaigns.models.campaigns import Campaign
from campaigns.models.deliveries import Delivery
from campaigns.models.offers import MarginFloor, Offer
from campaigns.models.quotes import OfferUse, OrderQuote, QuoteLock
from campaigns.models.templates import MessageTemplate

__all__ = [
    "Campaign",
    "Delivery",
    "MarginFloor",
    "MessageTemplate",
    "Offer",
    "OfferUse",
    "OrderQuote",
    "QuoteLock",
]
