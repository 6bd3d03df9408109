"""Scores of members, what changed of them, the cuts, and classes that are published as tags."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from analytics.models import AnalyticsPolicy, ClassChange, ClassTag, MemberMetrics, MemberScore
from analytics.rules import classes
from analytics.services import scorecards
from members.models import Tag


def fill(people: Sequence[Any], *, at: datetime) -> None:
    AnalyticsPolicy.objects.create(pk=1)
    _publish()
    scorecards.install()
    day = at.date()
    for person in people:
        MemberScore.objects.create(
            member=person,
            as_of_on=day,
            recency_days=3,
            window_orders_count=2,
            window_net_amount=20_000,
            r_score=5,
            f_score=2,
            m_score=3,
            stage="growth",
            rfm_8="101",
            health="27.50",
            health_before="41.00",
        )
        ClassChange.objects.create(
            member=person, kind="STAGE", day=day, before="acquisition", after="growth"
        )
    MemberMetrics.objects.get_or_create(
        member=people[-1],
        defaults={
            "first_day": day,
            "last_day": day,
            "purchase_days_count": 1,
            "orders_count": 2,
            "net_amount": 20_000,
        },
    )


def _publish() -> None:
    for kind, codes in classes.CODES.items():
        for code in codes[:2]:
            tag = Tag.objects.create(code=f"{kind}-{code}".lower(), name_en=f"{kind} {code}")
            ClassTag.objects.create(kind=kind, code=code, tag=tag)
