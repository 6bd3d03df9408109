"""The tab of metrics on the member's page: figures, scores and classes with what they mean, health
with its five parts, and what changed lately."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.models import ClassChange, ClassKind, MemberMetrics, MemberScore
from analytics.registry import classes
from analytics.rules import health
from analytics.rules.policies import Policy
from analytics.selectors import policies
from loyalty.admin import amount_fields
from loyalty.rules import money
from members.models import Member
from members.registry import panels
from members.registry.panels import Panel

PERMISSION = "analytics.view_memberscore"
CHANGES = 20
_COLUMNS = {
    ClassKind.STAGE: "stage",
    ClassKind.VALUE: "value_class",
    ClassKind.CUSTOMER: "customer_class",
    ClassKind.RFM_4: "rfm_4",
    ClassKind.RFM_8: "rfm_8",
    ClassKind.RFM_10: "rfm_10",
}
_PARTS = {
    "r": _("R: days since the last order"),
    "f": _("F: paid orders"),
    "m": _("M: net sales"),
    "engagement": _("Engagement: active days in channels"),
    "service": _("Service: ratings and complaints"),
}


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_member_panel(
        Panel("metrics", _("Metrics"), "console/panels/metrics.html", _metrics, 48, PERMISSION)
    )


def _metrics(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    is_scored = member.state == Member.State.ACTIVE and member.is_profiled
    row = MemberScore.objects.filter(member_id=member.pk).first() if is_scored else None
    if row is None:
        return {"row": None, "why": why_nothing(member)}
    policy = policies.current()
    return {
        "row": row,
        "policy": policy,
        "metrics": MemberMetrics.objects.filter(member_id=member.pk).first(),
        "figures": _figures(row, policy),
        "classes": [_class(kind, getattr(row, column)) for kind, column in _COLUMNS.items()],
        "parts": _parts(row, policy) if row.health is not None else [],
        "is_low": health.health_class(row.health, policy.health) == "low",
        "fell": row.health_before is not None and row.health_before > (row.health or 0),
        "changes": _changes(member),
    }


def why_nothing(member: Member) -> str:
    """Why nothing is computed of the member, or not yet."""
    if member.state in (Member.State.MERGED, Member.State.ERASED):
        return gettext("Nothing is computed of a card that is no longer in use.")
    if member.state == Member.State.RESTRICTED:
        return gettext("The use of this member's data is restricted: nothing is computed of them.")
    if not member.is_profiled:
        return gettext("This member objected to being profiled: nothing is computed of them.")
    return gettext("Not scored yet: that happens each night.")


def _figures(row: MemberScore, policy: Policy) -> list[dict[str, Any]]:
    currency = amount_fields.currency()
    recency = "–" if row.recency_days is None else row.recency_days
    return [
        {"label": _PARTS["r"], "figure": recency, "score": row.r_score},
        {"label": _PARTS["f"], "figure": row.window_orders_count, "score": row.f_score},
        {
            "label": _PARTS["m"],
            "figure": money.text(row.window_net_amount, currency),
            "score": row.m_score,
        },
    ]


def _class(kind: ClassKind, code: str) -> dict[str, Any]:
    named = classes.name(kind, code)
    return {"kind": kind.label, "name": named.label, "definition": named.definition}


def _parts(row: MemberScore, policy: Policy) -> list[dict[str, Any]]:
    """Each part with its score, its weight, and what share of the health it makes now."""
    # Who bought before the window only counts as the lowest, as in the rule.
    scores = {part: getattr(row, f"{part}_score") for part in health.PARTS}
    scores |= {part: scores[part] or 1 for part in ("r", "f", "m")}
    weights = {part: getattr(policy.health, part) for part in health.PARTS}
    known = sum(weights[part] for part, score in scores.items() if score is not None)
    return [
        {
            "label": _PARTS[part],
            "score": score,
            "weight": weights[part],
            "points": _points(score, weights[part], known),
        }
        for part, score in scores.items()
    ]


def _points(score: int | None, weight: int, known: int) -> Decimal | None:
    """Points of health that a part brings, to one decimal."""
    if score is None or not known:
        return None
    return round(Decimal(25 * weight * (score - 1)) / known, 1)


def _changes(member: Member) -> list[dict[str, Any]]:
    rows = ClassChange.objects.filter(member_id=member.pk).order_by("-pk")[:CHANGES]
    return [
        {
            "day": row.day,
            "kind": row.get_kind_display(),
            "before": classes.name(row.kind, row.before).label or gettext("none"),
            "after": classes.name(row.kind, row.after).label or gettext("none"),
        }
        for row in rows
    ]
