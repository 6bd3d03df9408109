"""The texts of messages that are about to go, and what a transport is given of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from campaigns.models import Delivery
from campaigns.rules import gate as rules
from campaigns.rules.journey_steps import Message as MessageStep
from campaigns.selectors.reach import Reach
from campaigns.services import (
    campaign_versions,
    message_steps,
    message_texts,
    templates,
    tracking,
)
from campaigns.services.message_texts import Writing
from campaigns.services.templates import Text
from campaigns.transports.contract import Message
from campaigns.transports.registry import TRANSPORTS

_Group = tuple[int, str, str]


def complete(
    *, deliveries: Sequence[Delivery], reach: Mapping[int, Reach], at: datetime
) -> dict[int, Text]:
    """The text of each by its id, written now where it isn't yet, or where a provider's template
    has fields to fill in. One that can't be written is marked so, and left out."""
    found: dict[int, Text] = {}
    groups: defaultdict[_Group, list[Delivery]] = defaultdict(list)
    for one in deliveries:
        if one.enrollment is None or (one.has_text and not TRANSPORTS[one.medium].needs_template()):
            found[one.pk] = templates.Text(subject=one.subject, body=one.body)
        else:
            groups[one.enrollment.version_id, one.step, one.medium].append(one)
    for some in groups.values():
        found |= _write(some, reach, at)
    for one in deliveries:
        if one.pk not in found:
            one.state = Delivery.State.SKIPPED
            one.reason = rules.Reason.MISSING_VARIABLE.value
    return found


def _write(some: Sequence[Delivery], reach: Mapping[int, Reach], at: datetime) -> dict[int, Text]:
    row = some[0].enrollment
    assert row is not None
    step = campaign_versions.flow_of_version(row.version).steps.get(some[0].step)
    if not isinstance(step, MessageStep):
        return {}
    writings = [
        Writing(
            key=one.pk,
            member=reach[one.member_id].member,
            context=one.enrollment.context if one.enrollment else {},
            medium=one.medium,
            enrollment_id=one.enrollment_id,
        )
        for one in some
    ]
    texts = message_steps.texts_of(row, step)
    found = message_texts.write_many(texts=texts, writings=writings, media=step.media, at=at)
    for one in some:
        if one.pk in found:
            # Sealed with the key of the member that is loaded already.
            one.member = reach[one.member_id].member
            one.subject, one.body = found[one.pk].subject, found[one.pk].body
    return found


def message(delivery: Delivery, text: Text, reach: Reach) -> Message:
    """What the transport is given."""
    transport = TRANSPORTS[delivery.medium]
    is_mail = delivery.medium == tracking.EMAIL
    addresses = tracking.addresses_of(delivery) if is_mail else tracking.Addresses()
    return Message(
        send_key=delivery.send_key,
        address=reach.address(transport),
        subject=text.subject,
        body=tracking.outgoing(text.body, delivery),
        unsubscribe_url=addresses.unsubscribe,
        pixel_url=addresses.open_pixel,
        wire_key=str(delivery.uid),
        member=str(reach.member.uid),
        template=text.template,
        fields=text.fields,
        page=text.page,
    )
