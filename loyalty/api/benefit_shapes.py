"""What the API hears and shows of benefits: the types of the OpenAPI document."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from loyalty.admin import benefit_sentences, benefit_words
from loyalty.models import Benefit, BenefitUse
from loyalty.rules import benefit_periods
from loyalty.selectors import benefits
from loyalty.selectors.benefit_lists import Shown
from loyalty.services.benefit_claims import Claimed
from members.api import bodies

Kind = Literal["DISCOUNT", "FREE_SHIPPING", "SERVICE", "GOODS", "PRIORITY", "PERSONAL", "IDENTITY"]
Every = Literal["NEVER", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"]
ExternalId = Annotated[
    str, Meta(min_length=1, max_length=80, description="The use's number at the channel.")
]
StoreCode = Annotated[str, Meta(max_length=40, description="Code of the store; empty: none.")]
Reason = Annotated[str, Meta(min_length=1, max_length=80, description="A code, or a few words.")]
Rating = Annotated[int, Meta(ge=1, le=10)]


class BenefitUseSent(bodies.Strict):
    """(source, `external_id`) names the use: again it is the same one."""

    external_id: ExternalId
    store: StoreCode = ""


class BenefitVoidSent(bodies.Strict):
    """The use that is taken back, by its id or by its number at the channel."""

    reason: Reason
    use: Annotated[str, Meta(max_length=36)] = ""
    external_id: Annotated[str, Meta(max_length=80)] = ""


class BenefitRateSent(bodies.Strict):
    """Of a use, or of the newest one that stands."""

    rating: Rating
    use: Annotated[str, Meta(max_length=36)] = ""


class BenefitClaimSent(bodies.Strict):
    """Nothing is asked."""


class BenefitShown(msgspec.Struct, kw_only=True):
    """What is promised. `sentence` says to whom and how often, in the reader's language."""

    code: str
    kind: Kind
    name: str
    description: str
    sentence: str
    is_claimed: bool
    every: Every
    off_basis_points: int
    min_spend_amount: int
    gift_sku: str
    coupon_type: str | None
    badge: str | None
    valid_from: datetime | None
    valid_until: datetime | None


class MemberBenefitShown(BenefitShown, kw_only=True):
    """As a member has it. `quota`, `used` and `left` add the period's own and what was given;
    null: without a limit. `reason` says why it can't be used now, null when it can; `until` is the
    first end of what can be used."""

    is_usable: bool
    reason: str | None
    detail: str
    may_claim: bool
    quota: int | None
    used: int
    left: int | None
    period_from: Annotated[str | None, Meta(description="First day of the quota's period.")]
    until: datetime | None
    score: int


class BenefitsShown(msgspec.Struct):
    """In the order in which they are shown."""

    results: list[BenefitShown]


class MemberBenefitsShown(msgspec.Struct):
    """Each benefit once, in the order of priority and weights."""

    results: list[MemberBenefitShown]


class BenefitUseShown(msgspec.Struct, kw_only=True):
    """A use. `left`: of the benefit afterwards, null without a limit."""

    id: str
    benefit: str
    state: Literal["USED", "VOID"]
    external_id: str
    used_at: datetime
    voided_at: datetime | None
    is_given_back: bool
    rating: int | None
    left: int | None = None


class BenefitClaimedShown(msgspec.Struct, kw_only=True):
    """Until when it may be used, and codes of coupons that came of it now."""

    benefit: str
    until: datetime | None
    coupons: list[str]


def benefit(one: Benefit) -> BenefitShown:
    return BenefitShown(**_fields(one))


def _fields(one: Benefit) -> dict[str, Any]:
    description = _description(one)
    return {
        "code": one.code,
        "kind": one.kind,
        "name": one.name,
        "description": description,
        "sentence": benefit_sentences.whole(one),
        "is_claimed": one.giving == Benefit.Giving.CLAIMED,
        "every": one.every,
        "off_basis_points": one.off_basis_points,
        "min_spend_amount": one.min_spend_amount,
        "gift_sku": one.gift_sku,
        "coupon_type": one.coupon_type.code if one.coupon_type else None,
        "badge": one.badge.code if one.badge else None,
        "valid_from": one.valid_from,
        "valid_until": one.valid_until,
    }


def _description(one: Benefit) -> str:
    """The description in the reader's language, else in the other."""
    return benefit_words.in_language(one.description_zh, one.description_en)


def member_benefit(shown: Shown, at: datetime) -> MemberBenefitShown:
    found = shown.found.standing
    period = benefit_periods.period_of(benefits.moment(at).day, shown.found.benefit.every)
    is_in_all = period.start == benefit_periods.IN_ALL
    return MemberBenefitShown(
        **_fields(shown.found.benefit),
        is_usable=found.is_usable,
        reason=found.why_not or None,
        detail=benefit_words.why_not(found.why_not),
        may_claim=found.may_claim,
        quota=found.quota,
        used=found.used,
        left=found.left,
        period_from=None if is_in_all else period.start.isoformat(),
        until=found.until,
        score=shown.score,
    )


def use(one: BenefitUse, left: int | None = None) -> BenefitUseShown:
    return BenefitUseShown(
        id=str(one.uid),
        benefit=one.benefit.code,
        state=one.state,  # type: ignore[arg-type]
        external_id=one.external_id,
        used_at=one.used_at,
        voided_at=one.voided_at,
        is_given_back=one.given_back,
        rating=one.rating,
        left=left,
    )


def claimed(code: str, done: Claimed) -> BenefitClaimedShown:
    return BenefitClaimedShown(
        benefit=code, until=done.until_at, coupons=[coupon.code for coupon in done.coupons]
    )
