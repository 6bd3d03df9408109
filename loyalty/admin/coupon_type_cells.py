"""Columns and read-only fields of coupon types."""

from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from loyalty.admin import coupon_sentences
from loyalty.models import Coupon, CouponType
from loyalty.rules import money
from loyalty.selectors import coupon_types
from loyalty.selectors.coupon_types import Counts, Figures
from loyalty.services import programs
from members.admin import condition_sentences, labels

COLORS = {"DRAFT": "warning", "LIVE": "success", "STOPPED": "info"}
NAMES = (
    "shown_code",
    "shown_state",
    "shown_kind",
    "shown_sentence",
    "shown_terms",
    "shown_figures",
)


class CouponTypeCells:
    """For the page of coupon types."""

    @display(description=_("coupon type"), header=True)
    def shown_title(self, coupon_type: CouponType) -> list[str]:
        return [coupon_type.name, coupon_type.code]

    @display(description=_("code"))
    def shown_code(self, coupon_type: CouponType) -> str:
        return coupon_type.code

    @display(description=_("kind"))
    def shown_kind(self, coupon_type: CouponType) -> str:
        return str(coupon_type.get_kind_display())

    @display(description=_("what it gives"))
    def shown_what(self, coupon_type: CouponType) -> str:
        return coupon_sentences.whole(coupon_type, getattr(coupon_type, "said", None))

    @display(description=_("the whole coupon"))
    def shown_sentence(self, coupon_type: CouponType) -> SafeString:
        # The page's template asks several times for what it shows once.
        if not hasattr(coupon_type, "told"):
            coupon_type.told = coupon_sentences.whole(coupon_type)
        return format_html('<p class="console-step">{}</p>', coupon_type.told)

    @display(description=_("what else holds"))
    def shown_terms(self, coupon_type: CouponType) -> SafeString:
        lines = ((line,) for line in coupon_sentences.terms(coupon_type))
        return format_html_join("", '<p class="console-step">{}</p>', lines)

    @display(description=_("state"), ordering="state", label=COLORS)
    def shown_state(self, coupon_type: CouponType) -> labels.Label:
        return labels.label(coupon_type.state, coupon_type.get_state_display())

    @display(description=_("given out"))
    def shown_made(self, coupon_type: CouponType) -> str:
        return f"{_counts(coupon_type).made_count:,}"

    @display(description=_("used"))
    def shown_used(self, coupon_type: CouponType) -> str:
        return f"{_counts(coupon_type).redeemed_count:,}"

    @display(description=_("left"))
    def shown_left(self, coupon_type: CouponType) -> str:
        found = _counts(coupon_type)
        told = left(coupon_type, found.left_count, found.left_amount)
        return condition_sentences.listed(told) or "–"

    @display(description=_("what became of them"))
    def shown_figures(self, coupon_type: CouponType) -> str:
        if not hasattr(coupon_type, "drawn"):
            # The page shows the present; its admin's `now` isn't at hand here.
            found = coupon_types.figures(type_id=coupon_type.pk, at=timezone.now())
            drawn = {"tiles": tiles(coupon_type, found)}
            coupon_type.drawn = render_to_string("console/coupon_figures.html", drawn)
        return coupon_type.drawn


def tiles(coupon_type: CouponType, found: Figures) -> list[dict[str, Any]]:
    """Each figure with its label, and how much of a hundred it is where that says something."""
    shown: list[dict[str, Any]] = [
        {"label": gettext("Given out in all"), "value": f"{found.made_count:,}"}
    ]
    shown += [
        {"label": str(label), "value": f"{found.by_state.get(state, 0):,}"}
        for state, label in Coupon.State.choices
    ]
    currency = programs.kept().currency
    off = money.text(found.discount_amount, currency)
    shown.append({"label": gettext("Taken off in all"), "value": off})
    if found.left_count is not None:
        share = _percent(found.left_count, coupon_type.stock_count)
        of = gettext("of %(all)s") % {"all": f"{coupon_type.stock_count or 0:,}"}
        shown.append(
            {"label": gettext("Left"), "value": f"{found.left_count:,}", "of": of, "percent": share}
        )
    if found.left_amount is not None:
        share = _percent(found.left_amount, coupon_type.budget_amount)
        value = money.text(found.left_amount, currency, short=True)
        of = gettext("of %(all)s") % {
            "all": money.text(coupon_type.budget_amount or 0, currency, short=True)
        }
        shown.append({"label": gettext("Budget left"), "value": value, "of": of, "percent": share})
    return shown


def left(coupon_type: CouponType, count: int | None, amount: int | None) -> list[str]:
    """`400 of 1,000`, `¥1,200 of ¥3,000`: stock and budget, where there are any. A draft has all
    of them."""
    is_draft = coupon_type.state == CouponType.State.DRAFT
    told = []
    if coupon_type.stock_count is not None:
        rest = coupon_type.stock_count if is_draft else count or 0
        told.append((f"{rest:,}", f"{coupon_type.stock_count:,}"))
    if coupon_type.budget_amount is not None:
        rest = coupon_type.budget_amount if is_draft else amount or 0
        told.append((_money(rest), _money(coupon_type.budget_amount)))
    return [gettext("%(left)s of %(all)s") % {"left": one, "all": of} for one, of in told]


def _money(amount: int) -> str:
    return money.text(amount, programs.kept().currency, short=True)


def _percent(part: int, whole: int | None) -> int:
    return max(0, min(100, 100 * part // whole)) if whole else 0


def _counts(coupon_type: CouponType) -> Counts:
    """Counted for the whole page of a list at once."""
    found: Counts = coupon_type.__dict__.get("counts") or Counts()
    return found
