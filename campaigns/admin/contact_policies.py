"""How often and when members are written to at all: one row of rules, and caps."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from campaigns.models import ContactPolicy, FrequencyCap
from loyalty.admin.amount_fields import AmountField, HundredthsField
from loyalty.rules import money
from loyalty.services import programs
from members.admin import labels
from members.admin.base import ConsoleAdmin
from members.models import Consent

THE_ONE = 1
# Twice the price of a letter is a slip of the keyboard.
_MOST_COST = 100_000
_PAID_MEDIA = ("SMS", "EMAIL", "WECHAT", "PUSH")


def _cost(medium: str) -> AmountField:
    name = dict(Consent.Medium.choices)[medium]
    return AmountField(label=name, required=False)


class ContactPolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """Shares as percents, prices as amounts."""

    holdout_share = HundredthsField(
        label=_("Held out from everything, %"),
        help_text=_(
            "5: five of a hundred members get no marketing at all, so that what all campaigns "
            "bring together can be measured. At most 20."
        ),
        initial=0,
        max_value=20,
    )
    cost_sms = _cost("SMS")
    cost_email = _cost("EMAIL")
    cost_wechat = _cost("WECHAT")
    cost_push = _cost("PUSH")

    class Meta:
        model = ContactPolicy
        fields = (
            *("quiet_from", "quiet_until", "holdout_share", "holdout_salt"),
            *("priority_hours", "attribution_days"),
        )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        costs = self.instance.costs or {}
        self.initial.update({f"cost_{one.lower()}": costs.get(one) for one in _PAID_MEDIA})

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if (found.get("quiet_from") is None) != (found.get("quiet_until") is None):
            self.add_error(
                "quiet_until", gettext("Quiet hours have a beginning and an end, or neither.")
            )
        costs = {one: found.get(f"cost_{one.lower()}") for one in _PAID_MEDIA}
        for medium, cost in costs.items():
            if cost is not None and cost > _MOST_COST:
                self.add_error(f"cost_{medium.lower()}", gettext("This is too much for a message."))
        self.instance.costs = {one: cost for one, cost in costs.items() if cost}
        return found


@admin.register(ContactPolicy)
class ContactPolicyAdmin(ConsoleAdmin):
    """One row; without it members are written to at any hour, and nobody is held out."""

    form = ContactPolicyForm
    empty_hint = _(
        "Until you save rules here, there are no quiet hours beside those of campaigns, nobody is "
        "held out, and messages cost nothing."
    )
    list_display = ("shown_quiet", "shown_holdout", "shown_priority", "shown_costs")
    list_display_links = ("shown_quiet",)
    fieldsets = (
        (
            _("When"),
            {
                "fields": (("quiet_from", "quiet_until"), "priority_hours"),
                "description": _(
                    "By the clock on the wall of the member's store. A campaign's own quiet hours "
                    "come before these. They may cross midnight: 21:00 to 09:00."
                ),
            },
        ),
        (
            _("Whom not, for comparison"),
            {
                "fields": (("holdout_share", "holdout_salt"),),
                "description": _("Messages of service reach them all the same."),
            },
        ),
        (
            _("What a message costs"),
            {
                "fields": (("cost_sms", "cost_email"), ("cost_wechat", "cost_push")),
                "description": _("Taken from a campaign's budget, and told in its forecast."),
            },
        ),
        (_("Effect"), {"fields": ("attribution_days",)}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not self.has_rows(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who only reads sees the prices as they are kept."""
        if obj is not None and not self.has_change_permission(request, obj):
            costs = (_("What a message costs"), {"fields": ("shown_costs",)})
            return (*self.fieldsets[:2], costs, self.fieldsets[3])
        return self.fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("shown_costs",)

    def save_model(self, request: HttpRequest, obj: ContactPolicy, form: Any, change: bool) -> None:
        obj.pk = THE_ONE
        obj.save()

    @display(description=_("quiet"))
    def shown_quiet(self, policy: ContactPolicy) -> str:
        if policy.quiet_from is None or policy.quiet_until is None:
            return gettext("no quiet hours")
        return f"{policy.quiet_from:%H:%M}–{policy.quiet_until:%H:%M}"

    @display(description=_("held out"))
    def shown_holdout(self, policy: ContactPolicy) -> str:
        return f"{policy.holdout_share / 100:g} %"

    @display(description=_("priority within"))
    def shown_priority(self, policy: ContactPolicy) -> str:
        if not policy.priority_hours:
            return gettext("never")
        hours = policy.priority_hours
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}

    @display(description=_("cost of a message"), label=True)
    def shown_costs(self, policy: ContactPolicy) -> labels.Labels:
        names, currency = dict(Consent.Medium.choices), programs.current().currency
        return labels.labels(
            f"{names.get(medium, medium)} {money.text(cost, currency)}"
            for medium, cost in sorted((policy.costs or {}).items())
        )


class FrequencyCapForm(forms.ModelForm):  # type: ignore[type-arg]
    medium = forms.ChoiceField(
        label=_("Channel"),
        choices=[("", _("All of them together")), *Consent.Medium.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )

    class Media:
        js = ("console/shown_when.js",)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        # Who only reads has no fields here.
        if "hours" in fields:
            fields["most_count"].help_text = _("Messages to one member. Often 1 a day, 4 a month.")
            fields["hours"].help_text = _("Counted back from each message: 24, 48, 168 for a week.")
            fields["hours"].widget.attrs["data-shown-when"] = "window=ROLLING"

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        is_rolling = found.get("window") == FrequencyCap.Window.ROLLING
        if is_rolling and not found.get("hours"):
            self.add_error("hours", gettext("Say how many hours back are counted."))
        if not is_rolling:
            # The database keeps hours for rolling windows alone.
            found["hours"] = None
        return found


@admin.register(FrequencyCap)
class FrequencyCapAdmin(ConsoleAdmin):
    form = FrequencyCapForm
    empty_hint = _("Add a cap, such as one marketing message in a day, and four in a month.")
    list_display = ("shown_cap", "is_active")
    list_display_links = ("shown_cap",)
    list_filter = ("is_active",)
    ordering = ("pk",)
    fieldsets = (
        (
            None,
            {
                "fields": (("medium", "most_count"), ("window", "hours"), "is_active"),
                "description": _(
                    "Counts marketing messages of all campaigns to one member. What happens over "
                    "it, each campaign says: left out, sent later, or by another channel."
                ),
            },
        ),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Taken out of force, it stays in the trail of changes.
        return False

    @display(description=_("frequency cap"))
    def shown_cap(self, cap: FrequencyCap) -> str:
        return sentence(cap)


def sentence(cap: FrequencyCap) -> str:
    """`At most 2 messages by SMS in a calendar day.`"""
    names = dict(Consent.Medium.choices)
    how = gettext("by %(channel)s") % {"channel": names.get(cap.medium, cap.medium)}
    values = {
        "count": cap.most_count,
        "how": how if cap.medium else gettext("by all channels together"),
        "within": _within(cap),
    }
    said = ngettext(
        "At most %(count)s message %(how)s %(within)s.",
        "At most %(count)s messages %(how)s %(within)s.",
        cap.most_count,
    )
    return said % values


def _within(cap: FrequencyCap) -> str:
    if cap.window == FrequencyCap.Window.ROLLING:
        hours = cap.hours or 0
        return ngettext("in %(count)s hour", "in %(count)s hours", hours) % {"count": hours}
    return {
        "DAY": gettext("in a calendar day"),
        "WEEK": gettext("in a calendar week"),
        "MONTH": gettext("in a calendar month"),
    }[cap.window]
