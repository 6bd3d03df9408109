"""What this app's events say on the timeline."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.events import (
    MessageBounced,
    MessageClicked,
    MessageOpened,
    MessageSent,
    MessageUnsubscribed,
)
from campaigns.models import Campaign
from members.models import Consent, Event
from members.registry import sentences
from members.registry.sentences import Sentence


def register() -> None:
    """Called by `apps.ready`."""
    sentences.add_narrator(app="campaigns", narrate=narrate)


def narrate(events: Sequence[Event]) -> dict[int, Sentence]:
    """Sentences by event id; one query for the names of campaigns."""
    told = [event for event in events if event.type in _TOLD]
    codes = {event.payload.get("campaign", "") for event in told}
    names = {campaign.code: campaign.name for campaign in Campaign.objects.filter(code__in=codes)}
    return {event.pk: _message(event, names) for event in told}


def _message(event: Event, names: dict[str, str]) -> Sentence:
    campaign, medium = event.payload.get("campaign", ""), event.payload.get("medium", "")
    text, icon, tone = _TOLD[event.type]
    media = dict(Consent.Medium.choices)
    why = _detail(event)
    return Sentence(
        text=str(text) % {"campaign": names.get(campaign) or campaign},
        details=(str(media.get(medium, medium)), *((str(why),) if why else ())),
        icon=icon,
        tone=tone,
        tab="messages",
    )


def _detail(event: Event) -> Any:
    if event.type == MessageBounced.type and event.payload.get("is_permanent"):
        return _("The address is suppressed from now on.")
    return _HOW.get(event.payload.get("how", ""), "")


_TOLD: dict[str, tuple[Any, str, str]] = {
    MessageSent.type: (_("Message sent: %(campaign)s"), "mail", sentences.PLAIN),
    MessageOpened.type: (_("Message opened: %(campaign)s"), "drafts", sentences.GOOD),
    MessageClicked.type: (
        _("Link in a message followed: %(campaign)s"),
        "ads_click",
        sentences.GOOD,
    ),
    MessageBounced.type: (_("Message came back: %(campaign)s"), "mail_off", sentences.BAD),
    MessageUnsubscribed.type: (
        _("Unsubscribed by a message: %(campaign)s"),
        "unsubscribe",
        sentences.BAD,
    ),
}
_HOW: dict[str, Any] = {
    "link": _("By the link in it."),
    "one_click": _("By the mail program's button."),
    "complaint": _("With a complaint: it was marked as unwanted."),
    "provider": _("Told by the provider."),
    "reply": _("By an answer to the text message."),
}
