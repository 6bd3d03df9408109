"""Points: issued, redeemed, expired, clawed back, outstanding, and what they would cost.

Flows are those of the days' points; the chain's, whatever the store: points know no place.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from analytics.registry.measures import Measure, Value
from analytics.rules import liability
from analytics.selectors import asking, spans
from analytics.selectors.figures import Unit
from analytics.selectors.filters import Filters
from analytics.selectors.measures import values

# What entries of these kinds say moves no outstanding points: a pending lot becomes usable, or
# somebody owes.
_WITHOUT_EFFECT = ("ACTIVATE", "DEBT")


@dataclass(frozen=True, kw_only=True)
class Flows:
    """Points of the period, each above zero. `redeemed` is net of what refunds gave back."""

    issued: int
    redeemed: int
    expired: int
    clawed_back: int


def flows(filters: Filters) -> Flows:
    """One query."""
    params = {"from_on": filters.period.from_on, "to_on": filters.period.to_on}
    points: defaultdict[str, int] = defaultdict(int)
    points.update({kind: int(moved) for kind, moved in asking.rows(_FLOWS, params)})
    return Flows(
        issued=points["EARN"],
        redeemed=-points["REDEEM"] - points["RESTORE"],
        expired=-points["EXPIRE"],
        clawed_back=-points["CLAWBACK"],
    )


def outstanding(filters: Filters) -> int:
    """Pending and active points as of the end of the period's last day, also of a past one: what
    the accounts hold, less what has moved since, less what lapsed by then. Three queries."""
    params = {
        "to_on": filters.period.to_on,
        "until_at": spans.of(filters)["until_at"],
        "idle": list(_WITHOUT_EFFECT),
    }
    held, lapsed = asking.row(_HELD, params)
    since, adjusted = asking.row(_SINCE, params)
    owed = asking.row(_OWED, params)[0] if adjusted else 0
    return int(held) - int(since) - int(owed) - int(lapsed)


def redeemed_of_issued(filters: Filters) -> tuple[int, int]:
    """Points redeemed by the period's end of those issued in the period, and these; one query.

    What was given to another member counts no further.
    """
    redeemed, issued = asking.row(_OF_ISSUED, spans.of(filters))
    return int(redeemed), int(issued)


def owed(outstanding_points: int) -> int:
    """What so many points would cost, in minor units, less the expected breakage."""
    terms = spans.terms()
    return liability.liability(
        outstanding_points=outstanding_points,
        redeem_points=terms.redeem_points,
        redeem_amount=terms.redeem_amount,
        breakage_percent=terms.breakage_percent,
    )


_FLOWS = """
SELECT kind, sum(points) FROM analytics_pointsday
WHERE day BETWEEN %(from_on)s AND %(to_on)s GROUP BY kind
"""
_HELD = """
SELECT (SELECT coalesce(sum(pending_points + active_points), 0) FROM loyalty_account),
    (SELECT coalesce(sum(remaining_points - held_points), 0) FROM loyalty_lot
     WHERE is_open AND expires_at < %(until_at)s)
"""
_SINCE = """
SELECT coalesce(sum(points), 0), count(*) FILTER (WHERE kind = 'ADJUST')
FROM analytics_pointsday WHERE day > %(to_on)s AND kind <> ALL(%(idle)s)
"""
# An adjustment below zero names all that was to be taken; what was not there is owed.
_OWED = """
SELECT -coalesce(sum(debt_change), 0) FROM loyalty_ledgerentry
WHERE kind = 'ADJUST' AND debt_change <> 0 AND occurred_at >= %(until_at)s
"""
_OF_ISSUED = """
WITH issued AS (
    SELECT l.id, l.earned_points FROM loyalty_ledgerentry e
    JOIN loyalty_lot l ON l.entry_id = e.id
    WHERE e.kind = 'EARN' AND e.occurred_at >= %(from_at)s AND e.occurred_at < %(until_at)s
)
SELECT (
    SELECT -coalesce(sum(v.points), 0) FROM issued i
    JOIN loyalty_lotmovement v ON v.lot_id = i.id
    JOIN loyalty_ledgerentry e ON e.id = v.entry_id
    WHERE e.kind IN ('REDEEM', 'RESTORE') AND e.occurred_at < %(until_at)s
), (SELECT coalesce(sum(earned_points), 0) FROM issued)
"""


def _issued(filters: Filters) -> Value:
    return values.count(flows(filters).issued)


def _redeemed(filters: Filters) -> Value:
    return values.count(flows(filters).redeemed)


def _expired(filters: Filters) -> Value:
    return values.count(flows(filters).expired)


def _clawed_back(filters: Filters) -> Value:
    return values.count(flows(filters).clawed_back)


def _outstanding(filters: Filters) -> Value:
    return values.count(outstanding(filters))


def _liability(filters: Filters) -> Value:
    return values.count(owed(outstanding(filters)))


def _used(filters: Filters) -> Value:
    found = flows(filters)
    return values.share(found.redeemed, found.issued)


def _redemption(filters: Filters) -> Value:
    return values.share(*redeemed_of_issued(filters))


MEASURES = (
    Measure(
        code="points_issued",
        label=_("Points issued"),
        definition=_("Points earned in the period, before anything was taken back."),
        unit=Unit.COUNT,
        read=_issued,
    ),
    Measure(
        code="points_redeemed",
        label=_("Points redeemed"),
        definition=_("Points used in the period, less those that refunds gave back in it."),
        unit=Unit.COUNT,
        read=_redeemed,
    ),
    Measure(
        code="points_expired",
        label=_("Points expired"),
        definition=_("Points that lapsed in the period."),
        unit=Unit.COUNT,
        read=_expired,
        is_lower_better=True,
    ),
    Measure(
        code="points_clawed_back",
        label=_("Points taken back"),
        definition=_("Points that refunds took back in the period."),
        unit=Unit.COUNT,
        read=_clawed_back,
        is_lower_better=True,
    ),
    Measure(
        code="points_outstanding",
        label=_("Outstanding points"),
        definition=_(
            "Pending and active points of all members at the end of the period's last day, held "
            "ones included; what has lapsed by then is not counted. Debts are not deducted."
        ),
        unit=Unit.COUNT,
        read=_outstanding,
    ),
    Measure(
        code="points_liability",
        label=_("Points liability"),
        definition=_(
            "Outstanding points at the value that they pay with, less the expected breakage of "
            "the programme, rounded down once."
        ),
        unit=Unit.AMOUNT,
        read=_liability,
        is_lower_better=True,
    ),
    Measure(
        code="points_used_rate",
        label=_("Points used of those issued"),
        definition=_("Points redeemed in the period divided by points issued in it."),
        unit=Unit.PERCENT,
        read=_used,
        numerator=_("points redeemed"),
        denominator=_("points issued"),
    ),
    Measure(
        code="points_redemption_rate",
        label=_("Points redeemed of those issued"),
        definition=_(
            "Of the points issued in the period, those that were redeemed by its last day: the "
            "same points above and below the line."
        ),
        unit=Unit.PERCENT,
        read=_redemption,
        numerator=_("of them redeemed"),
        denominator=_("points issued"),
    ),
)
