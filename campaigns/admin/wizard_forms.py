"""What the forms of the wizard share: sections of fields, and the version that they were opened
with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from campaigns.models import Campaign

MINUTE, HOUR, DAY = 1, 60, 1_440
UNITS = ((MINUTE, _("minutes")), (HOUR, _("hours")), (DAY, pgettext_lazy("7 days", "days")))


@dataclass(frozen=True)
class Section:
    """Fields under a heading. `shown_when` is as in static/console/shown_when.js."""

    title: Any
    names: Sequence[str]
    lead: Any = ""
    shown_when: str = ""


class StepForm(forms.Form):
    """One step of the wizard. `values` gives the campaign's columns; `shown_when` says of fields
    when they matter."""

    sections: ClassVar[Sequence[Section]] = ()
    shown_when: ClassVar[Mapping[str, str]] = {}
    # Fields that have the whole width.
    wide: ClassVar[Sequence[str]] = ()

    # The fingerprint of the campaign as it was when the step was opened.
    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, campaign: Campaign, **options: Any) -> None:
        self.campaign = campaign
        options.setdefault("initial", self.read(campaign))
        super().__init__(*args, **options)
        self.fill()

    @classmethod
    def read(cls, campaign: Campaign) -> dict[str, Any]:
        """The campaign as the form shows it."""
        return {}

    def fill(self) -> None:
        """Choices that are read from the database."""

    def values(self) -> dict[str, Any]:
        """The columns, of a form that is valid."""
        raise NotImplementedError

    def store_ids(self) -> tuple[int, ...] | None:
        """The stores of a pilot; None: this step doesn't ask for them."""
        return None

    def shown(self) -> Iterator[dict[str, Any]]:
        """The sections with their fields, for the template."""
        for one in self.sections:
            rows = [self._row(name) for name in one.names if name in self.fields]
            if rows:
                yield {"section": one, "rows": rows}

    def _row(self, name: str) -> dict[str, Any]:
        return {
            "field": self[name],
            "shown_when": self.shown_when.get(name, ""),
            "is_wide": name in self.wide,
        }


class DurationWidget(forms.MultiWidget):
    """A number and its unit."""

    def __init__(self) -> None:
        number = UnfoldAdminIntegerFieldWidget(attrs={"min": 1, "inputmode": "numeric"})
        super().__init__({"": number, "unit": UnfoldAdminSelectWidget(choices=UNITS)})

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        parts = self.get_context(name, value, attrs)["widget"]["subwidgets"]
        shown = [self._render(one["template_name"], {"widget": one}, renderer) for one in parts]
        return format_html('<span class="wizard-duration">{}{}</span>', *shown)

    def decompress(self, value: Any) -> list[Any]:
        """The largest unit that leaves no rest."""
        if not isinstance(value, int) or value < 1:
            return [None, HOUR]
        unit = next(one for one in (DAY, HOUR, MINUTE) if value % one == 0)
        return [value // unit, unit]


class DurationField(forms.MultiValueField):
    """Gives minutes."""

    widget = DurationWidget

    def __init__(self, *, most_minutes: int, **options: Any) -> None:
        self.most_minutes = most_minutes
        parts = (
            forms.IntegerField(min_value=1, required=False),
            forms.TypedChoiceField(choices=UNITS, coerce=int, required=False, empty_value=HOUR),
        )
        super().__init__(parts, require_all_fields=False, required=False, **options)

    def compress(self, data_list: Any) -> int | None:
        if not data_list or data_list[0] in (None, ""):
            return None
        minutes = int(data_list[0]) * int(data_list[1] or HOUR)
        if minutes > self.most_minutes:
            told = _("At most %(days)s days.") % {"days": self.most_minutes // DAY}
            raise forms.ValidationError(told)
        return minutes


class InstantField(forms.DateTimeField):
    """A day and an hour by the clock of the programme."""

    widget = forms.DateTimeInput

    def __init__(self, **options: Any) -> None:
        options.setdefault(
            "widget",
            forms.DateTimeInput(
                attrs={"type": "datetime-local", "class": "wizard-input"}, format="%Y-%m-%dT%H:%M"
            ),
        )
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], **options)


class ClockField(forms.TimeField):
    """`21:00`."""

    def __init__(self, **options: Any) -> None:
        options.setdefault(
            "widget",
            forms.TimeInput(attrs={"type": "time", "class": "wizard-input"}, format="%H:%M"),
        )
        super().__init__(input_formats=["%H:%M", "%H:%M:%S"], **options)
