"""`/api/v1/me`: members read and change what is known of them, in clear."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from msgspec import UNSET, Meta, UnsetType
from rest_framework.request import Request

from members.api import bodies, pages, profiles, schema
from members.api.member_authentication import caller_of, member_of
from members.api.member_views import OwnView
from members.api.members import version_of
from members.api.views import client_of
from members.models import Identity
from members.registry import sentences
from members.selectors import card_codes, timeline
from members.selectors import profiles as profile_selectors
from members.selectors.profiles import Profile
from members.services import members

_CARD_SECONDS = 60
# Ids that other systems keep of somebody say nothing to them.
_OWN_KINDS = (Identity.Kind.CARD, Identity.Kind.PHONE, Identity.Kind.EMAIL)


class OwnIdentityShown(msgspec.Struct, kw_only=True):
    type: str
    value: str
    is_verified: bool


class MeShown(msgspec.Struct, kw_only=True):
    """The member themselves, in clear. `version` is the ETag."""

    id: UUID
    card_number: str
    state: str
    name: str
    birthday: date | None
    gender: str
    language: str
    joined_at: datetime
    store: str
    identities: list[OwnIdentityShown]
    version: int


class OwnChangesSent(bodies.Strict):
    """Fields to change; what is left out stays."""

    name: Annotated[str, Meta(max_length=120)] | UnsetType = UNSET
    birthday: date | UnsetType | None = UNSET
    gender: Literal["female", "male", "other", "unknown"] | UnsetType = UNSET
    language: Literal["zh-hans", "en"] | UnsetType = UNSET


class CardShown(msgspec.Struct, kw_only=True):
    """What the app draws as a QR code; ask anew before it is over."""

    code: str
    card_number: str
    shown_at: datetime
    expires_in: int


class HappeningShown(msgspec.Struct, kw_only=True):
    """Something that happened, in the reader's language."""

    id: UUID
    type: str
    text: str
    details: list[str]
    occurred_at: datetime


class MeView(OwnView):
    @extend_schema(
        operation_id="read_me",
        summary="What is known of me",
        tags=["me"],
        responses={
            200: schema.answer(MeShown, "In clear; the ETag is the version"),
            **schema.problems(),
        },
    )
    def get(self, request: Request) -> HttpResponse:
        return _respond(profile_selectors.by_uid(uid=member_of(request).uid))

    @extend_schema(
        operation_id="change_me",
        summary="Change what is known of me",
        tags=["me"],
        parameters=[schema.IF_MATCH],
        request=schema.body(OwnChangesSent),
        responses={
            200: schema.answer(MeShown, "As it is now"),
            **schema.problems(400, 412, 422, 428),
        },
    )
    def patch(self, request: Request) -> HttpResponse:
        version, member = version_of(request), member_of(request)
        members.update(
            member_id=member.pk,
            changes=_changes(bodies.read(request, OwnChangesSent)),
            at=timezone.now(),
            expected_version=version,
            source=client_of(request).source,
        )
        return _respond(profile_selectors.by_uid(uid=member.uid))


class CardView(OwnView):
    @extend_schema(
        operation_id="read_my_card",
        summary="A code to be scanned at the till",
        description="Good for 60 seconds from `shown_at`, at the counter and in "
        "`POST /members/lookup` with the type `card_code`.",
        tags=["me"],
        responses={200: schema.answer(CardShown, "A fresh code"), **schema.problems()},
    )
    def get(self, request: Request) -> HttpResponse:
        member, now = member_of(request), timezone.now().replace(microsecond=0)
        shown = CardShown(
            code=card_codes.code_of(member_id=member.pk, at=now),
            card_number=member.card_number,
            shown_at=now,
            expires_in=_CARD_SECONDS,
        )
        return bodies.respond(shown, headers={"Cache-Control": "no-store"})


class TimelineView(OwnView):
    @extend_schema(
        operation_id="list_my_timeline",
        summary="What happened, newest first",
        tags=["me"],
        parameters=[schema.CURSOR, schema.LIMIT],
        responses={200: schema.page(HappeningShown, "A page"), **schema.problems(422)},
    )
    def get(self, request: Request) -> HttpResponse:
        member_id = caller_of(request).member.pk
        return pages.respond(
            request,
            fetch=lambda before_id, limit: sentences.tell(
                timeline.own(member_id=member_id, before_id=before_id, limit=limit)
            ),
            id_of=lambda told: told[0].pk,
            show=lambda told: HappeningShown(
                id=told[0].uid,
                type=told[0].type,
                text=told[1].text,
                details=list(told[1].details),
                occurred_at=told[0].occurred_at,
            ),
        )


def _respond(profile: Profile) -> HttpResponse:
    headers = {"ETag": profiles.etag(profile.member.version), "Cache-Control": "no-store"}
    return bodies.respond(_shown(profile), headers=headers)


def _shown(profile: Profile) -> MeShown:
    member = profile.member
    return MeShown(
        id=member.uid,
        card_number=member.card_number,
        state=member.state.lower(),
        name=member.name,
        birthday=member.birthday,
        gender=member.gender.lower(),
        language=member.language,
        joined_at=member.joined_at,
        store=member.store.code if member.store else "",
        identities=[
            OwnIdentityShown(
                type=one.kind.lower(), value=one.value, is_verified=one.verified_at is not None
            )
            for one in profile.identities
            if one.kind in _OWN_KINDS
        ],
        version=member.version,
    )


def _changes(sent: OwnChangesSent) -> dict[str, Any]:
    told = {name: getattr(sent, name) for name in sent.__struct_fields__}
    changes = {name: value for name, value in told.items() if value is not UNSET}
    if "gender" in changes:
        changes["gender"] = changes["gender"].upper()
    return changes
