"""What the API hears and shows of rewards and redemptions: the types of the OpenAPI document."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
import segno
from django.utils.translation import gettext
from msgspec import Meta

from loyalty.models import Redemption
from loyalty.rules import redemptions as rules
from loyalty.selectors import redemptions as found
from loyalty.selectors.rewards import Offered
from loyalty.services import reward_refusals
from loyalty.services.documents import Amount, MemberReference
from members.api import bodies

Kind = Literal["COUPON", "GOODS", "SERVICE", "EXPERIENCE", "DONATION"]
State = Literal["REQUESTED", "READY", "FULFILLED", "CANCELED", "EXPIRED"]
StoreCode = Annotated[str, Meta(max_length=40, description="Code of the store; empty: none.")]
ExternalId = Annotated[
    str, Meta(min_length=1, max_length=80, description="Your number: the same again is a repeat.")
]
Quantity = Annotated[int, Meta(ge=1, le=99)]
_QR_PIXELS = 6


class RedemptionSent(bodies.Strict):
    """Who wants how many; `store` is where they will pick it up."""

    external_id: ExternalId
    member: MemberReference
    quantity: Quantity = 1
    store: StoreCode = ""


class OwnRedemptionSent(bodies.Strict):
    """How many, and where they are picked up."""

    quantity: Quantity = 1
    store: StoreCode = ""


class PaymentSent(bodies.Strict):
    """A payment that was made: its number, and its amount, which is what is to be paid."""

    payment_ref: Annotated[str, Meta(min_length=1, max_length=80)]
    amount: Amount


class CancelSent(bodies.Strict):
    """Why staff cancels it; empty where the member does."""

    reason: Annotated[str, Meta(max_length=80)] = ""


class OwnCancelSent(bodies.Strict):
    """Nothing more is to be said."""


class FulfilSent(bodies.Strict):
    """Your number of the hand-over, and where it is."""

    external_id: ExternalId
    store: StoreCode = ""


class FulfilByCodeSent(FulfilSent, kw_only=True):
    """The code that the member shows; blanks, hyphens and small letters don't matter."""

    code: Annotated[str, Meta(min_length=1, max_length=80)]


class RefusalShown(msgspec.Struct, kw_only=True):
    """Why not now: a stable code, and the same in the reader's language."""

    code: str
    detail: str


class RewardShown(msgspec.Struct, kw_only=True):
    """A reward at the price for this member's tier. `left_count` and `member_left_count` null:
    no end. `refusals` empty: it can be had now. `stores` empty: in all stores."""

    id: str
    code: str
    kind: Kind
    name_zh: str
    name_en: str
    description_zh: str
    description_en: str
    image_url: str
    price_points: int
    price_amount: int
    left_count: int | None
    member_left_count: int | None
    valid_until: datetime | None
    pickup_days: int
    stores: list[str]
    tiers: list[str]
    refusals: list[RefusalShown]


class RedemptionShown(msgspec.Struct, kw_only=True):
    """A redemption as it stands now. `pickup_code` while it is READY. `expires_at`: until when it
    is to be paid (REQUESTED) or picked up (READY). `money_back_amount` is what whoever took the
    money pays back, once it came to nothing."""

    id: str
    external_id: str
    state: State
    reward: str
    reward_id: str
    kind: Kind
    name_zh: str
    name_en: str
    member: str
    quantity: int
    points: int
    money_amount: int
    payment_ref: str
    store: str
    pickup_code: str
    requested_at: datetime
    expires_at: datetime | None
    fulfilled_at: datetime | None
    fulfilled_store: str
    ended_at: datetime | None
    returned_points: int
    money_back_amount: int


class OwnRedemptionShown(RedemptionShown, kw_only=True):
    """The same, with the code as a picture that a counter scans: an SVG as a data URI."""

    pickup_qr: str


def reward(offered: Offered) -> RewardShown:
    one = offered.reward
    return RewardShown(
        id=str(one.uid),
        price_points=offered.price.points,
        price_amount=offered.price.amount,
        left_count=offered.left_count,
        member_left_count=offered.member_left_count,
        stores=sorted(store.code for store in one.stores.all()),
        tiers=[row.tier.code for row in one.tiers.all()],
        refusals=[refusal(code) for code in offered.refusals],
        **{name: getattr(one, name) for name in _COLUMNS},
    )


_COLUMNS = (
    "code",
    "kind",
    "name_zh",
    "name_en",
    "description_zh",
    "description_en",
    "image_url",
    "valid_until",
    "pickup_days",
)


def refusal(code: str) -> RefusalShown:
    return RefusalShown(code=code, detail=gettext(reward_refusals.CODES[code]))


def redemption(row: Redemption, at: datetime) -> RedemptionShown:
    return RedemptionShown(**_fields(row, at))


def own_redemption(row: Redemption, at: datetime) -> OwnRedemptionShown:
    fields = _fields(row, at)
    return OwnRedemptionShown(**fields, pickup_qr=qr(fields["pickup_code"]))


def qr(code: str) -> str:
    """The code as a picture; empty where there is none."""
    if not code:
        return ""
    return str(segno.make(code, micro=False, error="m").svg_data_uri(scale=_QR_PIXELS, border=2))


def _fields(row: Redemption, at: datetime) -> dict[str, Any]:
    state = rules.state_at(row.state, row.expires_at, at)
    return {
        "id": str(row.uid),
        "external_id": row.external_id,
        "state": state,
        "reward": row.reward.code,
        "reward_id": str(row.reward.uid),
        "kind": row.reward.kind,
        "name_zh": row.reward.name_zh,
        "name_en": row.reward.name_en,
        "member": str(row.member.uid),
        "quantity": row.quantity,
        "points": row.points,
        "money_amount": row.money_amount,
        "payment_ref": row.payment_ref,
        "store": row.store.code if row.store else "",
        "pickup_code": row.pickup_code if state == rules.READY else "",
        "requested_at": row.requested_at,
        "expires_at": row.expires_at,
        "fulfilled_at": row.fulfilled_at,
        "fulfilled_store": row.fulfilled_store.code if row.fulfilled_store else "",
        "ended_at": row.expires_at if state == rules.EXPIRED else row.ended_at,
        "returned_points": row.returned_points,
        "money_back_amount": found.money_back(redemption=row, at=at),
    }
