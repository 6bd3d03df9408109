"""An earning rule in words: what it gives, when, from what on, with whom, and how much at most."""

from collections.abc import Collection

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from loyalty.admin import order_fields, program_sentences, words
from loyalty.models import EarningRule, StackingGroup
from loyalty.rules import money
from members.admin import condition_problems, condition_sentences
from members.models import Store
from members.registry.fields import Words
from members.rules import conditions
from members.rules.conditions import BadCondition


def whole(
    rule: EarningRule, said: Words | None = None, stores: Collection[Store] | None = None
) -> str:
    """The whole rule: `Points × 2 if on Saturday or Sunday. From ¥200 on. …`

    `said` is shared by the rules of a page; `stores` stand for those of a rule that isn't saved.
    """
    said = said or Words(order_fields.VOCABULARY)
    live_in = list(rule.stores.all()) if stores is None else list(stores)
    return " ".join(
        sentence
        for sentence in (
            head(rule, said),
            _threshold(rule),
            _group(rule),
            _caps(rule),
            _budget(rule),
            _pilot(live_in),
            _life(rule),
            _return(rule),
            period(rule),
        )
        if sentence
    )


def head(rule: EarningRule, said: Words | None = None) -> str:
    """What it gives, and to which orders: `1 point per ¥1 paid in money, on every order.`"""
    asked = condition(rule, said or Words(order_fields.VOCABULARY))
    if not asked:
        return _("%(gift)s, on every order.") % {"gift": gift(rule)}
    return _("%(gift)s if %(condition)s.") % {"gift": gift(rule), "condition": asked}


def gift(rule: EarningRule) -> str:
    """`1 point per ¥1 paid in money`, `Points × 2`, `50 points once per order`."""
    if rule.effect == EarningRule.Effect.MULTIPLIER:
        return _("Points × %(factor)s") % {"factor": f"{(rule.percent or 0) / 100:g}"}
    points = words.points(rule.points or 0)
    if rule.effect == EarningRule.Effect.FIXED:
        return _("%(points)s once per order") % {"points": points}
    amount = money.text(rule.per_amount or 0, rule.program.currency, short=True)
    return _("%(points)s per %(amount)s paid in money") % {"points": points, "amount": amount}


def condition(rule: EarningRule, said: Words) -> str:
    """The condition in words; empty where it always holds, and what is wrong with a bad one."""
    try:
        parsed = conditions.parse(rule.condition or {}, said.vocabulary.fields)
    except BadCondition as problem:
        return condition_problems.text(problem)
    return condition_sentences.sentence(parsed, said)


def period(rule: EarningRule) -> str:
    """`Holds from 1 Jan 2026 until 1 Feb 2026.`"""
    if rule.valid_from is None:
        return ""
    values = {"start": _moment(rule.valid_from)}
    if rule.valid_until is None:
        return _("Holds from %(start)s on.") % values
    values["end"] = _moment(rule.valid_until)
    return _("Holds from %(start)s until %(end)s.") % values


def group_mode(group: StackingGroup) -> str:
    """What happens to rules that meet in this group."""
    if group.mode == StackingGroup.Mode.ADD:
        return _("their extra points are added up")
    if group.mode == StackingGroup.Mode.BEST:
        return _("only the best one counts")
    return _("they multiply each other")


def budget_left(rule: EarningRule) -> int | None:
    """Points that its budget still holds; None for a rule without one. A draft has it all."""
    if rule.budget_points is None:
        return None
    if rule.pk is None:
        return rule.budget_points
    shards = list(rule.budgets.all())
    return sum(shard.left_points for shard in shards) if shards else rule.budget_points


def _threshold(rule: EarningRule) -> str:
    amount = money.text(rule.min_amount or 0, rule.program.currency, short=True)
    values = {"amount": amount, "count": f"{rule.min_quantity or 0:,}"}
    if rule.min_amount and rule.min_quantity:
        return _("Only from %(amount)s and %(count)s pieces of these goods on.") % values
    if rule.min_amount:
        return _("Only from %(amount)s of these goods on.") % values
    if rule.min_quantity:
        return _("Only from %(count)s pieces of these goods on.") % values
    return ""


def _group(rule: EarningRule) -> str:
    if rule.group is None:
        return ""
    return _("With other rules of “%(group)s”: %(mode)s.") % {
        "group": rule.group.name,
        "mode": group_mode(rule.group),
    }


def _caps(rule: EarningRule) -> str:
    caps = (
        (rule.cap_order_points, _("%(points)s per order")),
        (rule.cap_day_points, _("%(points)s per member and day")),
        (rule.cap_month_points, _("%(points)s per member and month")),
        (rule.cap_member_points, _("%(points)s per member in all")),
    )
    told = [text % {"points": words.points(cap)} for cap, text in caps if cap is not None]
    return _("At most %(caps)s.") % {"caps": condition_sentences.both(told)} if told else ""


def _budget(rule: EarningRule) -> str:
    left = budget_left(rule)
    if left is None:
        return ""
    values = {"budget": words.points(rule.budget_points or 0), "left": f"{left:,}"}
    if rule.budget_mode == EarningRule.BudgetMode.PARTIAL:
        return _("Budget %(budget)s, %(left)s left; the last order gets what is left.") % values
    return _("Budget %(budget)s, %(left)s left; an order gets all of it or nothing.") % values


def _pilot(stores: Collection[Store]) -> str:
    if not stores:
        return ""
    names = condition_sentences.both([store.name for store in stores])
    return _("Live only in %(stores)s.") % {"stores": names}


def _life(rule: EarningRule) -> str:
    """How long its points wait and live, where that differs from the programme."""
    told = []
    if rule.pending_days is not None:
        told.append(program_sentences.pending(rule.pending_days))
    if rule.validity:
        told.append(
            program_sentences.lasting(
                rule.validity,
                rule.validity_count or 0,
                rule.validity_rounding,
                rule.program.validity_dates,
            )
        )
    if not told:
        return ""
    return _("These points: %(life)s.") % {"life": condition_sentences.both(told)}


def _return(rule: EarningRule) -> str:
    if rule.effect != EarningRule.Effect.FIXED:
        return ""
    if rule.on_return == EarningRule.OnReturn.PRORATE:
        return _("When goods come back, the bonus goes back by their share.")
    if rule.min_amount or rule.min_quantity or rule.condition:
        return _("When goods come back and the rest no longer qualifies, it goes back whole.")
    return ""


def _moment(moment: object) -> str:
    """A day, with the hour where it isn't midnight."""
    local = localtime(moment)  # type: ignore[arg-type]
    is_midnight = (local.hour, local.minute) == (0, 0)
    return date_format(local, "DATE_FORMAT" if is_midnight else "DATETIME_FORMAT")
