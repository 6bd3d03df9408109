"""What an approval binds, and the frozen version that members come in by.

Source: docs/algorithms/campaigns.md, "What the approval binds".
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from campaigns.models import Campaign, CampaignPrize, CampaignVersion, MessageTemplate
from campaigns.rules import journeys
from campaigns.rules.journey_steps import Grant, Kind, Message
from campaigns.rules.journeys import Flow
from campaigns.selectors import definitions, gift_worth
from campaigns.services import templates
from loyalty.models import Badge, Benefit, CouponType
from members.errors import DomainError

# Guard-rails that change what members meet; all of them are bound.
_RAILS = (
    "purpose",
    "priority",
    "quiet_from",
    "quiet_until",
    "expires_hours",
    "cap_policy",
    "late_policy",
    "late_minutes",
    "rate_per_minute",
    "audience_limit",
    "budget_amount",
    "starts_at",
    "ends_at",
    "re_entry_days",
)
_MOST_KEPT = 500
_flows: dict[tuple[int, str], Flow] = {}
_ONE_ARM = [{"code": "a", "share": 10_000}]


class UnknownGift(DomainError):
    """A step of the campaign gives something that doesn't exist."""

    code = "unknown_gift"


def flow_of(campaign: Campaign) -> Flow:
    """The flow of the draft.

    Raises: BadSteps.
    """
    return journeys.read(campaign.steps, arms=arm_codes(content_arms(campaign)))


def flow_of_version(version: CampaignVersion) -> Flow:
    """The flow as it was approved; read once, since a version never changes."""
    key = (version.pk, version.content_hash)
    if key not in _flows:
        if len(_flows) >= _MOST_KEPT:
            _flows.clear()
        content = version.content
        _flows[key] = journeys.read(content["steps"], arms=arm_codes(content["arms"]))
    return _flows[key]


def content_arms(campaign: Campaign) -> list[dict[str, Any]]:
    """The draft's arms; one without any has a single one that takes all but the control."""
    return campaign.arms or [{**_ONE_ARM[0], "share": 10_000 - campaign.control_share}]


def arm_codes(arms: list[dict[str, Any]]) -> list[str]:
    return [one["code"] for one in arms]


def content_of(campaign: Campaign) -> dict[str, Any]:
    """All that members will meet, with the texts as they are now; who they are, with what segments
    and tags mean now; and what the gifts of one member may cost at most, in minor units.

    Raises: BadSteps.
    """
    flow = flow_of(campaign)
    codes = {one.template for one in flow.of_kind(Kind.MESSAGE) if isinstance(one, Message)}
    rows = MessageTemplate.objects.filter(code__in=codes).order_by("code")
    return {
        "steps": campaign.steps,
        "exits": campaign.exits,
        "goal_event": campaign.goal_event,
        "goal_days": campaign.goal_days,
        "is_over_at_goal": campaign.is_over_at_goal,
        "arms": content_arms(campaign),
        "control_share": campaign.control_share,
        "texts": {row.code: templates.freeze(row) for row in rows},
        "liability_of_one_amount": _liability_of_one(flow),
        "audience": definitions.audience(campaign),
        "definitions": definitions.of_steps(campaign.steps),
    }


def is_dearer(version: CampaignVersion) -> bool:
    """Whether its gifts may cost more by now than when it was approved: points are worth more, or
    a coupon takes off more."""
    approved: int | None = version.content.get("liability_of_one_amount")
    return approved is not None and _liability_of_one(flow_of_version(version)) > approved


def _liability_of_one(flow: Flow) -> int:
    return gift_worth.liability_of_one(flow) if flow.of_kind(Kind.GRANT) else 0


def hash_of(campaign: Campaign) -> str:
    """64 hexadecimal digits: other ones as soon as anything that was approved is otherwise.

    Raises: BadSteps.
    """
    bound = {
        "content": content_of(campaign),
        "entry": [campaign.entry, campaign.entry_rule],
        "rails": {name: _plain(getattr(campaign, name)) for name in _RAILS},
        "salt": campaign.salt,
    }
    return _digest(bound)


def freeze(*, campaign: Campaign, at: datetime) -> CampaignVersion:
    """The draft's content as a version: a new one, or the last one where nothing is otherwise. In
    the caller's transaction, behind the campaign's lock.

    Raises: BadSteps; UnknownGift.
    """
    content = content_of(campaign)
    digest = _digest(content)
    last = campaign.versions.order_by("-number").first()
    if last is not None and last.content_hash == digest:
        return last
    version = CampaignVersion.objects.create(
        campaign=campaign,
        number=1 if last is None else last.number + 1,
        content=content,
        content_hash=digest,
        created_at=at,
    )
    for step in flow_of_version(version).of_kind(Kind.GRANT):
        assert isinstance(step, Grant)
        if step.what != "TAG":
            _prize(version, step).save()
    return version


def _prize(version: CampaignVersion, step: Grant) -> CampaignPrize:
    prize = CampaignPrize(
        version=version,
        step=step.id,
        what=step.what,
        points=step.points,
        count=step.count,
        days=step.days,
    )
    match step.what:
        case "COUPON":
            prize.coupon_type = _given(CouponType, step)
        case "BENEFIT":
            prize.benefit = _given(Benefit, step)
        case "BADGE":
            prize.badge = _given(Badge, step)
    return prize


def _given(model: Any, step: Grant) -> Any:
    found = model.objects.filter(code=step.code).order_by("-pk").first()
    if found is None:
        raise UnknownGift(step=step.id, code=step.code)
    return found


def _digest(bound: Mapping[str, Any]) -> str:
    told = json.dumps(bound, sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()


def _plain(value: Any) -> Any:
    return None if value is None else str(value)
