"""A list of rows within a form, kept as one JSON column: steps, parts. Without JavaScript there
are empty rows to fill in, and a row that is emptied is left out; static/console/rows.js adds and
takes away."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

# Nobody reads more of them in one sentence.
MOST_ROWS = 20
EMPTY_ROWS = 2
_TOTAL = "{}-TOTAL_FORMS"


class RowForm(forms.Form):
    """One row. `read` turns it into what is kept, `shown` what is kept into its fields; both may
    use what all rows share and is read once."""

    def __init__(self, *args: Any, shared: Mapping[str, Any], **options: Any) -> None:
        super().__init__(*args, **options)
        self.shared = shared

    @classmethod
    def shown(cls, row: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
        return dict(row)

    def read(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class RowsWidget(forms.Widget):
    """`shown_when` is as in static/console/shown_when.js, for all rows together; `read` gives
    what the rows share."""

    class Media:
        js = ("console/rows.js",)
        css = {"all": ("console/offers.css",)}

    def __init__(self, form_class: type[RowForm], texts: Mapping[str, Any]) -> None:
        super().__init__()
        self.form_class, self.texts = form_class, texts
        self.shown_when = ""
        self.read: Callable[[], Mapping[str, Any]] = dict

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return self._rows(name, data=data) if _TOTAL.format(name) in data else None

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return _TOTAL.format(name) not in data

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        rows = value if isinstance(value, forms.BaseFormSet) else self._rows(name, initial=value)
        context = {
            "name": name,
            "rows": rows,
            "shown_when": self.shown_when,
            "texts": self.texts,
            "most": MOST_ROWS,
            "attrs": attrs or {},
        }
        return render_to_string("console/rows.html", context)

    def _rows(self, name: str, *, data: Any = None, initial: Any = None) -> Any:
        # Read where the rows are shown or sent, and no earlier: not every page has them.
        shared = self.read()
        kept = [
            self.form_class.shown(row, shared) for row in initial or [] if isinstance(row, Mapping)
        ]
        made: Any = forms.formset_factory(
            self.form_class,
            extra=max(1, EMPTY_ROWS - len(kept)),
            max_num=MOST_ROWS,
            absolute_max=MOST_ROWS,
            validate_max=True,
        )
        options: dict[str, Any] = {"prefix": name, "form_kwargs": {"shared": shared}}
        return made(data, **options) if data is not None else made(initial=kept, **options)


class RowsField(forms.Field):
    """Gives the rows that were filled in, as what is kept."""

    def __init__(self, widget: RowsWidget, **options: Any) -> None:
        super().__init__(widget=widget, required=False, **options)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        if value is None:
            return []
        if not value.is_valid():
            # Each row says at its fields what is wrong; this says where to look.
            raise ValidationError(value.non_form_errors() or _("Mend the rows that are marked."))
        return [row.read() for row in value if row.has_changed() and row.cleaned_data]

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != (initial or []))
        except ValidationError:
            return True
