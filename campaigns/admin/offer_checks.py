"""What of a form can't be an offer, each with its field and how to mend it."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from campaigns.admin.offer_kinds import LOWERING, STEPPED
from campaigns.models import Offer
from loyalty.models import Stacking

# 100 times the points is a slip of the keyboard.
MOST_TIMES = 10_000
MOST_NTH = 100
MOST_PARTS = 10
_Kind, _Form = Offer.Kind, Offer.Form
Problem = tuple[str, str]


def problems(cleaned: Mapping[str, Any]) -> Iterator[Problem]:
    """(field, text) of each; `cleaned` is without what the kind doesn't ask for."""
    kind = cleaned["kind"]
    if cleaned["form"] == _Form.PRICE and kind in (_Kind.STEPPED, _Kind.FIRST_ORDER):
        yield "form", _("A whole purchase has no fixed price: choose an amount or percent off.")
    if kind in STEPPED:
        yield from _steps(cleaned)
    if kind in LOWERING:
        yield from _lowering(cleaned)
    if kind == _Kind.BUNDLE:
        yield from _parts(cleaned)
    if kind == _Kind.NTH_ITEM and not 2 <= (cleaned.get("nth") or 0) <= MOST_NTH:
        yield "nth", _("2 for every second piece, and 100 at most.")
    if kind == _Kind.MULTIPLIER:
        yield from _times(cleaned)
    if kind == _Kind.LIMITED_PRICE and not cleaned.get("condition"):
        yield "condition", _("Say for which goods the price is: with none, all would have it.")
    yield from _limits(cleaned)
    yield from _period(cleaned)


def _steps(cleaned: Mapping[str, Any]) -> Iterator[Problem]:
    steps = cleaned.get("steps") or []
    if not steps:
        yield "steps", _("Fill in at least one step.")
    if cleaned.get("is_repeated") and len(steps) > 1:
        yield "is_repeated", _("For every such amount: with one step only.")
    if cleaned.get("is_repeated") and _is_percent(cleaned):
        yield "is_repeated", _("Percent off are taken once: choose an amount off.")
    before = None
    for number, step in enumerate(steps, 1):
        text = _step(step, cleaned) or _order(step, before)
        if text:
            yield "steps", _("Step %(number)s: %(problem)s") % {"number": number, "problem": text}
        before = step


def _is_percent(cleaned: Mapping[str, Any]) -> bool:
    return bool(cleaned["kind"] == _Kind.STEPPED and cleaned["form"] == _Form.PERCENT_OFF)


def _step(step: Mapping[str, Any], cleaned: Mapping[str, Any]) -> str:
    if not step["min_amount"] and not step["min_quantity"]:
        return _("say from which amount or how many pieces on.")
    if cleaned["kind"] == _Kind.GIFT:
        return _gift(step)
    if _is_percent(cleaned):
        return "" if step["off_basis_points"] else _("say how many percent it takes off.")
    if cleaned["form"] == _Form.PRICE:
        return ""
    if not step["amount"]:
        return _("say how much it takes off.")
    if step["min_amount"] and step["amount"] > step["min_amount"]:
        return _("it takes off more than the purchase costs.")
    return ""


def _gift(step: Mapping[str, Any]) -> str:
    if bool(step["gift_sku"]) == bool(step["gift_coupon_type"]):
        return _("name a product or a coupon as the gift, one of them.")
    return ""


def _order(step: Mapping[str, Any], before: Mapping[str, Any] | None) -> str:
    """Steps rise: the higher one must ask for more."""
    if before is None:
        return ""
    rises = [step[name] - before[name] for name in ("min_amount", "min_quantity")]
    if max(rises) > 0 and min(rises) >= 0:
        return ""
    return _("it must ask for more than the step before.")


def _lowering(cleaned: Mapping[str, Any]) -> Iterator[Problem]:
    form = cleaned["form"]
    if form == _Form.PERCENT_OFF:
        if not cleaned.get("off_basis_points"):
            yield "off_basis_points", _("Say how many percent it takes off.")
    elif form == _Form.AMOUNT_OFF and not cleaned.get("amount"):
        yield "amount", _("Say how much it takes off.")
    elif not cleaned.get("amount") and cleaned["kind"] != _Kind.NTH_ITEM:
        # The second piece may be free; a shop that sells everything for nothing made a slip.
        yield "amount", _("Say what it costs.")
    if cleaned.get("cap_amount") == 0:
        yield "cap_amount", _("It would take nothing off: leave it empty.")


def _parts(cleaned: Mapping[str, Any]) -> Iterator[Problem]:
    parts = cleaned.get("parts") or []
    if not parts:
        yield "parts", _("Say of which goods the bundle is: at least one part.")
    elif len(parts) > MOST_PARTS:
        yield "parts", _("At most 10 parts.")
    elif sum(part["quantity"] for part in parts) < 2:
        yield "parts", _("A bundle is of two pieces at least.")


def _times(cleaned: Mapping[str, Any]) -> Iterator[Problem]:
    times = cleaned.get("multiplier_percent")
    if times is not None and (times == 100 or times > MOST_TIMES):
        yield "multiplier_percent", _("1 changes nothing: 2 doubles the points, 100 at most.")


def _limits(cleaned: Mapping[str, Any]) -> Iterator[Problem]:
    names = ("limit_member", "limit_member_day", "limit_count", "budget_amount", "max_times")
    for name in names:
        if cleaned.get(name) == 0:
            yield name, _("Nobody would get it: leave it empty for no limit.")
    if cleaned.get("stacking") == Stacking.BEST_OF and not cleaned.get("stacking_group"):
        yield "stacking_group", _("Name the group, such as spring-sale.")


def _period(cleaned: Mapping[str, Any]) -> Iterator[Problem]:
    start, end = cleaned.get("valid_from"), cleaned.get("valid_until")
    if start and end and end <= start:
        yield "valid_until", _("The end must be after the start.")
