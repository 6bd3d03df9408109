"""The behaviors that earn in a new programme; operators change them in the console."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from loyalty.models import BehaviorRule, Program

_Kind, _Limit = BehaviorRule.Kind, BehaviorRule.Limit


@dataclass(frozen=True)
class BehaviorPlan:
    """A behavior to set up. `streak`: extra points on the n-th day in a row."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    limit: str
    points: int
    streak: dict[str, int] = field(default_factory=dict)
    cap_day_points: int | None = None


# Requirement L2's defaults. Shares and reviews are capped: each is easily made.
DEFAULTS = (
    BehaviorPlan("register", "注册有礼", "Welcome", _Kind.REGISTER, _Limit.ONCE, 100),
    BehaviorPlan(
        "check-in", "每日签到", "Daily check-in", _Kind.CHECK_IN, _Limit.PER_DAY, 5, {"7": 20}
    ),
    BehaviorPlan(
        "share", "分享商品", "Share a product", _Kind.SHARE, _Limit.PER_OBJECT, 20,
        cap_day_points=60,
    ),
    BehaviorPlan(
        "profile", "完善资料", "Complete profile", _Kind.PROFILE_COMPLETE, _Limit.ONCE, 50
    ),
    BehaviorPlan(
        "review", "评价商品", "Review a product", _Kind.REVIEW, _Limit.PER_OBJECT, 10,
        cap_day_points=50,
    ),
    BehaviorPlan(
        "survey", "填写问卷", "Answer a survey", _Kind.SURVEY, _Limit.PER_OBJECT, 20,
        cap_day_points=60,
    ),
)  # fmt: skip


@transaction.atomic
def set_up(*, program: Program, at: datetime, plans: tuple[BehaviorPlan, ...] = DEFAULTS) -> int:
    """How many behaviors were added; those that are there, by code, stay as they are."""
    known = set(BehaviorRule.objects.filter(program=program).values_list("code", flat=True))
    added = [
        BehaviorRule(program=program, valid_from=at, **vars(plan))
        for plan in plans
        if plan.code not in known
    ]
    BehaviorRule.objects.bulk_create(added)
    return len(added)
