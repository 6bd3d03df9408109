"""What campaigns show on the member's page: their ways through campaigns, and the messages."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from campaigns.admin import story_pages
from campaigns.models import Delivery, Enrollment
from campaigns.selectors import campaign_stories
from members.admin.panels import before_id
from members.models import Consent, Member
from members.registry import panels
from members.registry.panels import Panel
from members.selectors import pages

PAGE, STORIES = 30, 10
State = Delivery.State
TONES = {
    State.SENT: "good",
    State.DELIVERED: "good",
    State.QUEUED: "wait",
    State.CLAIMED: "wait",
    State.UNKNOWN: "wait",
}


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_member_panel(
        Panel(
            "campaigns",
            _("Campaigns"),
            "console/panels/campaigns.html",
            _campaigns,
            49,
            "campaigns.view_delivery",
        )
    )
    panels.add_member_panel(
        Panel(
            "messages",
            _("Messages"),
            "console/panels/messages.html",
            _messages,
            50,
            "campaigns.view_delivery",
        )
    )


def _campaigns(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    """Each way through a campaign as a story, the newest first."""
    ways = Enrollment.objects.filter(member=member).select_related("campaign", "run", "version")
    page = pages.newest_first(ways, before_id=before_id(request), limit=STORIES)
    told = campaign_stories.told_of(page.rows)
    return {
        "rows": [story_pages.shown(one, request) for one in told],
        "next_before_id": page.next_before_id,
    }


def _messages(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    deliveries = Delivery.objects.filter(member=member).select_related("campaign", "member__key")
    page = pages.newest_first(deliveries, before_id=before_id(request), limit=PAGE)
    media = dict(Consent.Medium.choices)
    # A text may name the member: reading it is a right of its own.
    may_read = (
        request.user.has_perm("campaigns.read_delivery") and member.state != Member.State.ERASED
    )
    rows = [
        {
            "delivery": delivery,
            "medium": media.get(delivery.medium, delivery.medium),
            "tone": TONES.get(State(delivery.state), "bad"),
            "has_text": may_read and delivery.has_text,
        }
        for delivery in page.rows
    ]
    return {"rows": rows, "next_before_id": page.next_before_id}
