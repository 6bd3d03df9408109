"""Behavior events as a mini-program sends them, for tests."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from members.models import BehaviorEvent, Member
from members.services import behavior_events
from members.services.behavior_documents import ANY_DOCUMENT, BehaviorEventDocument
from members.services.behavior_events import Outcome, Teller
from tests import world

MINI = Teller(source="mini-app", channel="mini")
PHONE = {"type": "phone", "value": "138 0013 8000"}
BOBS_PHONE = {"type": "phone", "value": world.BOB_PHONE}


def told(external_id: str, **fields: Any) -> dict[str, Any]:
    """A product view an hour ago, as JSON."""
    sent = {
        "external_id": external_id,
        "kind": "product_view",
        "occurred_at": minutes_ago(60),
        "object": "SK-100",
        **fields,
    }
    return {name: value for name, value in sent.items() if value is not None}


def minutes_ago(minutes: float) -> datetime:
    return world.NOW - timedelta(minutes=minutes)


def document(external_id: str, **fields: Any) -> BehaviorEventDocument:
    event: BehaviorEventDocument = msgspec.convert(told(external_id, **fields), ANY_DOCUMENT)
    return event


def send(*events: dict[str, Any], teller: Teller = MINI, at: datetime = world.NOW) -> list[Outcome]:
    """What became of these events, sent as one batch."""
    documents = [msgspec.convert(event, ANY_DOCUMENT) for event in events]
    return behavior_events.record_batch(events=documents, teller=teller, at=at)


def codes(outcomes: list[Outcome]) -> list[str]:
    """The error of each, "" for what was recorded."""
    return [one.error.code if one.error else "" for one in outcomes]


def owners() -> dict[str, int | None]:
    """Whose each event is, by its external id."""
    return dict(BehaviorEvent.objects.order_by("external_id").values_list("external_id", "member"))


def state() -> list[tuple[Any, ...]]:
    """All that is stored of events, but for ids and the instant of recording."""
    return list(
        BehaviorEvent.objects.order_by("source", "external_id").values_list(
            "source", "external_id", "member", "visitor", "kind", "object", "channel", "store",
            "dwell_seconds", "attributes", "occurred_at", "is_adopted",
        )
    )  # fmt: skip


def by(member: Member) -> dict[str, str]:
    return {"type": "id", "value": str(member.uid)}
