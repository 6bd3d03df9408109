"""Columns and read-only fields of coupons."""

from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from loyalty.admin import coupon_sentences, coupon_words
from loyalty.models import Coupon
from loyalty.rules import money
from loyalty.selectors import coupon_steps
from loyalty.services import programs
from members.admin import labels

NAMES = (
    "shown_code",
    "shown_state",
    "shown_what",
    "shown_validity",
    "shown_origin",
    "shown_lock",
    "shown_use",
    "shown_steps",
)


class CouponCells:
    """For the page of coupons."""

    @display(description=_("code"))
    def shown_code(self, coupon: Coupon) -> str:
        return coupon_words.shown_code(coupon)

    @display(description=_("state"), label=coupon_words.COLORS)
    def shown_state(self, coupon: Coupon) -> labels.Label:
        # As it is now; a page of the console always shows the present.
        state = coupon_words.standing(coupon, timezone.now())
        return labels.label(state.value, state.label)

    @display(description=_("what it gives"))
    def shown_what(self, coupon: Coupon) -> str:
        return coupon_sentences.head(coupon.type)

    @display(description=_("validity"))
    def shown_validity(self, coupon: Coupon) -> str:
        if coupon.valid_from is None and coupon.expires_at is None:
            return coupon_sentences.validity(coupon.type)
        return coupon_sentences.between(coupon.valid_from, coupon.expires_at)

    @display(description=_("from"))
    def shown_origin(self, coupon: Coupon) -> str:
        return coupon_words.origin(coupon)

    @display(description=_("kept for a checkout"))
    def shown_lock(self, coupon: Coupon) -> str:
        if coupon.state != Coupon.State.LOCKED or coupon.locked_until is None:
            return "–"
        told = {
            "number": coupon.locked_for,
            "source": coupon.locked_source,
            "moment": coupon_sentences.moment(coupon.locked_until),
        }
        return gettext("%(number)s (%(source)s), until %(moment)s") % told

    @display(description=_("used"))
    def shown_use(self, coupon: Coupon) -> Any:
        if coupon.redeemed_at is None:
            return "–"
        told = gettext("%(moment)s, took off %(amount)s") % {
            "moment": coupon_sentences.moment(coupon.redeemed_at),
            "amount": money.text(coupon.discount_amount, programs.kept().currency),
        }
        if coupon.order_id is None:
            return f"{told}: {coupon.redeemed_for}" if coupon.redeemed_for else told
        url = reverse("admin:loyalty_order_change", args=[coupon.order_id])
        return format_html('{} · <a class="console-link" href="{}">{}</a>', told, url, _("Order"))

    @display(description=_("what happened"))
    def shown_steps(self, coupon: Coupon) -> SafeString:
        # The page's template asks several times for what it shows once.
        if "drawn" not in coupon.__dict__:
            steps = coupon_steps.steps(coupon_id=coupon.pk)
            shown = [{"step": one, "reason": coupon_words.reason(one.move.reason)} for one in steps]
            drawn = render_to_string("console/coupon_steps.html", {"steps": shown})
            coupon.__dict__["drawn"] = drawn
        return SafeString(coupon.__dict__["drawn"])
