"""Whom the effect of a campaign is asked about, as the parts of every statement that asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analytics.selectors import asking
from campaigns.models import Campaign, ContactPolicy, Enrollment
from campaigns.rules import effects as rules
from campaigns.selectors import effect_parts
from campaigns.selectors import effect_sql as sql
from campaigns.selectors.effect_parts import Parts
from loyalty.services import programs

_DAY = timedelta(days=1)
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


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
        self.asked, self.parts, self.at = asked, parts, at
        policy = ContactPolicy.objects.first() or ContactPolicy()
        self.attribution_days = policy.attribution_days
        self.params: dict[str, Any] = {
            "campaign": campaign.pk,
            "goal_hours": 24 * parts.goal_days,
            "attribution_hours": 24 * self.attribution_days,
            "reasons": list(rules.REASONS),
            "gift_steps": list(parts.coupon_steps),
            "most_coupons": parts.most_coupons,
            "point_steps": list(parts.point_steps),
            "has_messages": parts.has_messages,
            "has_gifts": parts.has_gifts,
            "is_imported": parts.is_imported,
            "at": at,
            **_narrowing(asked, programs.current().zone),
        }
        self.arms: tuple[str, ...] = ()
        came = asking.rows(self._narrowed(sql.ARMS), self.params)
        self.arms = tuple(sorted({*parts.arms, *(arm for arm, _, _ in came)}))
        self.params |= {f"arm_{number}": arm for number, arm in enumerate(self.arms, 1)}
        self.params |= self._days(came)

    def whole(self) -> str:
        """The statement that answers for members, their orders and their coupons at once."""
        parts = self.parts
        ctes, signs, answers = [self._narrowed(sql.SCOPED)], [sql.OF_NOTHING], [sql.OF_PEOPLE]
        if parts.has_messages:
            ctes.append(self._of_messages(sql.LETTERS))
            signs.append(sql.OF_LETTERS)
        if parts.has_gifts:
            ctes.append(sql.GIVEN_BY_TYPE if parts.is_imported else sql.GIVEN)
            signs.append(sql.OF_GIVEN)
        ctes += [sql.WAYS.format(signs=" UNION ALL ".join(signs)), sql.SOLD]
        if parts.has_messages:
            ctes.append(sql.TOUCHED)
            answers.append(sql.OF_TOUCHED)
        if parts.has_gifts:
            ctes.append(sql.HELD)
            answers.append(sql.OF_COUPONS)
        return f"WITH RECURSIVE {', '.join(ctes)} {' UNION ALL '.join(answers)}"

    def messages(self) -> str:
        """The statement that counts messages by channel."""
        counted = self._of_messages(sql.BY_MEDIUM)
        if not self._is_narrowed():
            return counted
        return f"WITH {self._narrowed(sql.SCOPED)} {counted}"

    def points(self) -> str:
        """The statement that counts points that were given, and those that are left."""
        return f"WITH {self._narrowed(sql.SCOPED)} {sql.POINTS}"

    def _narrowed(self, text: str) -> str:
        joined = ""
        if self.asked.store_ids is not None:
            joined = "JOIN members_member m ON m.id = e.member_id AND m.store_id = ANY(%(stores)s)"
        return text.format(joined=joined, narrowed=" ".join(self._conditions()), side=self._side())

    def _side(self) -> str:
        """The arm as its number."""
        whens = [
            f"WHEN %(arm_{number})s THEN "
            f"{number + (0 if arm == Enrollment.CONTROL else sql.NOT_CONTROL)}"
            for number, arm in enumerate(self.arms, 1)
        ]
        return f"CASE e.arm {' '.join(whens)} END" if whens else "0"

    def _conditions(self) -> list[str]:
        conditions = {
            "AND e.run_id = %(run)s": self.asked.run_id is not None,
            "AND e.arm = %(arm)s": bool(self.asked.arm),
            "AND e.entered_at >= %(from_at)s": self.asked.from_on is not None,
            "AND e.entered_at < %(to_at)s": self.asked.to_on is not None,
        }
        return [text for text, is_asked in conditions.items() if is_asked]

    def _is_narrowed(self) -> bool:
        return bool(self._conditions()) or self.asked.store_ids is not None

    def _of_messages(self, text: str) -> str:
        """Whom messages are of is looked up only where that narrows them."""
        joined = "JOIN scoped s ON s.id = d.enrollment_id" if self._is_narrowed() else ""
        medium = "AND d.medium = %(medium)s" if self.asked.medium else ""
        return text.format(of_enrollments=joined, by_medium=medium)

    def _days(self, came: Sequence[tuple[Any, ...]]) -> dict[str, date]:
        """The business days of all orders that may count: no more of them are read. A shop's day
        is that of the same instant in Greenwich, the one before or the one behind."""
        first = min((row[1] for row in came), default=_LONG_AGO)
        last = max((row[2] for row in came), default=_LONG_AGO)
        until = last + self.parts.goal_days * _DAY
        if self.parts.has_messages:
            (sent_at,) = asking.row(sql.LAST_SENT, self.params)
            touched = (sent_at or first) + self.attribution_days * _DAY
            until = max(until, min(touched, self.at))
        return {
            "first_on": (first.astimezone(UTC) - _DAY).date(),
            "last_on": (until.astimezone(UTC) + _DAY).date(),
        }


def _narrowing(asked: Asked, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "run": asked.run_id,
        "arm": asked.arm,
        "medium": asked.medium,
        "stores": list(asked.store_ids or ()),
        "from_at": effect_parts.midnight(asked.from_on, zone) if asked.from_on else None,
        "to_at": effect_parts.midnight(asked.to_on + _DAY, zone) if asked.to_on else None,
    }
