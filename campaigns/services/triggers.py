"""Events become messages: one per campaign, event and medium."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache

import structlog

from campaigns.models import Campaign, Delivery
from campaigns.rules.gate import Outcome
from campaigns.selectors.reach import Reach, reach_of
from campaigns.selectors.variables import variables_of
from campaigns.services import deliveries, gate, templates
from members.models import Event, Member

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
        at=at,
    )
    deliveries.queue(
        deliveries=[
            message
            for event in events
            for campaign in campaigns
            if campaign.trigger_type == event.type and event.member_id in reach
            for message in _messages(campaign, event, reach[event.member_id], at)
        ]
    )


def _listening(events: Sequence[Event]) -> list[Campaign]:
    types = {event.type for event in events}
    live = Campaign.objects.filter(trigger_type__in=types, state__in=Campaign.LIVE)
    return list(live.select_related("template"))


def _messages(campaign: Campaign, event: Event, reach: Reach, at: datetime) -> Iterator[Delivery]:
    """One per medium; the text is the same on all, and only written if one of them may go."""
    text = cache(lambda: _text(campaign, event, reach.member, at))
    for medium in campaign.media:
        delivery = _message(campaign, event, medium, reach, at)
        verdict = gate.judge(delivery=delivery, reach=reach, has_text=True, at=at)
        if verdict.outcome is not Outcome.SKIP:
            if written := text():
                delivery.subject, delivery.body = written.subject, written.body
            else:
                verdict = gate.judge(delivery=delivery, reach=reach, has_text=False, at=at)
        gate.apply(delivery=delivery, verdict=verdict)
        yield delivery


def _message(campaign: Campaign, event: Event, medium: str, reach: Reach, at: datetime) -> Delivery:
    return Delivery(
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


def _text(campaign: Campaign, event: Event, member: Member, at: datetime) -> templates.Text | None:
    """What the message says: what was so at the event, not when it is read. None: can't be."""
    variables = variables_of(event=event, member=member, at=at)
    try:
        return templates.write(
            template=campaign.template, language=member.language, variables=variables
        )
    except (templates.MissingVariable, templates.BrokenTemplate) as error:
        logger.warning("text_not_written", template=campaign.template.code, error=error.code)
        return None
