"""The texts of messages that are about to go, and what a transport is given of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from campaigns.models import Delivery
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
# A message by one of its media.
_Way = tuple[int, str]


class Texts:
    """Texts of messages that are about to go, each by the medium that it is for; written now where
    there is none yet, or where a provider's template has fields to fill in."""

    def __init__(self, *, reach: Mapping[int, Reach], at: datetime) -> None:
        self._reach = reach
        self._at = at
        self._found: dict[_Way, Text | None] = {}

    def prepare(self, wanted: Iterable[tuple[Delivery, str]]) -> None:
        """Writes these, many at once."""
        groups: defaultdict[_Group, list[Delivery]] = defaultdict(list)
        for one, medium in wanted:
            if (one.pk, medium) in self._found:
                continue
            if one.enrollment is None or _keeps_its_text(one, medium):
                self._found[one.pk, medium] = templates.Text(subject=one.subject, body=one.body)
            else:
                groups[one.enrollment.version_id, one.step, medium].append(one)
        for (_version, _step, medium), some in groups.items():
            found = _write(some, medium, self._reach, self._at)
            self._found |= {(one.pk, medium): found.get(one.pk) for one in some}

    def of(self, delivery: Delivery, medium: str) -> Text | None:
        """None: it can't be written."""
        self.prepare([(delivery, medium)])
        return self._found[delivery.pk, medium]

    def unwritten(self, delivery: Delivery) -> frozenset[str]:
        """The media by which it turned out that it can't be written."""
        media = message_steps.media_of(delivery)
        return frozenset(
            one for one in media if self._found.get((delivery.pk, one), delivery) is None
        )

    def put(self, delivery: Delivery) -> Text:
        """Its text by its medium, which was found; the row keeps it, sealed."""
        text = self._found[delivery.pk, delivery.medium]
        assert text is not None
        if delivery.enrollment is not None and not _keeps_its_text(delivery, delivery.medium):
            delivery.subject, delivery.body = text.subject, text.body
        return text


def _keeps_its_text(delivery: Delivery, medium: str) -> bool:
    return delivery.has_text and not TRANSPORTS[medium].needs_template()


def _write(
    some: Sequence[Delivery], medium: str, reach: Mapping[int, Reach], at: datetime
) -> dict[int, Text]:
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
            medium=medium,
            enrollment_id=one.enrollment_id,
        )
        for one in some
    ]
    texts = message_steps.texts_of(row, step)
    return message_texts.write_many(texts=texts, writings=writings, media=step.media, at=at)


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
