"""`/api/v1/members`: channels register, find, read and change members."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from msgspec import UNSET, Meta, UnsetType
from rest_framework.request import Request

from members.api import bodies, introductions, problems, profiles, schema
from members.api.consents import ConsentSent
from members.api.idempotency import idempotent
from members.api.introductions import Device, PaymentCard, ReferralCode
from members.api.views import ChannelView, client_of
from members.selectors import profiles as profile_selectors
from members.selectors.clients import Client
from members.services import behavior_events, members, pii_reads
from members.services.attributions import UnknownStore
from members.services.behavior_documents import Visitor
from members.services.behavior_events import Teller
from members.services.idempotency import Answer

IdentityType = Literal[
    "card", "phone", "email", "wechat_openid", "wechat_unionid", "alipay_uid", "external"
]
Gender = Literal["female", "male", "other", "unknown"]
Language = Literal["zh-hans", "en"]
Short = Annotated[str, Meta(max_length=40)]
Metadata = Annotated[
    dict[Annotated[str, Meta(min_length=1, max_length=40)], Annotated[str, Meta(max_length=500)]],
    Meta(max_length=50, description="Up to 50 pairs of text, for the channel's own use."),
]
Name = Annotated[str, Meta(max_length=120)]


class IdentitySent(bodies.Strict):
    """An identity as somebody typed it; `issuer` names the app or system of an id."""

    type: IdentityType
    value: Annotated[str, Meta(min_length=1, max_length=254)]
    issuer: Short = ""
    is_verified: bool = False


class RegistrationSent(bodies.Strict):
    """What somebody tells when they join."""

    identities: Annotated[list[IdentitySent], Meta(min_length=1, max_length=10)]
    name: Name = ""
    birthday: date | None = None
    gender: Gender = "unknown"
    language: Language = "zh-hans"
    store: Annotated[str, Meta(max_length=40, description="Code of the store.")] = ""
    placement: Annotated[str, Meta(max_length=80)] = ""
    guide: Short = ""
    referrer: Annotated[UUID, Meta(description="Id of the member who brought them.")] | None = None
    referral_code: ReferralCode = ""
    device: Device = ""
    payment_card: PaymentCard = ""
    campaign: Annotated[str, Meta(max_length=60)] = ""
    consents: Annotated[list[ConsentSent], Meta(max_length=15)] = []
    metadata: Metadata = {}
    # What this visitor of the channel did before becomes the member's.
    visitor: Visitor = ""


class LookupSent(bodies.Strict):
    """An identity to look up: in the body, never in an address that somebody logs. `card_code`
    is what a member's app shows as a QR code."""

    type: IdentityType | Literal["card_code"]
    value: Annotated[str, Meta(min_length=1, max_length=254)]
    issuer: Short = ""


class ChangesSent(bodies.Strict):
    """Fields to change; what is left out stays."""

    name: Name | UnsetType = UNSET
    birthday: date | UnsetType | None = UNSET
    gender: Gender | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET


class MembersView(ChannelView):
    required_scopes = {"POST": ["members:write"]}

    @extend_schema(
        operation_id="register_member",
        summary="Register a member",
        description="Gives the one member with these identities: 201 when new, 200 when known.",
        tags=["members"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(RegistrationSent),
        responses={
            201: schema.answer(profiles.MemberShown, "The new member"),
            200: schema.answer(profiles.MemberShown, "The member that was there"),
            **schema.problems(400, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request) -> Answer:
        client = client_of(request)
        sent = bodies.read(request, RegistrationSent)
        if sent.store and not client.serves(sent.store):
            raise UnknownStore(code=sent.store)
        registered = members.register(
            registration=_registration(sent, client), at=timezone.now(), client_id=client.id
        )
        if sent.visitor:
            teller = Teller(source=client.source, channel=client.channel)
            behavior_events.sign_in(
                member=registered.member, visitor=sent.visitor, teller=teller, at=timezone.now()
            )
        profile = profile_selectors.of(member=registered.member)
        shown = profiles.show(profile, client=client)
        status = 201 if registered.is_new else 200
        if not registered.is_new:
            _note_read(profile, client)
        return bodies.answer(shown, status=status, member=profile.member)


class LookupView(ChannelView):
    required_scopes = {"POST": ["members:read"]}

    @extend_schema(
        operation_id="look_up_member",
        summary="Look up a member",
        description="By one identity, however it is spelled.",
        tags=["members"],
        request=schema.body(LookupSent),
        responses={
            200: schema.answer(profiles.MemberShown, "The member"),
            **schema.problems(400, 404, 422),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        sent = bodies.read(request, LookupSent)
        profile = profile_selectors.by_identity(
            kind=sent.type.upper(), value=sent.value, issuer=sent.issuer, at=timezone.now()
        )
        return _respond(profile, client_of(request))


class MemberView(ChannelView):
    required_scopes = {"GET": ["members:read"], "PATCH": ["members:write"]}

    @extend_schema(
        operation_id="read_member",
        summary="Read a member",
        tags=["members"],
        responses={
            200: schema.answer(profiles.MemberShown, "The member; the ETag is its version"),
            **schema.problems(404),
        },
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        return _respond(profile_selectors.by_uid(uid=uid), client_of(request))

    @extend_schema(
        operation_id="change_member",
        summary="Change a member",
        tags=["members"],
        parameters=[schema.IF_MATCH],
        request=schema.body(ChangesSent),
        responses={
            200: schema.answer(profiles.MemberShown, "The member as it is now"),
            **schema.problems(400, 404, 412, 422, 428),
        },
    )
    def patch(self, request: Request, uid: UUID) -> HttpResponse:
        client = client_of(request)
        version = version_of(request)
        changes = _changes(bodies.read(request, ChangesSent))
        profile = profile_selectors.by_uid(uid=uid)
        members.update(
            member_id=profile.member.pk,
            changes=changes,
            at=timezone.now(),
            expected_version=version,
            source=client.source,
        )
        return _respond(profile_selectors.by_uid(uid=uid), client)


def _respond(profile: profile_selectors.Profile, client: Client) -> HttpResponse:
    _note_read(profile, client)
    headers = {"ETag": profiles.etag(profile.member.version), "Cache-Control": "no-store"}
    return bodies.respond(profiles.show(profile, client=client), headers=headers)


def _note_read(profile: profile_selectors.Profile, client: Client) -> None:
    if client.may(profiles.PII):
        pii_reads.note(client_id=client.id, member=profile.member, at=timezone.now())


def _registration(sent: RegistrationSent, client: Client) -> members.Registration:
    return members.Registration(
        identities=tuple(
            members.IdentityClaim(one.type.upper(), one.value, one.issuer, one.is_verified)
            for one in sent.identities
        ),
        name=sent.name,
        birthday=sent.birthday,
        gender=sent.gender.upper(),
        language=sent.language,
        channel=client.channel,
        store=sent.store,
        placement=sent.placement,
        guide=sent.guide,
        referrer=sent.referrer,
        introduction=introductions.introduction(sent),
        campaign_code=sent.campaign,
        consents=tuple(one.given() for one in sent.consents),
        metadata=sent.metadata,
    )


def _changes(sent: ChangesSent) -> dict[str, Any]:
    changes = {
        name: value
        for name in sent.__struct_fields__
        if (value := getattr(sent, name)) is not UNSET
    }
    if "gender" in changes:
        changes["gender"] = changes["gender"].upper()
    return changes


def version_of(request: Request) -> int:
    """The version in If-Match; one that we never gave is one that has passed.

    Raises: problems.Refused, without the header.
    """
    text = request.META.get("HTTP_IF_MATCH", "").strip().removeprefix("W/").strip('"')
    if not text:
        raise problems.refuse(428, "precondition_required")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
