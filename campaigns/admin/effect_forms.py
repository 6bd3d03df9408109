"""What the effect of a campaign can be narrowed to, as the address spells it."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from campaigns.admin import effect_words
from campaigns.models import Campaign
from campaigns.selectors import effect_parts
from campaigns.selectors.effect_scopes import Asked
from members.models import Store
from members.selectors.scopes import Scope

_MOST_RUNS = 200
_DAY = forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class EffectForm(forms.Form):
    """`scope` are the operator's stores: whoever works for some of them sees theirs alone."""

    run = forms.ChoiceField(label=pgettext_lazy("of a campaign", "Run"), required=False)
    arm = forms.ChoiceField(label=gettext_lazy("Variant"), required=False)
    medium = forms.ChoiceField(label=gettext_lazy("Channel"), required=False)
    store = forms.ChoiceField(label=gettext_lazy("Members' store"), required=False)
    from_on = forms.DateField(label=gettext_lazy("Came in from"), required=False, widget=_DAY)
    to_on = forms.DateField(
        label=gettext_lazy("Came in until, this day included"), required=False, widget=_DAY
    )

    def __init__(self, query: QueryDict, *, campaign: Campaign, scope: Scope) -> None:
        super().__init__(query)
        self.scope = scope
        stores = scope.stores(Store.objects.order_by("code"))
        # From what the campaign may do: to look at what its members got takes seconds.
        parts = effect_parts.parts_of(campaign)
        self._offer("run", _("All runs"), _runs(campaign))
        self._offer("arm", _("All variants"), [(arm, effect_words.arm(arm)) for arm in parts.arms])
        media = [(one, effect_words.medium(one)) for one in parts.media]
        self._offer("medium", _("All channels"), media)
        every = _("All stores") if scope.is_whole_chain else _("My stores")
        self._offer("store", every, [(str(one.pk), one.name) for one in stores])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        first, last = cleaned.get("from_on"), cleaned.get("to_on")
        if first and last and last < first:
            self.add_error("to_on", _("This day is before the first one."))
        return cleaned

    def asked(self) -> Asked:
        """Of a valid form."""
        told = self.cleaned_data
        store = (int(told["store"]),) if told["store"] else None
        own = None if self.scope.store_ids is None else tuple(sorted(self.scope.store_ids))
        return Asked(
            run_id=int(told["run"]) if told["run"] else None,
            arm=told["arm"],
            medium=told["medium"],
            store_ids=store or own,
            from_on=told["from_on"],
            to_on=told["to_on"],
        )

    def chosen(self) -> list[tuple[str, str]]:
        """What is narrowed, and to what, in words."""
        found = []
        for name, field in self.fields.items():
            value = self.cleaned_data.get(name)
            if not value:
                continue
            choices = dict(getattr(field, "choices", ()))
            said = choices.get(value) if choices else date_format(value, "DATE_FORMAT")
            found.append((str(field.label), str(said)))
        return found

    def _offer(self, name: str, every: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", every), *choices]


def _runs(campaign: Campaign) -> list[tuple[str, str]]:
    runs = campaign.runs.order_by("-due_at")[:_MOST_RUNS]
    return [
        (str(one.pk), date_format(localtime(one.due_at), "SHORT_DATETIME_FORMAT")) for one in runs
    ]
