"""Columns and read-only fields of earning rules."""

from typing import Any

from django.db.models import Sum
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from loyalty.admin import rule_sentences, words
from loyalty.models import EarningRule, RuleUse

NAMES = (
    "version",
    "shown_name",
    "shown_state",
    "shown_sentence",
    "shown_budget",
    "shown_uses",
)


class RuleCells:
    """For the page of earning rules."""

    @display(description=_("rule"))
    def shown_name(self, rule: EarningRule) -> str:
        return rule.name

    @display(description=_("what it gives"))
    def shown_rule(self, rule: EarningRule) -> str:
        return rule_sentences.whole(rule, getattr(rule, "said", None))

    @display(description=_("the whole rule"))
    def shown_sentence(self, rule: EarningRule) -> SafeString:
        # The page's template asks several times for what it shows once.
        if not hasattr(rule, "told"):
            rule.told = rule_sentences.whole(rule)
        return format_html('<p class="console-step">{}</p>', rule.told)

    @display(description=_("budget left"))
    def shown_budget(self, rule: EarningRule) -> Any:
        left = rule_sentences.budget_left(rule)
        if left is None or not rule.budget_points:
            return "–"
        bar = {"percent": max(0, min(100, 100 * left // rule.budget_points))}
        text = gettext("%(left)s of %(budget)s points left") % {
            "left": f"{left:,}",
            "budget": f"{rule.budget_points:,}",
        }
        return format_html("{}<br>{}", text, render_to_string("console/progress.html", bar))

    @display(description=_("given so far"))
    def shown_uses(self, rule: EarningRule) -> str:
        """Points and orders that count against the rule's caps and budget."""
        if not hasattr(rule, "used"):
            rule.used = _uses(rule)
        return rule.used


def _uses(rule: EarningRule) -> str:
    if not _is_counted(rule):
        return gettext("Counted only for rules with a cap or a budget.")
    rows = RuleUse.objects.filter(rule_id=rule.pk)
    sums = rows.aggregate(given=Sum("points", default=0), back=Sum("returned_points", default=0))
    return gettext("%(points)s on %(orders)s, of which %(back)s came back") % {
        "points": words.points(sums["given"]),
        "orders": words.orders(rows.count()),
        "back": words.points(sums["back"]),
    }


def _is_counted(rule: EarningRule) -> bool:
    caps = (rule.cap_day_points, rule.cap_month_points, rule.cap_member_points)
    return rule.budget_points is not None or any(cap is not None for cap in caps)
