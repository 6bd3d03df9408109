"""What rules of tags and segments may ask about scores and classes, as of the last night."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.models import ClassKind
from analytics.registry import classes
from members.admin.member_fields import field_of
from members.registry import member_fields
from members.registry.fields import Wording
from members.registry.member_fields import MemberField
from members.rules.conditions import Type

_GROUP = _("Scores and classes")
_HINT = _("As the last nightly run found; who has none meets no comparison with it.")
JOINS = {
    "scores": "LEFT JOIN analytics_memberscore sco ON sco.member_id = m.id",
    "metrics": "LEFT JOIN analytics_membermetrics mm ON mm.member_id = m.id",
}


def register() -> None:
    """Called by `apps.ready`."""
    member_fields.add((*_classes(), *_scores(), _overdue()), joins=JOINS)


def _classes() -> Iterable[MemberField]:
    for code, label, kind, column in (
        ("class.stage", _("life-cycle stage"), ClassKind.STAGE, "stage"),
        ("class.value", _("value class"), ClassKind.VALUE, "value_class"),
        ("class.customer", _("customer class"), ClassKind.CUSTOMER, "customer_class"),
        ("class.rfm_4", _("RFM class of four"), ClassKind.RFM_4, "rfm_4"),
        ("class.rfm_8", _("RFM class of eight"), ClassKind.RFM_8, "rfm_8"),
        ("class.rfm_10", _("RFM segment of ten"), ClassKind.RFM_10, "rfm_10"),
    ):
        yield MemberField(
            field=field_of(code, Type.CHOICE),
            wording=Wording(
                label=label, group=_GROUP, choices=partial(classes.choices, kind), hint=_HINT
            ),
            sql=f"NULLIF(sco.{column}, '')",
            joins=("scores",),
        )


def _scores() -> Iterable[MemberField]:
    for code, label, column in (
        ("score.r", _("score of recency (R)"), "r_score"),
        ("score.f", _("score of frequency (F)"), "f_score"),
        ("score.m", _("score of money (M)"), "m_score"),
    ):
        yield _score(code, label, f"sco.{column}", least=1, most=5)
    yield _score(
        "score.health", _("health, whole points"), "floor(sco.health)::int", least=0, most=100
    )
    yield _score(
        "score.health_fall",
        _("points of health lost since the night before"),
        "floor(sco.health_before)::int - floor(sco.health)::int",
        least=0,
        most=100,
    )


def _score(code: str, label: Any, sql: str, *, least: int, most: int) -> MemberField:
    return MemberField(
        field=field_of(code, Type.INTEGER, least=least, most=most),
        wording=Wording(label=label, group=_GROUP, hint=_HINT),
        sql=sql,
        joins=("scores",),
    )


def _overdue() -> MemberField:
    """By each member's own rhythm: the median of the days between their purchase days."""
    return MemberField(
        field=field_of("orders.overdue_days", Type.INTEGER),
        wording=Wording(
            label=_("days past their usual next purchase"),
            group=_GROUP,
            hint=_(
                "By the days that usually lie between their own purchases; below 0 it isn't due "
                "yet. Who bought on one day only meets no comparison with it."
            ),
        ),
        sql="(%(today)s::date - mm.last_day) - ceil(mm.gap_days)::int",
        joins=("metrics",),
    )
