"""A field on the ledger's tab: what this member held at an earlier instant."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from loyalty.selectors import as_of


class AsOfForm(forms.Form):
    """An instant of the past, on the wall of the programme's zone."""

    as_of = forms.DateTimeField(
        label=_("Balances as of"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, at: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.at = at

    def clean_as_of(self) -> datetime:
        chosen: datetime = self.cleaned_data["as_of"]
        if chosen > self.at:
            raise forms.ValidationError(_("That instant has not come yet."))
        return chosen


def context(*, member_id: int, request: HttpRequest, at: datetime) -> dict[str, Any]:
    """The form, and the balances that were answered then; None where there was no account."""
    if "as_of" not in request.GET:
        return {"as_of_form": AsOfForm(initial={"as_of": localtime(at)}, at=at)}
    form = AsOfForm(request.GET, at=at)
    if not form.is_valid():
        return {"as_of_form": form}
    chosen = form.cleaned_data["as_of"]
    return {
        "as_of_form": form,
        "as_of_at": chosen,
        "as_of": as_of.account_as_of(member_id=member_id, at=chosen),
    }
