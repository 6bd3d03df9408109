"""The parts of a bundle as rows of a form: how many pieces, of which goods."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from campaigns.admin.row_fields import RowForm, RowsField, RowsWidget
from loyalty.admin import amount_fields, cart_fields
from loyalty.rules import money
from members.admin import condition_words
from members.admin.condition_fields import ConditionField, ConditionWidget
from members.registry.fields import Words


class PartWidget(ConditionWidget):
    """The editor whose words are read once for all parts."""

    editor: Mapping[str, Any] | None = None

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        if self.editor is None:
            return super().render(name, value, attrs, renderer)
        shown = self.get_context(name, value, attrs)["widget"]
        context = {
            "widget": shown,
            "editor": self.editor,
            "url": self.url,
            "id": shown["attrs"].get("id"),
        }
        return render_to_string("console/condition_editor.html", context)


class PartForm(RowForm):
    quantity = forms.IntegerField(
        label=_("pieces"),
        required=False,
        min_value=1,
        max_value=100,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    condition = ConditionField(
        vocabulary=cart_fields.LINES_CODE, label=_("of which goods"), widget=PartWidget
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        widget: Any = self.fields["condition"].widget
        widget.url = self.shared.get("url", "")
        widget.editor = self.shared.get("editor")

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


def shared(url: str) -> dict[str, Any]:
    """For all rows: the words of the editor, and where it asks for its sentence."""
    digits = money.digits(amount_fields.currency())
    words = Words(cart_fields.LINES_VOCABULARY)
    return {"url": url, "editor": condition_words.editor(words, digits=digits)}
