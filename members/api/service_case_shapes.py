"""How a service case looks to a channel: what people wrote only with the scope for it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from members.api.profiles import PII
from members.models import CaseMessage, ServiceCase
from members.sealing.keys import KeyShredded
from members.selectors import service_cases as selectors
from members.selectors.clients import Client

_Sealed = Annotated[
    str | None, msgspec.Meta(description="null without the scope members:pii, or once erased.")
]


class MessageShown(msgspec.Struct, kw_only=True):
    """What was said; notes among staff stay in the house."""

    external_id: str
    kind: str
    text: _Sealed
    occurred_at: datetime
    state: Annotated[str, msgspec.Meta(description="Of the case, when this was shown.")]


class CaseShown(msgspec.Struct, kw_only=True):
    """A service case. `version` is the ETag; `messages` are told when it is read."""

    id: UUID
    external_id: str
    topic: str
    kind: str
    medium: str
    state: str
    priority: str
    member: UUID | None
    store: str
    subject: _Sealed
    order_reference: str
    opened_at: datetime
    first_response_due_at: datetime
    first_response_at: datetime | None
    resolved_at: datetime | None
    reopened_count: int
    satisfaction: int | None
    version: int
    messages: list[MessageShown]


def show(case: ServiceCase, *, client: Client, with_messages: bool = False) -> CaseShown:
    """The document of a case for this client."""
    said = selectors.conversation(case=case) if with_messages else []
    return CaseShown(
        id=case.uid,
        external_id=case.external_id,
        topic=case.topic.code,
        kind=case.kind.lower(),
        medium=case.medium.lower(),
        state=case.state.lower(),
        priority=ServiceCase.Priority(case.priority).name.lower(),
        member=None if case.member is None else case.member.uid,
        store="" if case.store is None else case.store.code,
        subject=_opened(case, "subject", client),
        order_reference=case.order_reference,
        opened_at=case.opened_at,
        first_response_due_at=case.first_response_due_at,
        first_response_at=case.first_response_at,
        resolved_at=case.resolved_at,
        reopened_count=case.reopened_count,
        satisfaction=case.satisfaction,
        version=case.version,
        messages=[
            show_message(one, case, client=client)
            for one in said
            if one.kind != CaseMessage.Kind.NOTE
        ],
    )


def show_message(message: CaseMessage, case: ServiceCase, *, client: Client) -> MessageShown:
    return MessageShown(
        external_id=message.external_id,
        kind=message.kind.lower(),
        text=_opened(message, "text", client),
        occurred_at=message.occurred_at,
        state=case.state.lower(),
    )


def etag(case: ServiceCase) -> str:
    return f'"{case.version}"'


def _opened(row: Any, name: str, client: Client) -> str | None:
    if not client.may(PII):
        return None
    try:
        return str(getattr(row, name))
    except KeyShredded:
        return None
