"""What we do about it: campaigns, offers, quotes, templates, messages."""

from campaigns.models.campaign_versions import CampaignPrize, CampaignVersion
from campaigns.models.campaigns import Campaign
from campaigns.models.clerk_tasks import ClerkTask
from campaigns.models.contact_credits import ContactCredit, CreditReport
from campaigns.models.contact_policies import ContactPolicy, FrequencyCap
from campaigns.models.deliveries import Delivery
from campaigns.models.enrollments import Enrollment, StepRecord
from campaigns.models.offers import MarginFloor, Offer
from campaigns.models.quotes import OfferUse, OrderQuote, QuoteLock
from campaigns.models.receipts import ParkedReceipt, Receipt
from campaigns.models.runs import Run
from campaigns.models.suppressions import Suppression
from campaigns.models.templates import MessageTemplate
from campaigns.models.webhook_endpoints import StepCall, WebhookEndpoint

__all__ = [
    "Campaign",
    "CampaignPrize",
    "CampaignVersion",
    "ClerkTask",
    "ContactCredit",
    "ContactPolicy",
    "CreditReport",
    "Delivery",
    "Enrollment",
    "FrequencyCap",
    "MarginFloor",
    "MessageTemplate",
    "Offer",
    "OfferUse",
    "OrderQuote",
    "ParkedReceipt",
    "QuoteLock",
    "Receipt",
    "Run",
    "StepCall",
    "StepRecord",
    "Suppression",
    "WebhookEndpoint",
]
