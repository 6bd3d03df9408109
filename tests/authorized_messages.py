"""A row of each table of messages that has deeds, for the matrix of what roles do."""

from campaigns.models import Campaign, MessageTemplate, Suppression
from members.models import Member
from tests import world
from tests.campaigns import letters


def objects(member: Member) -> dict[str, int]:
    """A failed message of a campaign that is there, a suppressed address, a template."""
    campaign = Campaign.objects.order_by("pk")[0]
    failed = letters.sent(campaign, member, state="FAILED", reason="refused")
    suppressed = Suppression.objects.create(
        medium="SMS", digest=b"x" * 32, reason="BY_HAND", created_at=world.NOW
    )
    return {
        "delivery": failed.pk,
        "suppression": suppressed.pk,
        "messagetemplate": MessageTemplate.objects.order_by("pk")[0].pk,
    }
