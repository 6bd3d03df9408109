"""The decision trace of an order, as sentences that a clerk can read to the customer."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from loyalty.admin import order_fields, trace_rules, words
from loyalty.models import Order, Refund
from loyalty.rules import money
from members.registry.fields import Words


@dataclass(frozen=True)
class Names:
    """Of rules and tiers by code, and the words of conditions: read once for a page."""

    rules: dict[str, str]
    tiers: dict[str, str]
    said: Words = field(default_factory=lambda: Words(order_fields.VOCABULARY))


def sentences(
    order: Order,
    *,
    rule_names: dict[str, str],
    tier_names: dict[str, str],
    said: Words | None = None,
) -> list[str]:
    """One sentence per step, in the order of the judgment; empty for an order without a trace."""
    if not order.trace:
        return []
    names = Names(rule_names, tier_names, said or Words(order_fields.VOCABULARY))
    total = order.net_amount + order.shipping_amount
    return told(order.trace, total_amount=total, currency=order.currency, names=names)


def told(trace: dict[str, Any], *, total_amount: int, currency: str, names: Names) -> list[str]:
    """A trace in sentences. `total_amount` is what the customer owed, freight too."""
    steps = [_eligible(trace, total_amount, currency)]
    if trace.get("missed"):
        return [*steps, _missed(trace["missed"])]
    if "rules" in trace:
        steps += _several(trace, currency, names)
    else:
        steps.append(_rule(trace, currency, names.rules))
        if trace.get("coefficient_percent", 100) != 100:
            steps.append(_tier(trace, names.tiers))
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


def _eligible(trace: dict[str, Any], total_amount: int, currency: str) -> str:
    return _("Of %(total)s, %(eligible)s were paid in money for goods that earn points.") % {
        "total": money.text(total_amount, currency),
        "eligible": money.text(trace.get("eligible_amount", 0), currency),
    }


def _missed(code: str) -> str:
    if code == "no_rule":
        return _("No earning rule was in force at that time: no points.")
    if code == "no_money":
        return _("Nothing of it was paid in money: no points.")
    if code == "no_member":
        return _("The buyer was not a member: no points.")
    return _("No points: %(reason)s.") % {"reason": code}


def _several(trace: dict[str, Any], currency: str, names: Names) -> list[str]:
    """Bases, then the tier, then all other rules, as they counted."""
    rows = trace["rules"]
    bases = [row for row in rows if row["hit"] and row["effect"] == "PER_AMOUNT"]
    others = [row for row in rows if row not in bases]
    teller = trace_rules.Teller(currency, names.rules, names.tiers, names.said)
    steps = [teller.row(row) for row in bases]
    if trace.get("tier_points"):
        steps.append(teller.tier(trace))
    steps += [teller.row(row) for row in others]
    if trace.get("trimmed"):
        steps.append(teller.programme_cap(trace["trimmed"]))
    return steps


def _rule(trace: dict[str, Any], currency: str, rule_names: dict[str, str]) -> str:
    code = trace.get("rule", "")
    return _("Rule “%(rule)s”, version %(version)s: %(points)s per %(amount)s make %(base)s.") % {
        "rule": rule_names.get(code) or code,
        "version": trace.get("version", 1),
        "points": words.points(trace["points"]),
        "amount": money.text(trace["per_amount"], currency, short=True),
        "base": words.points(trace["base_points"]),
    }


def _tier(trace: dict[str, Any], tier_names: dict[str, str]) -> str:
    factor = trace["coefficient_percent"] / 100
    return _("Tier %(tier)s multiplies by %(factor)s, rounded down once per order.") % {
        "tier": tier_names.get(trace.get("tier", "")) or trace.get("tier", ""),
        "factor": f"{factor:g}",
    }
