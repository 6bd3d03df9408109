"""What a campaign consists of, as far as its effect asks: messages, gifts, arms, days."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max, Min

from campaigns.models import Campaign, CampaignPrize, Delivery, Enrollment
from campaigns.rules.effects import GIFT_RUNGS, MESSAGE_RUNGS, Absence, Rung

# A version that was brought in from elsewhere says so in its content, with what is known of it.
IMPORTED = "imported"


@dataclass(frozen=True, kw_only=True)
class Parts:
    """`coupon_steps` and `point_steps` are ids of the steps that give them, of all versions."""

    has_messages: bool
    coupon_steps: tuple[str, ...]
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
    told = set(prizes.values_list("what", "step"))
    coupons = tuple(sorted(step for what, step in told if what == CampaignPrize.What.COUPON))
    points = tuple(sorted(step for what, step in told if what == CampaignPrize.What.POINTS))
    is_imported = any(IMPORTED in version.content for version in versions)
    last = versions[-1].content if versions else {}
    has_messages = not is_imported and _has_messages(campaign, versions)
    return Parts(
        has_messages=has_messages,
        coupon_steps=coupons,
        point_steps=points,
        is_imported=is_imported,
        has_goal=any(version.content.get("goal_event") for version in versions),
        goal_days=int(last.get("goal_days", campaign.goal_days)),
        absent=_absent(has_messages, bool(coupons), is_imported),
    )


def arms_of(campaign: Campaign) -> tuple[str, ...]:
    """The arms that somebody was drawn into, and the control."""
    arms = Enrollment.objects.filter(campaign=campaign).order_by("arm")
    return tuple(arms.values_list("arm", flat=True).distinct())


def entered_days(campaign: Campaign, zone: ZoneInfo) -> tuple[date, date]:
    """The first and the last day on which somebody came in."""
    found = Enrollment.objects.filter(campaign=campaign).aggregate(
        first=Min("entered_at"), last=Max("entered_at")
    )
    if found["first"] is None:
        return date(2000, 1, 1), date(2000, 1, 1)
    return found["first"].astimezone(zone).date(), found["last"].astimezone(zone).date()


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def kinds_of(steps: Any) -> Iterator[str]:
    """The kinds of all steps, at whatever depth."""
    for step in steps if isinstance(steps, list) else ():
        yield str(step.get("kind", ""))
        for value in step.values():
            if isinstance(value, list) and value and isinstance(value[0], dict):
                yield from kinds_of(value)


def _has_messages(campaign: Campaign, versions: list[Any]) -> bool:
    if any("MESSAGE" in kinds_of(version.content.get("steps")) for version in versions):
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
