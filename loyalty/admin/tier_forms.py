"""The form of a tier: what goes together, in operators' words."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminColorInputWidget

from loyalty.admin.amount_fields import AmountField
from loyalty.models import Tier

# What decides who holds a tier; a change of one shows first who would move.
THRESHOLDS = (
    "spend_amount",
    "orders_count",
    "qualifying_points",
    "clv_amount",
    "match",
    "is_invite_only",
    "cap_percent",
    "cap_count",
    "never_downgrade",
)


class TierForm(forms.ModelForm):  # type: ignore[type-arg]
    spend_amount = AmountField(
        label=capfirst(_("net spend from")),
        help_text=_("Sales less refunds within the window; 0: spend doesn't count."),
        initial=0,
    )
    clv_amount = AmountField(
        label=capfirst(_("customer lifetime value from")),
        help_text=_("As analytics published it last; 0: it doesn't count."),
        initial=0,
    )

    class Meta:
        widgets = {"color": UnfoldAdminColorInputWidget}

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        rank = self.instance.rank if self.instance.pk else cleaned.get("rank")
        is_capped = cleaned.get("cap_percent") is not None or cleaned.get("cap_count") is not None
        if rank == 0 and (is_capped or self._asks_for_something(cleaned)):
            self.add_error(
                None, gettext("Everyone starts at rank 0: it can't ask for anything or be limited.")
            )
        if is_capped:
            self._refuse_with_cap(cleaned)
        return cleaned

    def _asks_for_something(self, cleaned: dict[str, Any]) -> bool:
        names = ("spend_amount", "orders_count", "qualifying_points", "clv_amount")
        others = ("is_invite_only", "price_points", "gift_points")
        return any(cleaned.get(name) for name in (*names, *others))

    def _refuse_with_cap(self, cleaned: dict[str, Any]) -> None:
        """Who holds a capped tier is drawn anew at each review; this can't be promised then."""
        told = gettext("Not for a tier with a limit: its holders are drawn anew at each review.")
        for name in ("is_invite_only", "never_downgrade", "price_points"):
            if cleaned.get(name):
                self.add_error(name, told)
        percent = cleaned.get("cap_percent")
        if percent is not None and not 0 < percent <= 100:
            self.add_error("cap_percent", gettext("Between 0 and 100."))


def moves_anybody(form: forms.ModelForm) -> bool:  # type: ignore[type-arg]
    """Whether saving this form may move members."""
    return any(name in THRESHOLDS for name in form.changed_data)


def present(tier_id: int | None) -> list[Tier]:
    """The other tiers of the programme in force, as they are."""
    return list(Tier.objects.filter(program__is_current=True).exclude(pk=tier_id))
