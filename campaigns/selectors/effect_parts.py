"""What a campaign consists of, as far as its effect asks: messages, gifts, arms, days."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from campaigns.models import Campaign, CampaignPrize, CampaignVersion, Delivery, Enrollment
from campaigns.rules.effects import GIFT_RUNGS, MESSAGE_RUNGS, Absence, Rung

# A version that was brought in from elsewhere says so in its content, with what is known of it.
IMPORTED = "imported"


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Of all versions: `coupon_steps` and `point_steps` are ids of the steps that give them,
    `arms` the variants that members may be drawn into, with the control."""

    has_messages: bool
    arms: tuple[str, ...]
    media: tuple[str, ...]
    coupon_steps: tuple[str, ...]
    most_coupons: int
    point_steps: tuple[str, ...]
    is_imported: bool
    has_goal: bool
    goal_days: int
    absent: Mapping[Rung, Absence] = field(default_factory=dict)

    @property
    def has_gifts(self) -> bool:
        """Whether coupons are part of it, which can be redeemed."""
        return bool(self.coupon_steps)


def parts_of(campaign: Campaign) -> Parts:
    """From all versions that members came in by. Four queries at most."""
    versions = list(campaign.versions.order_by("number"))
    prizes = CampaignPrize.objects.filter(version__in=versions)
    told = set(prizes.values_list("what", "step", "count"))
    coupons = tuple(sorted({step for what, step, _ in told if what == CampaignPrize.What.COUPON}))
    points = tuple(sorted({step for what, step, _ in told if what == CampaignPrize.What.POINTS}))
    is_imported = any(IMPORTED in version.content for version in versions)
    last = versions[-1].content if versions else {}
    has_messages = not is_imported and _has_messages(campaign, versions)
    return Parts(
        has_messages=has_messages,
        arms=_arms(versions),
        media=tuple(sorted(set(_media(versions)))),
        coupon_steps=coupons,
        # What one step gave at most, at a time.
        most_coupons=max((count for _, _, count in told), default=1),
        point_steps=points,
        is_imported=is_imported,
        has_goal=any(version.content.get("goal_event") for version in versions),
        goal_days=int(last.get("goal_days", campaign.goal_days)),
        absent=_absent(has_messages, bool(coupons), is_imported),
    )


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def steps_of(steps: Any) -> Iterator[Mapping[str, Any]]:
    """All steps, at whatever depth."""
    for step in steps if isinstance(steps, list) else ():
        yield step
        for value in step.values():
            if isinstance(value, list) and value and isinstance(value[0], dict):
                yield from steps_of(value)


def _arms(versions: Iterable[CampaignVersion]) -> tuple[str, ...]:
    found = {str(arm["code"]) for one in versions for arm in one.content.get("arms", ())}
    if any(one.content.get("control_share") for one in versions):
        found.add(Enrollment.CONTROL)
    return tuple(sorted(found))


def _media(versions: Iterable[CampaignVersion]) -> Iterator[str]:
    for version in versions:
        for step in steps_of(version.content.get("steps")):
            if step.get("kind") == "MESSAGE":
                yield from step.get("media", ())


def _has_messages(campaign: Campaign, versions: Iterable[CampaignVersion]) -> bool:
    if any(_media(versions)):
        return True
    return Delivery.objects.filter(campaign=campaign, enrollment__isnull=False).exists()


def _absent(has_messages: bool, has_gifts: bool, is_imported: bool) -> dict[Rung, Absence]:
    absent: dict[Rung, Absence] = {}
    if is_imported:
        absent[Rung.ELIGIBLE] = absent[Rung.CLAIMED] = Absence.UNKNOWN
        absent |= dict.fromkeys(MESSAGE_RUNGS, Absence.UNKNOWN)
    elif not has_messages:
        absent |= dict.fromkeys(MESSAGE_RUNGS, Absence.NOT_PART)
    if not has_gifts:
        absent |= dict.fromkeys(GIFT_RUNGS, Absence.NOT_PART)
    return absent
