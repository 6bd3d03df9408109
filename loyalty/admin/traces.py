"""The decision trace of an order, as sentences that a clerk can read to the customer."""

from typing import Any

from django.utils.translation import gettext as _

from loyalty.admin import words
from loyalty.models import Order, Refund
from loyalty.rules import money


def sentences(order: Order, *, rule_names: dict[str, str], tier_names: dict[str, str]) -> list[str]:
    """One sentence per step, in the order of the judgment; empty for an order without a trace."""
    trace: dict[str, Any] = order.trace
    if not trace:
        return []
    steps = [_eligible(order, trace)]
    if trace.get("missed"):
        return [*steps, _missed(trace["missed"])]
    steps.append(_rule(order, trace, rule_names))
    if trace.get("coefficient_percent", 100) != 100:
        steps.append(_tier(trace, tier_names))
    if trace.get("late"):
        steps.append(_("The order arrived late and was judged as of its own day."))
    steps.append(_("Result: %(points)s.") % {"points": words.points(trace["earned_points"])})
    return steps


def refund_sentences(refund: Refund, currency: str) -> list[str]:
    """What a return took back and gave back, and what it couldn't."""
    steps = [
        _("Return %(number)s of goods for %(amount)s.")
        % {"number": refund.external_id, "amount": money.text(refund.value_amount, currency)}
    ]
    figures = (
        (refund.clawed_points, _("%(points)s that these goods had earned are taken back.")),
        (refund.absorbed_points, _("%(points)s of it had expired already: nothing to take.")),
        (refund.debt_points, _("%(points)s were spent already: they become a debt.")),
        (refund.uncollected_points, _("%(points)s can't be taken and are let go.")),
        (refund.restored_points, _("%(points)s that had paid for them are given back.")),
        (refund.restored_expired_points, _("%(points)s of those have expired meanwhile.")),
    )
    return steps + [text % {"points": words.points(count)} for count, text in figures if count]


def _eligible(order: Order, trace: dict[str, Any]) -> str:
    return _("Of %(total)s, %(eligible)s were paid in money for goods that earn points.") % {
        "total": money.text(order.net_amount + order.shipping_amount, order.currency),
        "eligible": money.text(trace.get("eligible_amount", 0), order.currency),
    }


def _missed(code: str) -> str:
    if code == "no_rule":
        return _("No earning rule was in force at that time: no points.")
    if code == "no_money":
        return _("Nothing of it was paid in money: no points.")
    return _("No points: %(reason)s.") % {"reason": code}


def _rule(order: Order, trace: dict[str, Any], rule_names: dict[str, str]) -> str:
    code = trace.get("rule", "")
    return _("Rule “%(rule)s”, version %(version)s: %(points)s per %(amount)s make %(base)s.") % {
        "rule": rule_names.get(code) or code,
        "version": trace.get("version", 1),
        "points": words.points(trace["points"]),
        "amount": money.text(trace["per_amount"], order.currency, short=True),
        "base": words.points(trace["base_points"]),
    }


def _tier(trace: dict[str, Any], tier_names: dict[str, str]) -> str:
    factor = trace["coefficient_percent"] / 100
    return _("Tier %(tier)s multiplies by %(factor)s, rounded down once per order.") % {
        "tier": tier_names.get(trace.get("tier", "")) or trace.get("tier", ""),
        "factor": f"{factor:g}",
    }
