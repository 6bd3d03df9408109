"""The classes in the reader's words: a name each, and the definition that stands beside it.

The codes and their order are those of `analytics.rules.classes`; a test compares.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.models import ClassKind


@dataclass(frozen=True)
class ClassName:
    """One class: `label` and `definition` are texts in the reader's language."""

    label: Any
    definition: Any = ""


def name(kind: str, code: str) -> ClassName:
    """The class in words; one that there is no more by its code, none as nothing."""
    if not code:
        return ClassName("")
    return NAMES.get(kind, {}).get(code, ClassName(code))


def choices(kind: str) -> list[tuple[str, Any]]:
    """(code, name) of all classes of a kind."""
    return [(code, one.label) for code, one in NAMES[ClassKind(kind)].items()]


NAMES: Mapping[str, Mapping[str, ClassName]] = {
    ClassKind.RFM_4: {
        "high_value": ClassName(
            pgettext_lazy("RFM class", "High value"),
            _("Bought lately, often and for much: R, F and M are at least the mean."),
        ),
        "potential": ClassName(
            pgettext_lazy("RFM class", "Potential"),
            _("Bought lately, but not often: R is at least the mean, F below it."),
        ),
        "active": ClassName(
            pgettext_lazy("RFM class", "Active"),
            _("Bought lately and often, but for little: R and F are at least the mean, M is not."),
        ),
        "dormant": ClassName(
            pgettext_lazy("RFM class", "Dormant"),
            _("Longer away than the mean, whatever they bought before."),
        ),
    },
    ClassKind.RFM_8: {
        "111": ClassName(
            _("Key value (111)"), _("Lately, often and for much: R, F and M at least the mean.")
        ),
        "011": ClassName(
            _("Key, to keep (011)"), _("Often and for much, but away longer than the mean.")
        ),
        "101": ClassName(
            _("Key, to develop (101)"), _("Lately and for much, but not often: F below the mean.")
        ),
        "001": ClassName(_("Key, to win back (001)"), _("For much, but not often and not lately.")),
        "110": ClassName(
            _("General value (110)"), _("Lately and often, but for little: M below the mean.")
        ),
        "010": ClassName(_("General, to keep (010)"), _("Often, but not lately and for little.")),
        "100": ClassName(
            _("General, to develop (100)"), _("Lately, but not often and for little.")
        ),
        "000": ClassName(_("General, to win back (000)"), _("R, F and M are all below the mean.")),
    },
    ClassKind.RFM_10: {
        "champion": ClassName(_("Champions"), _("R is 5, F is 4 or 5.")),
        "loyal": ClassName(_("Loyal customers"), _("R is 3 or 4, F is 4 or 5.")),
        "potential_loyalist": ClassName(_("Potential loyalists"), _("R is 4 or 5, F is 2 or 3.")),
        "new": ClassName(_("New customers"), _("R is 5, F is 1.")),
        "promising": ClassName(_("Promising"), _("R is 4, F is 1.")),
        "need_attention": ClassName(_("Need attention"), _("R and F are 3.")),
        "about_to_sleep": ClassName(_("About to sleep"), _("R is 3, F is 1 or 2.")),
        "at_risk": ClassName(_("At risk"), _("R is 1 or 2, F is 3 or 4.")),
        "cant_lose": ClassName(_("Can't lose them"), _("R is 1 or 2, F is 5.")),
        "hibernating": ClassName(_("Hibernating"), _("R and F are 1 or 2.")),
    },
    ClassKind.STAGE: {
        "acquisition": ClassName(
            pgettext_lazy("life-cycle stage", "Acquisition"), _("Joined, no paid order yet.")
        ),
        "growth": ClassName(
            pgettext_lazy("life-cycle stage", "Growth"),
            _("Buys, but not yet as often as mature members."),
        ),
        "maturity": ClassName(
            pgettext_lazy("life-cycle stage", "Maturity"),
            _("Bought lately, and often enough in the last 365 days."),
        ),
        "decline": ClassName(
            pgettext_lazy("life-cycle stage", "Decline"),
            _("Away for long, or much longer than between their own purchases."),
        ),
        "lost": ClassName(
            pgettext_lazy("life-cycle stage", "Lost"), _("Away longer than the last cut.")
        ),
    },
    ClassKind.VALUE: {
        "high": ClassName(
            pgettext_lazy("value class", "High"),
            _("Much net sales in 365 days, and many repeat orders."),
        ),
        "potential": ClassName(
            pgettext_lazy("value class", "Potential"), _("Between high and basic.")
        ),
        "basic": ClassName(
            pgettext_lazy("value class", "Basic"),
            _("Little net sales in 365 days, and hardly a repeat order."),
        ),
    },
    ClassKind.CUSTOMER: {
        "loyal": ClassName(
            pgettext_lazy("customer class", "Loyal"),
            _("Many paid orders in 365 days, the last one lately."),
        ),
        "occasional": ClassName(
            pgettext_lazy("customer class", "Occasional"),
            _("Several paid orders, but neither loyal nor lost."),
        ),
        "potential": ClassName(
            pgettext_lazy("customer class", "Potential"), _("One paid order so far.")
        ),
        "lost": ClassName(
            pgettext_lazy("customer class", "Lost"),
            _("Bought several times, and has been away for long."),
        ),
        "non_customer": ClassName(
            pgettext_lazy("customer class", "Non-customer"), _("No paid order yet.")
        ),
    },
    ClassKind.HEALTH: {
        "fine": ClassName(pgettext_lazy("health", "Fine"), _("Not below the warning.")),
        "low": ClassName(pgettext_lazy("health", "Low"), _("Below the warning.")),
    },
}
