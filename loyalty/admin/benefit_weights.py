"""Weights of benefits: what lifts one in a member's list, tried on a member."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from loyalty.admin import benefit_words
from loyalty.models import BenefitWeight
from loyalty.selectors import benefit_lists
from members.admin import dialogs
from members.admin.base import ConsoleAdmin
from members.models import Member, Tag
from members.selectors import members, scopes

_Signal = BenefitWeight.Signal
MOST_POINTS = 1_000_000
MOST_DAYS = 3_650


class WeightForm(forms.ModelForm):  # type: ignore[type-arg]
    """A signal, what it is about, and how much it lifts."""

    class Meta:
        model = BenefitWeight
        fields = ("benefit", "signal", "ref", "days", "points")
        help_texts = {
            "benefit": _("Empty: it lifts every benefit for which it holds."),
            "ref": _("The tag's code, or the name of a behavior event such as PRODUCT_VIEWED."),
            "days": _("Within so many days; not asked for tags and for what is left."),
            "points": _("Below 0 it lowers."),
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        signal, ref = cleaned.get("signal"), (cleaned.get("ref") or "").strip()
        cleaned["ref"] = ref if signal in (_Signal.TAG, _Signal.BEHAVIOR) else ""
        _check_figures(self, signal, cleaned)
        if signal == _Signal.TAG and not Tag.objects.filter(code=ref).exists():
            self.add_error("ref", gettext("There is no tag with this code."))
        if signal == _Signal.BEHAVIOR and not ref:
            self.add_error("ref", gettext("Say which behavior."))
        return cleaned


class WeightRowForm(forms.ModelForm):  # type: ignore[type-arg]
    """The figures of one weight, in the list."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        _check_figures(self, self.instance.signal, cleaned)
        return cleaned


def _check_figures(form: Any, signal: str | None, cleaned: dict[str, Any]) -> None:
    """How far back or ahead it looks, and how much it lifts."""
    if signal in (_Signal.TAG, _Signal.LEFT):
        cleaned["days"] = None
    elif not 1 <= (cleaned.get("days") or 0) <= MOST_DAYS:
        form.add_error("days", gettext("Say within how many days: 1 to 3,650."))
    if abs(cleaned.get("points") or 0) > MOST_POINTS:
        form.add_error("points", gettext("At most 1,000,000 either way."))


class TryForm(dialogs.DialogForm):
    """On whom the order is tried."""

    text = forms.CharField(
        label=_("Member"),
        max_length=40,
        help_text=_("Card or phone number, in full"),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )


TRY = {
    "title": _("Try the order on a member"),
    "description": _("Their benefits as they see them, with what lifted each. Nothing changes."),
    "form_class": TryForm,
    "form_submit_text": _("Show"),
}


@admin.register(BenefitWeight)
class BenefitWeightAdmin(ConsoleAdmin):
    form = WeightForm
    empty_hint = _(
        "Without weights benefits are shown by their own priority. Add one, such as 20 for what "
        "ends within 14 days."
    )
    list_display = ("shown_signal", "shown_ref", "days", "shown_benefit", "points")
    list_editable = ("days", "points")
    list_select_related = ("benefit",)
    list_filter = ("signal",)
    ordering = ("-points", "pk")
    actions_list = ("try_it",)

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return WeightRowForm

    @action(
        description=_("Try on a member"),
        url_path="try",
        icon="person_search",
        permissions=["loyalty.view_benefit"],
        dialog=TRY,
    )
    def try_it(self, request: HttpRequest, form: TryForm) -> HttpResponse:
        at = self.now()
        stores = scopes.scope_for(request.user).store_ids
        found = members.lookup(text=form.cleaned_data["text"], stores=stores, at=at)
        if len(found) != 1:
            form.add_error("text", gettext("No member has this card or phone number."))
            context = {"dialog": TRY, "form": form, "form_submit_text": TRY["form_submit_text"]}
            return dialogs.show(request, "unfold/helpers/dialog.html", context)
        return dialogs.show(
            request, "console/benefit_order.html", {"rows": _rows(found[0], at), "member": found[0]}
        )

    @display(description=_("signal"), ordering="signal")
    def shown_signal(self, weight: BenefitWeight) -> str:
        return str(weight.get_signal_display())

    @display(description=_("tag or behavior"))
    def shown_ref(self, weight: BenefitWeight) -> str:
        return weight.ref or "–"

    @display(description=_("benefit"))
    def shown_benefit(self, weight: BenefitWeight) -> str:
        return weight.benefit.name if weight.benefit else gettext("all of them")


def _rows(member: Member, at: Any) -> list[dict[str, Any]]:
    return [
        {
            "name": one.found.benefit.name,
            "score": one.score,
            "priority": one.found.promise.priority,
            "lifts": [
                f"{_Signal(lift.signal).label} {lift.ref} {lift.points:+d}" for lift in one.lifts
            ],
            "state": benefit_words.why_not(one.found.standing.why_not)
            or benefit_words.left(one.found.standing),
        }
        for one in benefit_lists.of_member(member_id=member.pk, at=at)
    ]
