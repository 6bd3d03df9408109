"""Campaigns with members on every rung, written as rows: what a funnel reads, however it came."""

from datetime import timedelta
from typing import Any

from campaigns.models import Campaign, CampaignPrize, CampaignVersion, Delivery, Enrollment, Run
from loyalty.models import Coupon, CouponType, Order, PrizeGrant
from members.models import Channel, Store
from tests.campaigns.shop import NOW

DAY = timedelta(days=1)
MESSAGE = {"id": "m1", "kind": "MESSAGE", "template": "hello", "media": ["EMAIL", "INBOX"]}
_CONTENT = {
    "exits": [],
    "goal_event": "",
    "goal_days": 14,
    "is_over_at_goal": True,
    "arms": [{"code": "a", "share": 10_000}],
    "control_share": 0,
    "texts": {},
}
GRANT = {"id": "g1", "kind": "GRANT", "what": "COUPON", "code": "ten"}


def coupon_type(code: str = "ten", amount: int = 1_000) -> CouponType:
    return CouponType.objects.get_or_create(
        code=code,
        defaults={
            "name_en": code,
            "kind": "MONEY_OFF",
            "amount": amount,
            "validity": "FIXED",
            "valid_from": NOW - 400 * DAY,
            "valid_until": NOW + 400 * DAY,
        },
    )[0]


def campaign(code: str = "spring", *, gives: bool = True, **content: Any) -> Campaign:
    """It sends a message and gives a coupon worth 10.00."""
    steps = [MESSAGE, GRANT] if gives else [MESSAGE]
    made = Campaign.objects.create(code=code, name_en=code.title(), goal_days=14)
    made.version = CampaignVersion.objects.create(
        campaign=made,
        number=1,
        content={**_CONTENT, "steps": steps, **content},
        content_hash="0" * 64,
        created_at=NOW,
    )
    begin(made)
    if gives:
        CampaignPrize.objects.create(
            version=made.version, step="g1", what="COUPON", coupon_type=coupon_type()
        )
    return made


def giving_points(made: Campaign, points: int) -> CampaignPrize:
    """The campaign, with a step that gives points."""
    assert made.version is not None
    return CampaignPrize.objects.create(
        version=made.version, step="p1", what="POINTS", points=points
    )


def begin(made: Campaign, *further: str) -> None:
    """The ways that the database lets a campaign go, to RUNNING and on."""
    made.save(update_fields=["version"])
    for state in ("IN_REVIEW", "APPROVED", "RUNNING", *further):
        made.state = state
        made.save(update_fields=["state"])


def run(of: Campaign, key: str = "1", **values: Any) -> Run:
    assert of.version is not None
    return Run.objects.create(
        campaign=of,
        version=of.version,
        key=key,
        **{"kind": "FROZEN", "state": "RUNNING", "due_at": NOW, "started_at": NOW, **values},
    )


def into(
    one: Run, member_id: int, *, arm: str = "a", state: str = "DONE", **values: Any
) -> Enrollment:
    is_over = state in ("DONE", "EXITED", "EXCLUDED")
    return Enrollment.objects.create(
        run=one,
        campaign=one.campaign,
        member_id=member_id,
        entry_key=f"{one.pk}:{member_id}",
        bucket=1,
        arm=arm,
        state=state,
        **{
            "entered_at": NOW,
            "ended_at": NOW if is_over else None,
            "version": one.version,
            **values,
        },
    )


def message(of: Enrollment, state: str, reason: str = "", **values: Any) -> Delivery:
    medium = values.pop("medium", "EMAIL")
    number = Delivery.objects.count()
    is_sent = state in ("SENT", "DELIVERED", "BOUNCED")
    return Delivery.objects.create(
        campaign=of.campaign,
        run=of.run,
        enrollment=of,
        member_id=of.member_id,
        step="m1",
        medium=medium,
        send_key=f"e{of.pk}:m1:{number}",
        state=state,
        reason=reason,
        language="en",
        queued_at=NOW,
        not_before_at=NOW,
        expires_at=NOW + DAY,
        **{"sent_at": NOW if is_sent else None, "cost_amount": 5 if is_sent else 0, **values},
    )


def gift(of: Enrollment, state: str = "CLAIMED", *, step: str = "g1", **values: Any) -> Coupon:
    """What the step gave, as `campaigns.services.journey_gifts` does."""
    is_used = state == "REDEEMED"
    coupon = Coupon.objects.create(
        code=f"C{of.pk:010d}{step}".upper(),
        state=state,
        origin="CAMPAIGN",
        member_id=of.member_id,
        issued_at=NOW,
        claimed_at=None if state == "ISSUED" else NOW,
        **{
            "type": values.get("type") or coupon_type(),
            "expires_at": NOW + 30 * DAY,
            "redeemed_at": NOW + DAY if is_used else None,
            "discount_amount": 1_000 if is_used else 0,
            **values,
        },
    )
    PrizeGrant.objects.create(
        key=f"campaign:{of.pk}:{step}",
        origin="CAMPAIGN",
        member_id=of.member_id,
        what="COUPON",
        made={"coupons": [coupon.pk]},
        given_at=NOW,
    )
    return coupon


def order(member_id: int, amount: int, *, after: timedelta = DAY, refunded: int = 0) -> Order:
    moment = NOW + after
    number = Order.objects.count()
    return Order.objects.create(
        source="till",
        external_id=f"T-{number}",
        fingerprint=b"f" * 32,
        channel=Channel.objects.get(code="pos"),
        store=Store.objects.get(code="SH01"),
        member_id=member_id,
        occurred_at=moment,
        recorded_at=moment,
        business_date=(moment + timedelta(hours=8)).date(),
        currency="CNY",
        gross_amount=amount,
        discount_amount=0,
        net_amount=amount,
        money_amount=amount,
        refunded_amount=refunded,
    )
