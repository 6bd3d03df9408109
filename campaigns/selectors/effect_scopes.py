"""Whom the effect of a campaign is asked about, as the parts of every statement that asks."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from campaigns.models import Campaign, ContactPolicy
from campaigns.rules import effects as rules
from campaigns.selectors import effect_parts
from campaigns.selectors import effect_sql as sql
from campaigns.selectors.effect_parts import Parts
from loyalty.services import programs


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the effect is narrowed to; None and "" are all. The period is of coming in, both days
    included, in the programme's zone; stores are the members'."""

    run_id: int | None = None
    arm: str = ""
    medium: str = ""
    store_ids: tuple[int, ...] | None = None
    from_on: date | None = None
    to_on: date | None = None


class Scope:
    """What all queries of one effect share."""

    def __init__(self, campaign: Campaign, asked: Asked, parts: Parts, at: datetime) -> None:
        self.asked, self.parts = asked, parts
        zone = programs.current().zone
        policy = ContactPolicy.objects.first() or ContactPolicy()
        self.attribution_days = policy.attribution_days
        self.arms = effect_parts.arms_of(campaign)
        first, last = effect_parts.entered_days(campaign, zone)
        self.params: dict[str, Any] = {
            "campaign": campaign.pk,
            "goal_days": parts.goal_days,
            "attribution_days": self.attribution_days,
            "reasons": list(rules.REASONS),
            "arms": list(self.arms),
            "gift_steps": list(parts.coupon_steps),
            "point_steps": list(parts.point_steps),
            "has_messages": parts.has_messages,
            "has_gifts": parts.has_gifts,
            # Of what was brought in nobody knows what was given, only what wasn't redeemed.
            "no_gift": "not_redeemed" if parts.is_imported else "nothing_given",
            # A day of the shop may be another one than the programme's.
            "first_on": first - timedelta(days=1),
            "last_on": last + timedelta(days=parts.goal_days + 1),
            "attributed_last_on": at.date() + timedelta(days=1),
            "at": at,
            **_narrowing(asked, zone),
        }

    def query(self, answer: str, *, with_ways: bool = False) -> str:
        joined = ""
        if self.asked.store_ids is not None:
            joined = "JOIN members_member m ON m.id = e.member_id AND m.store_id = ANY(%(stores)s)"
        conditions = {
            "AND e.run_id = %(run)s": self.asked.run_id is not None,
            "AND e.arm = %(arm)s": bool(self.asked.arm),
            "AND e.entered_at >= %(from_at)s": self.asked.from_on is not None,
            "AND e.entered_at < %(to_at)s": self.asked.to_on is not None,
        }
        narrowed = " ".join(text for text, is_asked in conditions.items() if is_asked)
        ctes = [sql.SCOPED.format(joined=joined, narrowed=narrowed)]
        if with_ways:
            ctes += [self._messages(), self._gifts(), sql.WAYS, sql.PEOPLE, sql.ORDERS]
        return f"WITH {', '.join(ctes)} {self._by_medium(answer)}"

    def _messages(self) -> str:
        return self._by_medium(sql.MESSAGES) if self.parts.has_messages else sql.NO_MESSAGES

    def _gifts(self) -> str:
        if self.parts.is_imported:
            return sql.GIFTS_BY_TYPE
        return sql.GIFTS if self.parts.coupon_steps else sql.NO_GIFTS

    def _by_medium(self, text: str) -> str:
        return text.replace("{by_medium}", "AND d.medium = %(medium)s" if self.asked.medium else "")


def _narrowing(asked: Asked, zone: ZoneInfo) -> dict[str, Any]:
    day = timedelta(days=1)
    return {
        "run": asked.run_id,
        "arm": asked.arm,
        "medium": asked.medium,
        "stores": list(asked.store_ids or ()),
        "from_at": effect_parts.midnight(asked.from_on, zone) if asked.from_on else None,
        "to_at": effect_parts.midnight(asked.to_on + day, zone) if asked.to_on else None,
    }
