"""The filters of a dashboard as the address spells them, checked: `?period=last_90&store=SH01`.

Nothing said means the last 30 days beside the 30 before, the whole chain or the operator's stores;
days without a period mean from the one to the other.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from analytics.admin.dashboards.dashboards import Asked
from analytics.rules import periods
from analytics.selectors import filter_choices
from analytics.selectors.filter_choices import STORE, Choice, Choices
from analytics.selectors.filters import Filters, Period
from loyalty.rules import calendar
from loyalty.services import programs
from members.models import User
from members.selectors import scopes
from members.selectors.scopes import Scope

MOST_DAYS = 1_100
DEFAULT = {"period": "last_30", "compare": "before"}
PERIODS = [
    ("last_7", gettext_lazy("Last 7 days")),
    ("last_30", gettext_lazy("Last 30 days")),
    ("last_90", gettext_lazy("Last 90 days")),
    ("this_month", gettext_lazy("This month")),
    ("last_month", gettext_lazy("Last month")),
    ("this_quarter", gettext_lazy("This quarter")),
    ("last_quarter", gettext_lazy("Last quarter")),
    ("this_year", gettext_lazy("This year")),
    ("last_year", gettext_lazy("Last year")),
    (periods.CUSTOM, gettext_lazy("From … to …")),
]
COMPARISONS = [
    ("before", gettext_lazy("The period before")),
    ("year", gettext_lazy("A year before")),
    ("none", gettext_lazy("Nothing")),
]
# The words for “all” beside what the filter is called.
MULTIPLE = {
    "store": (gettext_lazy("Stores"), gettext_lazy("All stores")),
    "channel": (gettext_lazy("Channels"), gettext_lazy("All channels")),
    "tier": (gettext_lazy("Tiers"), gettext_lazy("All tiers")),
}
# What an address may say.
NAMES = ("period", "from_on", "to_on", "compare", *MULTIPLE, "segment")
_UNKNOWN = gettext_lazy("“%(value)s” is none of the choices.")


class FilterForm(forms.Form):
    """`choices` are those that the operator may choose from, `today` the programme's day."""

    period = forms.ChoiceField(label=gettext_lazy("Period"), choices=PERIODS, required=False)
    from_on = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    to_on = forms.DateField(
        label=gettext_lazy("To, this day included"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    compare = forms.ChoiceField(
        label=gettext_lazy("Compared with"), choices=COMPARISONS, required=False
    )
    segment = forms.ChoiceField(label=gettext_lazy("Segment"), required=False)

    def __init__(self, data: QueryDict, *, choices: Choices, scope: Scope, today: date) -> None:
        super().__init__(_with_defaults(data))
        self.choices, self.scope, self.today = choices, scope, today
        self.language = language = get_language() or ""
        for name, (label, _all) in MULTIPLE.items():
            self.fields[name] = forms.MultipleChoiceField(
                label=label,
                required=False,
                choices=[(one.code, one.name(language)) for one in choices[name]],
                widget=forms.CheckboxSelectMultiple,
                error_messages={"invalid_choice": _UNKNOWN},
            )
        segments = [(one.code, one.name(language)) for one in choices["segment"]]
        self.fields["segment"].choices = [("", _("All members")), *segments]
        for name in ("period", "compare", "segment"):
            self.fields[name].error_messages["invalid_choice"] = _UNKNOWN
        self.fields["from_on"].widget.attrs["data-shown-when"] = "period=custom"
        self.fields["to_on"].widget.attrs["data-shown-when"] = "period=custom"

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("period") == periods.CUSTOM and not self.errors:
            self._check_days(cleaned.get("from_on"), cleaned.get("to_on"))
        return cleaned

    def _check_days(self, from_on: date | None, to_on: date | None) -> None:
        if from_on is None or to_on is None:
            missing = "from_on" if from_on is None else "to_on"
            self.add_error(missing, _("Say from which day to which."))
        elif to_on < from_on:
            self.add_error("to_on", _("This day is before the first one."))
        elif to_on > self.today:
            self.add_error("to_on", _("This day has yet to come."))
        elif (to_on - from_on).days >= MOST_DAYS:
            self.add_error("from_on", _("At most three years at once: choose a later day."))

    def asked(self) -> Asked:
        """What a dashboard is read for, in the language of now."""
        return Asked(
            filters=self.filters(),
            choices=self.choices,
            currency=programs.current().currency,
            language=self.language,
        )

    def filters(self) -> Filters:
        """What the selectors are asked for. Whoever works for some stores gets these, whatever
        the address says."""
        cleaned = self.cleaned_data
        segment = self._ids("segment", [cleaned["segment"]] if cleaned["segment"] else [])
        return Filters(
            period=_period(self.days),
            compared=self._compared(),
            store_ids=self._store_ids(),
            channel_ids=self._ids("channel", cleaned["channel"]),
            tier_ids=self._ids("tier", cleaned["tier"]),
            segment_id=segment[0] if segment else None,
        )

    @cached_property
    def days(self) -> periods.Days:
        cleaned = self.cleaned_data
        if cleaned["period"] == periods.CUSTOM:
            return periods.Days(cleaned["from_on"], cleaned["to_on"])
        return periods.named(cleaned["period"], self.today)

    def _compared(self) -> Period | None:
        chosen = self.cleaned_data["compare"]
        if chosen == "none":
            return None
        if chosen == "year":
            return _period(periods.year_before(self.days))
        return _period(periods.before(self.cleaned_data["period"], self.days))

    def _store_ids(self) -> tuple[int, ...] | None:
        chosen = self._ids("store", self.cleaned_data["store"])
        if chosen is None and self.scope.store_ids is not None:
            return tuple(sorted(self.scope.store_ids))
        return chosen

    def _ids(self, name: str, codes: Sequence[str]) -> tuple[int, ...] | None:
        if not codes:
            return None
        return tuple(sorted(one.id for one in self.choices[name] if one.code in codes))

    def all_words(self, name: str) -> str:
        """What is meant where nothing is ticked."""
        if name == STORE and not self.scope.is_whole_chain:
            return _("All your stores")
        return str(MULTIPLE[name][1])

    def chosen(self, name: str) -> list[Choice]:
        """The rows that a filter names, for words about it."""
        codes = self.data.getlist(name)
        return [one for one in self.choices[name] if one.code in codes]


def of(query: QueryDict, operator: User, at: datetime) -> FilterForm:
    """The form for whoever works here, on the programme's day.

    Raises: NoProgram.
    """
    return within(query, scopes.scope_for(operator), at)


def within(query: QueryDict, scope: Scope, at: datetime) -> FilterForm:
    """The form for some stores or the whole chain, on the programme's day.

    Raises: NoProgram.
    """
    return FilterForm(
        query,
        choices=filter_choices.choices(store_ids=scope.store_ids),
        scope=scope,
        today=calendar.local_day(at, programs.current().zone),
    )


def canonical(query: QueryDict) -> str:
    """The filters alone, always in the same order, without what is nothing said."""
    found = QueryDict(mutable=True)
    for name in NAMES:
        is_many = name in MULTIPLE
        said = sorted(set(query.getlist(name))) if is_many else [query.get(name, "")]
        if kept := [one for one in said if one and DEFAULT.get(name) != one]:
            found.setlist(name, kept)
    return found.urlencode()


def _with_defaults(query: QueryDict) -> QueryDict:
    said = query.copy()
    for name, values in query.lists():
        # A refusal repeats what it refuses, and no page can bear a NUL.
        said.setlist(name, [value.replace("\0", "\ufffd") for value in values])
    if not said.get("period") and (said.get("from_on") or said.get("to_on")):
        said["period"] = periods.CUSTOM
    for name, value in DEFAULT.items():
        said[name] = said.get(name) or value
    return said


def _period(days: periods.Days) -> Period:
    return Period(from_on=days.from_on, to_on=days.to_on)
