"""The parts of a bundle as rows of a form: how many pieces, of which goods."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from campaigns.admin.offer_readings import OfferConditionWidget
from loyalty.admin import cart_fields
from members.admin.condition_fields import ConditionField
from members.admin.row_fields import RowForm, RowsField, RowsWidget


class PartForm(RowForm):
    quantity = forms.IntegerField(
        label=_("pieces"),
        required=False,
        min_value=1,
        max_value=100,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    condition = ConditionField(
        vocabulary=cart_fields.LINES_CODE, label=_("of which goods"), widget=OfferConditionWidget
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        widget: Any = self.fields["condition"].widget
        widget.url, widget.reading = self.shared.get("url", ""), self.shared.get("reading")

    def read(self) -> dict[str, Any]:
        return {
            "quantity": self.cleaned_data.get("quantity") or 1,
            "condition": self.cleaned_data.get("condition") or {},
        }


def field() -> RowsField:
    widget = RowsWidget(
        PartForm,
        {"add": _("Add a part"), "remove": _("Remove this part")},
    )
    return RowsField(
        widget,
        label=_("Parts of the bundle"),
        help_text=_(
            "Each part needs so many pieces of its goods. No condition: any goods. A row left "
            "empty is left out."
        ),
    )
