"""`/api/v1/me/inbox`: messages in the app."""

from datetime import datetime
from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from campaigns.models import Delivery
from campaigns.selectors import inbox as selector
from campaigns.services import inbox
from members.api import bodies, pages, schema
from members.api.idempotency import idempotent
from members.api.member_authentication import member_of
from members.api.member_views import OwnView
from members.services.idempotency import Answer


class InboxMessageShown(msgspec.Struct, kw_only=True):
    """A message as it was written to the member, in their language of that day. Links in `body`
    are for the app to open."""

    id: UUID
    subject: str
    body: str
    sent_at: datetime
    is_read: bool
    read_at: datetime | None


_UNREAD = {
    "unread_count": {
        "type": "integer",
        "description": "How many in all nobody has opened; 100 means 100 or more.",
    }
}


class InboxView(OwnView):
    @extend_schema(
        operation_id="list_my_inbox",
        summary="Messages to me, newest first",
        tags=["me"],
        parameters=[schema.CURSOR, schema.LIMIT],
        responses={200: schema.page(InboxMessageShown, "A page", _UNREAD), **schema.problems(422)},
    )
    def get(self, request: Request) -> HttpResponse:
        member_id = member_of(request).pk
        page = pages.page(
            request,
            fetch=lambda before_id, limit: selector.messages(
                member_id=member_id, before_id=before_id, limit=limit
            ),
            id_of=lambda message: message.pk,
            show=_shown,
        )
        page["unread_count"] = selector.unread_count(member_id=member_id)
        return bodies.respond(page, headers={"Cache-Control": "no-store"})


class InboxReadView(OwnView):
    @extend_schema(
        operation_id="read_my_message",
        summary="I have read this message",
        description="The first time counts; again changes nothing.",
        tags=["me"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=None,
        responses={
            200: schema.answer(InboxMessageShown, "The message"),
            **schema.problems(404, 409),
        },
    )
    @idempotent
    def post(self, request: Request, uid: UUID) -> Answer:
        member = member_of(request)
        message = inbox.read(member_id=member.pk, uid=uid, at=timezone.now())
        return bodies.answer(_shown(message), status=200, member=member)


def _shown(message: Delivery) -> InboxMessageShown:
    assert message.sent_at is not None
    return InboxMessageShown(
        id=message.uid,
        subject=message.subject,
        body=message.body,
        sent_at=message.sent_at,
        is_read=message.opened_at is not None,
        read_at=message.opened_at,
    )
