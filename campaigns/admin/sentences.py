"""What this app's events say on the timeline."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from campaigns.models import Campaign
from members.models import Consent, Event
from members.registry import sentences
from members.registry.sentences import Sentence


def register() -> None:
    """Called by `apps.ready`."""
    sentences.add_narrator(app="campaigns", narrate=narrate)


def narrate(events: Sequence[Event]) -> dict[int, Sentence]:
    """Sentences by event id; one query for the names of campaigns."""
    sent = [event for event in events if event.type == "campaigns.message.sent"]
    codes = {event.payload.get("campaign", "") for event in sent}
    names = {campaign.code: campaign.name for campaign in Campaign.objects.filter(code__in=codes)}
    return {event.pk: _sent(event, names) for event in sent}


def _sent(event: Event, names: dict[str, str]) -> Sentence:
    campaign, medium = event.payload.get("campaign", ""), event.payload.get("medium", "")
    media = dict(Consent.Medium.choices)
    return Sentence(
        text=_("Message sent: %(campaign)s") % {"campaign": names.get(campaign) or campaign},
        details=(str(media.get(medium, medium)),),
        icon="mail",
        tab="messages",
    )
