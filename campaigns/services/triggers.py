"""Events become messages: one per campaign, event and medium."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from campaigns.models import Campaign, Delivery
from campaigns.rules.gate import Outcome
from campaigns.selectors.reach import Reach, reach_of
from campaigns.selectors.variables import variables_of
from campaigns.services import deliveries, gate, templates
from members.models import Event

logger = structlog.get_logger(__name__)


def fire(*, events: Sequence[Event], at: datetime) -> None:
    """Queues the messages that `events` trigger; those that the gate refuses are rows as well.

    Bears repeats: a message's send key is `campaign:event:medium`.
    """
    campaigns = _listening(events)
    if not campaigns:
        return
    reach = reach_of(
        member_ids={event.member_id for event in events if event.member_id},
        asked={(one.purpose, medium) for one in campaigns for medium in one.media},
    )
    deliveries.queue(
        deliveries=[
            _message(campaign, event, medium, reach[event.member_id], at)
            for event in events
            for campaign in campaigns
            if campaign.trigger_type == event.type and event.member_id in reach
            for medium in campaign.media
        ]
    )


def _listening(events: Sequence[Event]) -> list[Campaign]:
    types = {event.type for event in events}
    live = Campaign.objects.filter(trigger_type__in=types, state__in=Campaign.LIVE)
    return list(live.select_related("template"))


def _message(campaign: Campaign, event: Event, medium: str, reach: Reach, at: datetime) -> Delivery:
    delivery = Delivery(
        campaign=campaign,
        member=reach.member,
        event_id=event.pk,
        medium=medium,
        send_key=f"{campaign.code}:{event.uid}:{medium}",
        language=reach.member.language,
        queued_at=at,
        not_before_at=at,
        # From when it happened, not from when we heard: a year of orders loaded today is no news.
        expires_at=event.occurred_at + timedelta(hours=campaign.expires_hours),
    )
    verdict = gate.judge(delivery=delivery, reach=reach, has_text=True, at=at)
    if verdict.outcome is not Outcome.SKIP and not _write(delivery, event, at):
        verdict = gate.judge(delivery=delivery, reach=reach, has_text=False, at=at)
    gate.apply(delivery=delivery, verdict=verdict)
    return delivery


def _write(delivery: Delivery, event: Event, at: datetime) -> bool:
    """Whether the text could be written; now, so that it says what was so at the event."""
    variables = variables_of(event=event, member=delivery.member, at=at)
    try:
        text = templates.write(
            template=delivery.campaign.template,
            language=delivery.language,
            variables=variables,
        )
    except (templates.MissingVariable, templates.BrokenTemplate) as error:
        template = delivery.campaign.template.code
        logger.warning("text_not_written", template=template, error=error.code)
        return False
    delivery.subject, delivery.body = text.subject, text.body
    return True
