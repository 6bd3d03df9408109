"""The home page's tiles: each figure with its name and its one definition.

The definitions are those of docs/algorithms/home-figures.md, in an operator's words.
"""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from analytics.rules import comparisons
from analytics.selectors.figures import Figure, Unit


def of_members(counts: Mapping[str, int]) -> tuple[Figure, Figure]:
    return (
        Figure(
            code="members",
            label=_("Members"),
            definition=_(
                "Everyone who has joined up to and including today; merged and erased members are "
                "left out. Compared with 30 days ago."
            ),
            unit=Unit.COUNT,
            value=counts["total"],
            previous=counts["total"] - counts["new"],
        ),
        Figure(
            code="new_members",
            label=_("New members"),
            definition=_(
                "Members who joined in the last 30 days, today included. "
                "Compared with the 30 days before."
            ),
            unit=Unit.COUNT,
            value=counts["new"],
            previous=counts["new_before"],
        ),
    )


def of_active(counts: Mapping[str, int]) -> Figure:
    return Figure(
        code="active_members",
        label=_("Active members"),
        definition=_(
            "Members with at least one paid order in the last 30 days, today included. An order "
            "counts as paid while its sales after refunds are above zero. Compared with the 30 "
            "days before."
        ),
        unit=Unit.COUNT,
        value=counts["now"],
        previous=counts["before"],
    )


def of_sales(sums: Mapping[str, int]) -> tuple[Figure, Figure, Figure]:
    return (
        Figure(
            code="sales",
            label=_("Sales"),
            definition=_(
                "Net sales of the last 30 days, today included, to members and others: after "
                "discounts and refunds, without shipping. A refund lowers the day of its order. "
                "Compared with the 30 days before."
            ),
            unit=Unit.AMOUNT,
            value=sums["all_now"],
            previous=sums["all_before"],
        ),
        Figure(
            code="member_sales",
            label=_("Member sales"),
            definition=_("The part of the sales that members bought."),
            unit=Unit.AMOUNT,
            value=sums["member_now"],
            previous=sums["member_before"],
        ),
        Figure(
            code="member_share",
            label=_("Member share"),
            definition=_("Member sales divided by all sales of the same 30 days."),
            unit=Unit.PERCENT,
            value=comparisons.share_percent(sums["member_now"], sums["all_now"]),
            previous=comparisons.share_percent(sums["member_before"], sums["all_before"]),
        ),
    )


def of_liability(points: int, owed: int) -> tuple[Figure, Figure]:
    return (
        Figure(
            code="outstanding_points",
            label=_("Outstanding points"),
            definition=_(
                "Pending and active points of all members, held ones included; what has lapsed "
                "by now is not counted. Debts are not deducted."
            ),
            unit=Unit.COUNT,
            value=points,
        ),
        Figure(
            code="liability",
            label=_("Points liability"),
            definition=_(
                "Outstanding points at the value that they pay with, less the expected breakage "
                "of the programme, rounded down once."
            ),
            unit=Unit.AMOUNT,
            value=owed,
        ),
    )
