"""All figures as of a day in one document, and each member's in a line: what two systems compare.

The keys are those of docs/measures-export.md; a test compares the two.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import translation

from analytics.models import ClassKind
from analytics.registry import measures as registry
from analytics.registry.measures import Measure
from analytics.rules import ratios
from analytics.selectors import policies, scoring, spans
from analytics.selectors.filters import Filters, Period
from analytics.selectors.measures import classes, funnels, months, repurchase, sources, tiers
from analytics.selectors.measures import totals as all_orders
from loyalty.services import programs

FORMAT = 1
_CHUNK = 5_000


@dataclass(frozen=True, kw_only=True)
class Asked:
    """As of which day, over which period, and within how many days a repurchase counts."""

    period: Period
    repurchase_days: tuple[int, ...] = repurchase.STANDARD

    @property
    def filters(self) -> Filters:
        return Filters(period=self.period)


def document(asked: Asked) -> dict[str, Any]:
    """Numbers, texts and lists only. The same facts give the same document, in the same order."""
    filters = asked.filters
    terms = programs.current()
    with translation.override("en"):
        return {
            "format": FORMAT,
            "as_of": asked.period.to_on.isoformat(),
            "from": asked.period.from_on.isoformat(),
            "currency": terms.currency,
            "time_zone": terms.time_zone,
            "settings": _settings(),
            "totals": asdict(all_orders.totals(filters.as_of)),
            "measures": {code: _measure(one, asked) for code, one in registry.MEASURES.items()},
            "repurchase": [_repurchase(one) for one in _repurchases(asked)],
            "cohorts": [_cohort(one) for one in months.cohorts(filters)],
            "life_cycle": [_month(one) for one in months.life_cycle(filters)],
            **_classes(classes.classes(filters)),
            "sources": {by.value: _sources(filters, by) for by in sources.By},
            "funnels": {
                "acquisition": _funnel(funnels.acquisition(filters)),
                "joining": _funnel(funnels.joining(filters)),
            },
            "tiers": [_tier(one) for one in tiers.worths(filters)],
            "tier_conversion": [_conversion(one) for one in tiers.conversions(filters)],
            "tier_flow": [_flow(one) for one in tiers.flow(filters)],
        }


def members(asked: Asked) -> Iterator[dict[str, Any]]:
    """One per member who may be profiled, by id; read bit by bit."""
    wanted = scoring.of(asked.filters, policy=policies.current(), zone=spans.zone())
    sql = _MEMBERS.format(scores=f"({wanted.sql})")
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, wanted.params)
        names = [column.name for column in cursor.description]
        while rows := cursor.fetchmany(_CHUNK):
            for row in rows:
                yield {name: _plain(value) for name, value in zip(names, row, strict=True)}


_MEMBERS = """
SELECT m.uid AS member, s.last_day, s.recency_days, s.orders_count, s.purchase_days_count,
    s.gap_days, s.window_orders_count, s.window_net_amount, s.year_orders_count,
    s.year_net_amount, s.r_score, s.f_score, s.m_score, s.rfm_4, s.rfm_8, s.rfm_10, s.stage,
    s.value_class, s.customer_class, s.engagement_score, s.service_score, s.health
FROM {scores} s JOIN members_member m ON m.id = s.member_id ORDER BY s.member_id
"""


def _settings() -> dict[str, Any]:
    """The cuts that the classes were made by."""
    return {name: _plain(value) for name, value in asdict(policies.current()).items()}


def _measure(measure: Measure, asked: Asked) -> dict[str, Any]:
    found = measure.read(asked.filters)
    return {
        "value": _plain(found.value),
        "numerator": _plain(found.numerator),
        "denominator": _plain(found.denominator),
        "unit": measure.unit.value,
        "label": str(measure.label),
        "definition": str(measure.definition),
        "from": asked.period.from_on.isoformat(),
        "as_of": asked.period.to_on.isoformat(),
    }


def _repurchases(asked: Asked) -> tuple[repurchase.Repurchase, ...]:
    return repurchase.repurchase(asked.filters, asked.repurchase_days)


def _repurchase(found: repurchase.Repurchase) -> dict[str, Any]:
    return {
        "days": found.days,
        "first": _ratio(found.first_repeated, found.first_base),
        "all": _ratio(found.all_repeated, found.all_base),
    }


def _ratio(part: int, whole: int) -> dict[str, Any]:
    percent = _plain(ratios.percent(part, whole))
    return {"numerator": part, "denominator": whole, "percent": percent}


def _cohort(found: months.Cohort) -> dict[str, Any]:
    return {
        "month": _month_name(found.month),
        "members": found.size,
        "active": list(found.active),
    }


def _month(found: months.Month) -> dict[str, Any]:
    return {
        "month": _month_name(found.month),
        "active": found.active,
        "new": found.new,
        "returning": found.returning,
        "resurrecting": found.resurrecting,
        "dormant": found.dormant,
    }


def _month_name(month: date) -> str:
    return f"{month:%Y-%m}"


def _classes(found: classes.Classes) -> dict[str, Any]:
    scores = {letter: dict.fromkeys("12345", 0) for letter in "rfm"}
    cells = []
    for (r, f, m), cell in found.cells().items():
        cells.append({"r": r, "f": f, "m": m, **asdict(cell)})
        for letter, score in (("r", r), ("f", f), ("m", m)):
            scores[letter][str(score)] += cell.members
    return {
        "rfm": {
            "members": found.scored,
            "scores": scores,
            "cells": cells,
            "classes_4": found.counts(ClassKind.RFM_4),
            "classes_8": found.counts(ClassKind.RFM_8),
            "segments_10": found.counts(ClassKind.RFM_10),
        },
        "stages": found.counts(ClassKind.STAGE),
        "value_classes": found.counts(ClassKind.VALUE),
        "customer_classes": found.counts(ClassKind.CUSTOMER),
        "health": found.counts(ClassKind.HEALTH),
    }


def _sources(filters: Filters, by: sources.By) -> list[dict[str, Any]]:
    return [
        {
            "key": one.key,
            "new_members": one.new,
            "new_members_with_order": one.with_order,
            "spend": _plain(ratios.told(one.spend)),
            "cac": _plain(one.each.value),
            "cac_first_order": _plain(one.each_with_order.value),
        }
        for one in sources.sources(filters, by)
    ]


def _funnel(steps: tuple[funnels.Step, ...]) -> list[dict[str, Any]]:
    return [{"step": one.code, "members": one.count} for one in steps]


def _tier(found: tiers.Worth) -> dict[str, Any]:
    return {
        "tier": found.tier.code,
        "members": found.members,
        "buyers": found.buyers,
        "sales": found.sales,
        "margin": ratios.each(found.margin, 1),
        "cost": ratios.each(found.cost, 1),
        "profit": ratios.each(found.profit, 1),
    }


def _conversion(found: tiers.Conversion) -> dict[str, Any]:
    return {"tier": found.tier.code, **_ratio(found.risen, found.members)}


def _flow(found: tiers.Flow) -> dict[str, Any]:
    return {
        "from": found.before.code if found.before else None,
        "to": found.after.code,
        "members": found.members,
    }


def _plain(value: Any) -> Any:
    """As JSON says it. A decimal has one or two places, so its number says it exactly."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, int | float | str | bool) else str(value)
