"""A row of each table that has deeds of its own, for the matrix of what roles do."""

import msgspec
from django.utils import timezone

from analytics.models import ClassTag, SavedView, Segment
from analytics.services import segments
from analytics.services.segments import Draft
from campaigns.models import ClerkTask, Offer, StepCall
from campaigns.services import defaults, webhook_endpoints
from loyalty.models import (
    Benefit,
    Challenge,
    Coupon,
    CouponBatch,
    CouponType,
    EarningRule,
    Hold,
    Operation,
    Order,
    Redemption,
    Referral,
    ReferralProgram,
    Reward,
)
from loyalty.services import holds
from loyalty.services.documents import HoldDocument
from members.ids import uuid7
from members.models import (
    Appointment,
    AppointmentKind,
    ApprovalRequest,
    Dispatch,
    DuplicateCandidate,
    Erasure,
    Job,
    Member,
    MemberMerge,
    PrivacyFile,
    PrivacyRequest,
    Store,
    Survey,
    Tag,
    TagRule,
    User,
)
from members.services import breaches, service_cases, service_topics, tag_rules
from members.services.service_case_changes import Doing
from members.services.service_cases import CaseOpening
from tests import authorized_messages, world
from tests.console import stock_journeys
from tests.loyalty import till


def objects(maker: User) -> dict[str, int]:
    """A row of each table that has deeds of its own."""
    alice = world.register(world.ALICE)
    request = ApprovalRequest.objects.create(
        action="x",
        summary="x",
        payload={},
        reason="x",
        maker=maker,
        created_at=timezone.now(),
        expires_at=timezone.now() + world.timedelta(days=1),
    )
    dispatch = Dispatch.objects.create(
        event=alice.events.get(), subscriber="x", state="DEAD", next_at=world.NOW
    )
    job = Job.objects.create(kind="x", created_at=world.NOW)
    return {
        "member": alice.pk,
        "approvalrequest": request.pk,
        "dispatch": dispatch.pk,
        "job": job.pk,
        "apiclient": world.api_client().pk,
        "user": maker.pk,
        "operation": Operation.objects.create(
            kind="GRANT", reason="x", created_by=maker, created_at=world.NOW
        ).pk,
        "earningrule": EarningRule.objects.get().pk,
        **_journey(alice),
        **authorized_messages.objects(alice),
        "offer": Offer.objects.create(code="x", name_en="x", valid_from=world.NOW).pk,
        "referral": _referral(alice),
        "referralprogram": ReferralProgram.objects.get().pk,
        "benefit": Benefit.objects.create(code="x", name_en="x", kind="SERVICE").pk,
        "challenge": Challenge.objects.create(code="x", name_en="x", counts="ORDERS").pk,
        "classtag": _class_tag().pk,
        "segment": _segment().pk,
        "savedview": SavedView.objects.create(
            owner=maker, dashboard="rfm", name="x", sharing="EVERYONE", saved_at=world.NOW
        ).pk,
        **_coupons(alice),
        **_rewards(alice),
        **_sales(alice),
        **_voices(alice),
        **_service(alice),
        **_privacy(alice),
        **_merges(alice),
        "breach": breaches.record(found=_found(), at=world.NOW).pk,
    }


def _class_tag() -> ClassTag:
    tag = Tag.objects.create(code="mature", name_en="x")
    made: ClassTag = ClassTag.objects.create(kind="STAGE", code="maturity", tag=tag)
    return made


def _journey(member: Member) -> dict[str, int]:
    """A campaign with a task and a call of another system that a member came to."""
    endpoint = webhook_endpoints.add(
        draft=webhook_endpoints.Draft(code="x", url="https://example.org/"),
        actor_id=None,
        at=world.NOW,
    ).endpoint
    stock_journeys.fill([member], at=world.NOW)
    return {
        "campaign": defaults.install(at=world.NOW).pk,
        "webhookendpoint": endpoint.pk,
        "clerktask": ClerkTask.objects.get().pk,
        "stepcall": StepCall.objects.get().pk,
    }


def _segment() -> Segment:
    who = {"field": "member.gender", "op": "eq", "value": "FEMALE"}
    return segments.define(draft=Draft(code="x", name_en="x", condition=who), at=world.NOW)


def _found() -> breaches.Found:
    return breaches.Found(
        title="x", description="x", severity="HIGH", discovered_at=world.NOW, categories=()
    )


def _merges(member: Member) -> dict[str, int]:
    """The merge bears the member's number, which its preview takes for both cards."""
    other = world.register(world.BOB)
    made = MemberMerge.objects.create(
        pk=member.pk, survivor=member, retired=other, merged_at=world.NOW
    )
    pair = DuplicateCandidate.objects.create(
        first=member, second=other, score=50, found_at=world.NOW
    )
    return {"membermerge": made.pk, "duplicatecandidate": pair.pk}


def _service(member: Member) -> dict[str, int]:
    service_topics.set_up()
    opening = CaseOpening(topic="other", medium="CHAT", subject="x", member_id=member.pk)
    case = service_cases.open_case(opening=opening, doing=Doing(at=world.NOW)).case
    rule = TagRule(
        tag=Tag.objects.create(code="x", name_en="x"),
        condition={"field": "member.gender", "op": "eq", "value": "FEMALE"},
    )
    return {"servicecase": case.pk, "tagrule": tag_rules.define(rule=rule).pk}


def _voices(member: Member) -> dict[str, int]:
    kind = AppointmentKind.objects.create(code="x", name_en="x")
    booked = Appointment.objects.create(
        member=member,
        kind=kind,
        store=Store.objects.get(code="SH01"),
        starts_at=world.NOW,
        ends_at=world.NOW + world.timedelta(minutes=30),
        booked_at=world.NOW,
    )
    survey = Survey.objects.create(
        code="x", name_en="x", kind="NPS", questions=[{"kind": "SCORE", "text_en": "x"}]
    )
    return {"appointment": booked.pk, "survey": survey.pk}


def _coupons(member: Member) -> dict[str, int]:
    kind = CouponType.objects.create(code="x", name_en="x")
    batch = CouponBatch.objects.create(type=kind, count=1, created_at=world.NOW)
    coupon = Coupon.objects.create(
        type=kind, member=member, code="ABCDEFGHJK", origin="CLAIM", issued_at=world.NOW
    )
    return {"coupontype": kind.pk, "couponbatch": batch.pk, "coupon": coupon.pk}


def _rewards(member: Member) -> dict[str, int]:
    reward = Reward.objects.create(code="x", name_en="x", kind="GOODS", price_points=1)
    redemption = Redemption.objects.create(
        source="x",
        external_id="x",
        fingerprint=b"x" * 32,
        reward=reward,
        member=member,
        state="READY",
        points=1,
        requested_at=world.NOW,
        ready_at=world.NOW,
    )
    return {"reward": reward.pk, "redemption": redemption.pk}


def _sales(member: Member) -> dict[str, int]:
    """An order, and points kept aside for another one."""
    till.sell("O-1", till.line("1", 90_000), phone=world.ALICE_PHONE)
    hold = {"external_id": "h", "member": {"type": "id", "value": str(member.uid)}, "points": 1}
    holds.create(hold=msgspec.convert(hold, HoldDocument), source=till.TILL, at=till.NOW)
    return {"order": Order.objects.get().pk, "hold": Hold.objects.get().pk}


def _privacy(member: Member) -> dict[str, int]:
    """A request with a package, and a certificate."""
    asked = PrivacyRequest.objects.create(
        member=member,
        kind="EXPORT",
        source="console",
        received_at=world.NOW,
        due_on=world.NOW.date(),
        clock="30 d",
    )
    PrivacyFile.objects.create(
        request=asked,
        member=member,
        name="x.zip",
        size_bytes=1,
        sha256="0" * 64,
        made_at=world.NOW,
        expires_at=timezone.now() + world.timedelta(days=1),
    )
    Erasure.objects.create(
        member_id=0, member_uid=uuid7(), request=asked, digest="0" * 64, erased_at=world.NOW
    )
    return {"privacyrequest": asked.pk}


def _referral(member: Member) -> int:
    """Alice recommended Bob, and somebody has to look."""
    program = ReferralProgram.objects.create(code="x", name_en="x")
    made = Referral.objects.create(
        program=program,
        referrer=member,
        friend=world.register(world.BOB),
        state="REVIEW",
        claimed_at=world.NOW,
        recorded_at=world.NOW,
    )
    return int(made.pk)
