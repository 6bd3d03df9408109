"""The forms of channel spends: one spend, or a file of them."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from analytics.models import ChannelSpend
from analytics.services.channel_spends import MOST_ROWS, TooManySpends
from loyalty.admin.amount_fields import AmountField
from loyalty.intake import sheets
from members.admin import dialogs
from members.errors import DomainError


class ChannelSpendForm(forms.ModelForm):  # type: ignore[type-arg]
    """Amounts as people type them; the number is the operator's own."""

    amount = AmountField(
        label=capfirst(_("amount")),
        help_text=_("For all these days together. Entered by mistake: make it 0."),
    )

    class Meta:
        model = ChannelSpend
        fields = ("channel", "store", "placement", "from_on", "to_on", "amount", "note", "number")
        help_texts = {
            "channel": _("The channel in which those join whom the money should bring."),
            "store": _("Only where the money was spent for one store."),
            "placement": _(
                "As registrations name it, such as “entrance-poster”; empty: the whole channel."
            ),
            "from_on": _("The first day. The amount is spread evenly over the days."),
            "number": _("Your own, such as that of the invoice; a file's row with it isn't taken."),
        }

    def clean_number(self) -> str | None:
        """No number is no number: it may be missing many times."""
        return self.cleaned_data["number"] or None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = cleaned.get("from_on"), cleaned.get("to_on")
        if first and last and last < first:
            self.add_error("to_on", _("This day is before the first one."))
        return cleaned


class ImportForm(forms.Form):
    """A file; cleaned, it is its rows."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV or XLSX, at most 2,000 rows and 20 MB. The first row names the columns: number, "
            "channel, from, to, amount; if you like store, placement, note. Channels and stores by "
            "their code, days as 2026-03-31, amounts as 1234.50. A number is taken once: the same "
            "file a second time changes nothing."
        ),
        widget=UnfoldAdminFileFieldWidget,
    )

    def clean_file(self) -> list[list[str]]:
        rows: list[list[str]] = []
        try:
            for row in sheets.rows(self.cleaned_data["file"]):
                rows.append(row)
                # Read no further: the rest is refused anyway.
                if len(rows) > MOST_ROWS + 1:
                    raise TooManySpends
        except DomainError as refused:
            raise forms.ValidationError(dialogs.refusal(refused)) from None
        return rows
