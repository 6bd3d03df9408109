"""Forms that say themselves as a sentence and show each field where it is needed."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from loyalty.admin import amount_fields
from loyalty.rules import money
from members.admin import publishing


class SentenceForm(forms.ModelForm):  # type: ignore[type-arg]
    """`shown_when`: static/console/shown_when.js shows a field while another one has one of these
    values."""

    shown_when: ClassVar[Mapping[str, str]] = {}

    class Media:
        js = ("console/shown_when.js",)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, when in self.shown_when.items():
            if name in self.fields:
                # Fields that lead to other tables are wrapped: the mark belongs on what is inside.
                widget: Any = self.fields[name].widget
                getattr(widget, "widget", widget).attrs["data-shown-when"] = when
        if "condition" in self.fields:
            widget = self.fields["condition"].widget
            widget.url = publishing.spoken_at(self.instance)
            widget.digits = money.digits(amount_fields.currency())


def plain(field: Any, when: str | None = None) -> None:
    """A choice without the buttons that make what is chosen; shown while `when` holds."""
    if field is None:
        return
    widget = field.widget
    if hasattr(widget, "can_add_related"):
        widget.can_add_related = widget.can_change_related = False
        widget.can_delete_related = widget.can_view_related = False
    if when:
        getattr(widget, "widget", widget).attrs["data-shown-when"] = when
