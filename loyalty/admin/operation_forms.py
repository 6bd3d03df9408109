"""The form that makes an operation on many members, and the dialogs that run and undo it."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldBooleanSwitchWidget,
)

from loyalty.admin import words
from loyalty.intake import sheets
from loyalty.models import Operation, Tier
from loyalty.rules import calendar
from loyalty.rules import operations as rules
from loyalty.services import operations, programs
from loyalty.services.operations import Draft
from members.admin import dialogs
from members.errors import DomainError
from members.models import Tag

LIST, TAG, TIER, ALL = "list", "tag", "tier", "all"
_DAY = timedelta(days=1)
# static/console/shown_when.js shows a field while another one has one of these values.
_SHOWN_WHEN = {
    "file": f"who={LIST}",
    "tag": f"who={TAG}",
    "tier": f"who={TIER}",
    "points": f"kind={Operation.Kind.GRANT.value},{Operation.Kind.OPENING.value}",
    "lapsing_on": f"kind={Operation.Kind.EXTEND.value}",
}


class OperationForm(forms.ModelForm):  # type: ignore[type-arg]
    """What, for whom, how many points, until when."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What"),
        choices=Operation.Kind.choices,
        widget=UnfoldAdminSelectWidget,
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=[(code, words.REASONS[code]) for code in words.ADJUSTMENT_REASONS],
        initial="campaign",
        widget=UnfoldAdminSelectWidget,
    )
    who = forms.ChoiceField(
        label=gettext_lazy("For whom"),
        choices=[
            (LIST, gettext_lazy("A list in a file")),
            (TAG, gettext_lazy("Members with a tag")),
            (TIER, gettext_lazy("Members of a tier")),
            (ALL, gettext_lazy("All members")),
        ],
        widget=UnfoldAdminSelectWidget,
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy(
            "CSV or XLSX, at most 200,000 rows and 20 MB. The first row names the columns: card, "
            "phone or external_id; points; expires_on, the last day."
        ),
        widget=UnfoldAdminFileFieldWidget,
    )
    tag = forms.ModelChoiceField(
        label=gettext_lazy("Tag"),
        queryset=Tag.objects.order_by("code"),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    tier = forms.ModelChoiceField(
        label=gettext_lazy("Tier"),
        queryset=Tier.objects.filter(program__is_current=True).order_by("rank"),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    points = forms.IntegerField(
        label=gettext_lazy("Points each"),
        required=False,
        min_value=1,
        max_value=rules.MOST_POINTS,
        help_text=gettext_lazy("Where a row of the list says none. Not for an extension."),
        widget=UnfoldAdminIntegerFieldWidget,
    )
    last_on = forms.DateField(
        label=gettext_lazy("Valid through"),
        required=False,
        help_text=gettext_lazy("The last day. Empty: as long as the programme's points live."),
        widget=UnfoldAdminSingleDateWidget,
    )
    lapsing_on = forms.DateField(
        label=gettext_lazy("Only points that lapse by"),
        required=False,
        help_text=gettext_lazy("For an extension: their last day now. Empty: all."),
        widget=UnfoldAdminSingleDateWidget,
    )

    class Meta:
        model = Operation
        fields = ("kind", "reason")

    class Media:
        js = ("console/shown_when.js",)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, when in _SHOWN_WHEN.items():
            if name in self.fields:
                self.fields[name].widget.attrs["data-shown-when"] = when

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self._clean_whom(cleaned)
        is_extension = cleaned.get("kind") == Operation.Kind.EXTEND
        if is_extension and not cleaned.get("last_on"):
            self.add_error("last_on", _("Say through which day the points shall live."))
        if not is_extension and cleaned.get("who") != LIST and not cleaned.get("points"):
            self.add_error("points", _("Say how many points each gets."))
        return cleaned

    def _clean_whom(self, cleaned: dict[str, Any]) -> None:
        who = cleaned.get("who")
        needed = {LIST: "file", TAG: "tag", TIER: "tier"}.get(who or "")
        if needed and not cleaned.get(needed) and needed not in self.errors:
            self.add_error(needed, _("Choose one."))
        elif who == LIST and cleaned.get("file"):
            try:
                cleaned["rows"] = self._rows(cleaned["file"])
            except DomainError as error:
                self.add_error("file", dialogs.refusal(error))

    @staticmethod
    def _rows(file: Any) -> list[list[str]]:
        rows = []
        for row in sheets.rows(file):
            rows.append(row)
            # Read no further: the rest is refused anyway.
            if len(rows) > operations.MOST_ROWS + 1:
                raise operations.TooManyRows
        return rows

    def draft(self) -> Draft:
        """What the service is asked for."""
        cleaned = self.cleaned_data
        audience: dict[str, Any] = {
            TAG: lambda: {"tag": cleaned["tag"].code, **_names(cleaned["tag"])},
            TIER: lambda: {"tier": cleaned["tier"].code, **_names(cleaned["tier"])},
            ALL: lambda: {"all": True},
            LIST: dict,
        }[cleaned["who"]]()
        is_extension = cleaned["kind"] == Operation.Kind.EXTEND
        return Draft(
            kind=cleaned["kind"],
            reason=cleaned["reason"],
            audience=audience,
            rows=cleaned.get("rows"),
            points=None if is_extension else cleaned["points"],
            expires_at=_end_of(cleaned["last_on"]),
            expiring_before_at=_end_of(cleaned["lapsing_on"]) if is_extension else None,
        )


def _names(row: Tag | Tier) -> dict[str, str]:
    return {"name_zh": row.name_zh, "name_en": row.name_en}


def _end_of(day: Any) -> datetime | None:
    return calendar.start_of_day(day + _DAY, programs.current().zone) if day else None


class UndoForm(dialogs.ReasonForm):
    """Why, and what becomes of points that were spent meanwhile."""

    owes = forms.BooleanField(
        label=gettext_lazy("What was spent meanwhile becomes a debt"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Otherwise it stays with the members. Not for an extension."),
        widget=UnfoldBooleanSwitchWidget,
    )
