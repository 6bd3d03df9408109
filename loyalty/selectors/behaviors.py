"""What of a member's behaviors counted, and how their streak stands."""

from dataclasses import dataclass
from datetime import date, datetime

from loyalty.errors import UnknownBehavior
from loyalty.models import BehaviorAward, BehaviorRule
from loyalty.rules import behaviors as rules
from loyalty.rules import calendar
from loyalty.rules.behaviors import Earlier, Rule, Step
from loyalty.services import programs
from members.selectors import pages


@dataclass(frozen=True)
class Streak:
    """Days in a row up to today, or up to yesterday while today is still open."""

    behavior: str
    days: int
    last_on: date | None
    is_done_today: bool
    next_bonus: Step | None


def earlier(*, rule: Rule, member_id: int) -> list[Earlier]:
    """The member's awards of this rule, where its streak or caps look at them."""
    if not rule.streak and not rule.is_capped:
        return []
    found = BehaviorAward.objects.filter(rule_id=rule.id, member_id=member_id)
    rows = found.values_list("business_date", "points", "answer__bonus_points")
    return [Earlier(day, points, bonus or 0) for day, points, bonus in rows]


def check_in_streak(*, member_id: int, at: datetime) -> Streak:
    """How the member's check-ins stand at `at`.

    Raises: UnknownBehavior, when none earn now.
    """
    terms = programs.current()
    rule = rules.pick(terms.behaviors, at=at, kind=BehaviorRule.Kind.CHECK_IN)
    if rule is None:
        raise UnknownBehavior(behavior=BehaviorRule.Kind.CHECK_IN.value)
    awards = earlier(rule=rule, member_id=member_id)
    today = calendar.local_day(at, terms.zone)
    days, step = rules.standing(rule, today, awards)
    last_on = max((one.day for one in awards if one.day <= today), default=None)
    return Streak(rule.code, days, last_on, last_on == today, step)


def history(*, member_id: int, before_id: int | None, limit: int) -> pages.Page:
    """The member's awards, newest first."""
    awards = BehaviorAward.objects.filter(member_id=member_id).select_related("rule")
    return pages.newest_first(awards, before_id=before_id, limit=limit)
