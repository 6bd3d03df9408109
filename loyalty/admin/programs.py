"""The programme: one row in force, shown as what it means for a member."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from loyalty.admin import program_sentences
from loyalty.admin.amount_fields import AmountField
from loyalty.models import Program
from loyalty.services import programs, tier_windows
from members.admin.base import ConsoleAdmin, operator_of


class DaysField(forms.CharField):
    """Days of the year as people type them: `06-30, 12-31`."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        return " ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        words = re.split(r"[\s,;，、]+", super().clean(value))
        try:
            days = programs.month_days([word for word in words if word])
        except ValueError:
            raise forms.ValidationError(
                _("A date is month-day in two digits each, such as 06-30.")
            ) from None
        return [f"{month:02}-{day:02}" for month, day in days]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class ProgramForm(forms.ModelForm):  # type: ignore[type-arg]
    redeem_amount = AmountField(
        label=capfirst(_("amount per unit redeemed")),
        help_text=_("What that many points pay for; 1.00 by default."),
    )
    validity_dates = DaysField(
        label=capfirst(_("fixed dates")),
        required=False,
        help_text=_("Last days of points, as month-day, with spaces between: 06-30 12-31."),
    )

    class Meta:
        help_texts = {
            "percent_base": _(
                "20 % off and then 10 % off 100.00: of what is left it costs 72.00, of the amount "
                "before any discount 70.00."
            ),
            "refund_method": _(
                "Where the till doesn't name an amount. 20 off 100 on goods of 70 and 50: for the "
                "50 go back 41.67 by what each line was paid, 30.00 when the rest is judged again."
            ),
            "quote_minutes": _(
                "So long a till gets the price that it was told; 10 by default. Budgets and "
                "coupons are promised by a lock alone."
            ),
            "redeem_max_percent": _(
                "Of what an order costs after discounts, freight not counted. 100: all of it; 0: "
                "points pay nothing."
            ),
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        is_fixed = cleaned.get("validity") == Program.Validity.FIXED_DATES
        if is_fixed and not cleaned.get("validity_dates") and not self.errors:
            self.add_error("validity_dates", _("Name at least one date, such as 12-31."))
        return cleaned


@admin.register(Program)
class ProgramAdmin(ConsoleAdmin):
    form = ProgramForm
    empty_hint = _("Set up the programme: currency, time zone and what a point is worth.")
    list_display = (
        "shown_name",
        "shown_points",
        "shown_life",
        "shown_tiers",
        "shown_checkout",
        "is_current",
    )
    fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), ("code", "is_current"))}),
        (_("Money and days"), {"fields": (("currency", "time_zone"),)}),
        (
            _("What points are worth"),
            {"fields": (("redeem_points", "redeem_amount"), "breakage_percent")},
        ),
        (
            _("How points live"),
            {
                "fields": (
                    ("pending_until", "pending_days"),
                    ("validity", "validity_count", "validity_rounding"),
                    ("validity_dates", "validity_slides"),
                    ("uncollected", "restore_grace_days"),
                    ("lapse_notice_days",),
                ),
                "description": _(
                    "A change is for points earned from then on; what members hold keeps its day."
                ),
            },
        ),
        (
            _("Checkout, transfers and caps"),
            {
                "fields": (
                    ("hold_minutes", "redeem_max_percent"),
                    ("transfers_allowed", "transfer_day_points"),
                    ("cap_order_points", "cap_day_points"),
                    ("cap_month_points", "cap_member_points"),
                ),
                "description": _(
                    "Caps trim what rules give, and the order says so. Empty: no limit."
                ),
            },
        ),
        (
            _("Prices, offers and returns"),
            {
                "fields": (("percent_base", "quote_minutes"), ("refund_method",)),
                "description": _(
                    "How offers and coupons lower a cart, how long a till may rely on a price, "
                    "and what a customer gets back who returns a part of a purchase."
                ),
            },
        ),
        (
            _("Benefits"),
            {
                "fields": (
                    ("benefit_notice_months",),
                    ("benefit_rating_low", "benefit_ratings_least"),
                )
            },
        ),
        (
            _("How tiers are counted"),
            {
                "fields": (
                    ("tier_window", "tier_window_months"),
                    ("tier_term_months", "tier_grace_days"),
                    ("tier_downgrade", "downgrade_on_return"),
                ),
                "description": _(
                    "Members rise at once and hold a tier for a term. At its end the window is "
                    "judged: the term is renewed, or after the grace the member falls."
                ),
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # Amounts and days that are recorded already were counted in these.
        return ("code", "is_current", "currency", "time_zone") if obj else ("is_current",)

    def save_model(self, request: HttpRequest, obj: Program, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and {"tier_window", "tier_window_months"} & set(form.changed_data):
            tier_windows.ask(at=self.now(), requested_by_id=operator_of(request).pk)

    def has_add_permission(self, request: HttpRequest) -> bool:
        # One programme; a second one would have to take over members and points.
        return super().has_add_permission(request) and not self.has_rows(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("programme"))
    def shown_name(self, program: Program) -> str:
        return program.name

    @display(description=_("points"))
    def shown_points(self, program: Program) -> str:
        return program_sentences.worth(program)

    @display(description=_("validity"))
    def shown_life(self, program: Program) -> str:
        return program_sentences.life(program)

    @display(description=_("tiers"))
    def shown_tiers(self, program: Program) -> str:
        return program_sentences.tiers(program)

    @display(description=_("checkout"))
    def shown_checkout(self, program: Program) -> str:
        return program_sentences.checkout(program)
