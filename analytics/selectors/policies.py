"""The cuts and weights in force."""

from typing import Any

from analytics.models import AnalyticsPolicy
from analytics.rules import rfm
from analytics.rules.policies import Policy
from analytics.selectors import asking

THE_ONE = 1
_JSON = frozenset({"rfm_cuts", "engagement_cuts"})


def current() -> Policy:
    """The operator's, or the defaults while nobody has saved any; one query."""
    row = asking.once("policy", AnalyticsPolicy.objects.filter(pk=THE_ONE).first)
    return Policy() if row is None else of_row(row)


def of_row(row: AnalyticsPolicy) -> Policy:
    """What a row says, saved or not."""
    names = [field.attname for field in row._meta.concrete_fields if field.attname != "id"]
    plain: dict[str, Any] = {name: getattr(row, name) for name in names if name not in _JSON}
    cuts = {letter: tuple(cut) for letter, cut in (row.rfm_cuts or {}).items()}
    if row.engagement_cuts:
        plain["engagement_cuts"] = tuple(row.engagement_cuts)
    return Policy(rfm_cuts=rfm.Cuts(**cuts), **plain)
