"""What calls about recommending take and show."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from members.api import bodies
from members.api.bodies import Instant
from members.api.introductions import Device, PaymentCard

State = Literal["claimed", "registered", "ordered", "matured", "review", "refused"]
What = Literal["points", "coupon", "tier", "benefit", "badge"]


class PromiseShown(msgspec.Struct, kw_only=True):
    """A prize that is promised: to whom and when."""

    when: Literal["registration", "first_order", "ladder"]
    whose: Annotated[Literal["referrer", "friend"], Meta(description="Who gets it.")]
    step: Annotated[int | None, Meta(description="On the ladder: with so many friends.")]
    what: What
    points: int
    count: int
    code: Annotated[str, Meta(description="Of the coupon type, tier, benefit or badge.")]


class RungShown(msgspec.Struct, kw_only=True):
    """A step of the ladder; one that was lost with a return can be reached again."""

    step: int
    is_reached: bool


class LadderShown(msgspec.Struct, kw_only=True):
    """`friends` stand on it now."""

    counts: Literal["registration", "first_order"]
    friends: int
    next_step: int | None
    steps: list[RungShown]


class ReferralPrizeShown(msgspec.Struct, kw_only=True):
    """A prize that was given; `is_undone` when its reason fell away."""

    what: What
    points: int
    given_at: datetime
    is_undone: bool


class ReferralShown(msgspec.Struct, kw_only=True):
    """A member's code, and what it brought."""

    code: str
    link: Annotated[str, Meta(description="Empty where the programme has no address.")]
    qr_svg: Annotated[str, Meta(description="The link, or the code, as an SVG picture.")]
    is_live: Annotated[bool, Meta(description="Whether friends can be recommended now.")]
    promises: list[PromiseShown]
    friends: Annotated[dict[State, int], Meta(description="How many, by state; no names.")]
    ladder: LadderShown | None
    points: Annotated[int, Meta(description="What it brought in points, and still does.")]
    prizes: Annotated[list[ReferralPrizeShown], Meta(description="The newest 100.")]


class ReferralClaimSent(bodies.Strict):
    """The code of who recommended the member."""

    code: Annotated[str, Meta(min_length=1, max_length=40)]
    device: Device = ""
    payment_card: PaymentCard = ""


class ReferralClaimShown(msgspec.Struct, kw_only=True):
    """Who recommended the member is on record. While somebody looks at it, `state` is the same as
    before: what makes us look is nobody's business."""

    state: Literal["claimed", "registered", "ordered", "matured"]
    claimed_at: datetime


class InvitationSent(bodies.Strict):
    """An invitation by its number at your app; nobody who was invited is named."""

    external_id: Annotated[str, Meta(min_length=1, max_length=80)]
    channel: Annotated[
        str, Meta(max_length=20, description="How: wechat, moments, sms, poster.")
    ] = ""
    device: Device = ""


class ChannelInvitationSent(InvitationSent):
    """An invitation, now or when it was sent: at most 30 days ago."""

    invited_at: Instant | None = None


class InvitationShown(msgspec.Struct, kw_only=True):
    """The invitation that was recorded."""

    external_id: str
    channel: str
    invited_at: datetime
