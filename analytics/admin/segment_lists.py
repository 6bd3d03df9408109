"""The form of a list of members for a segment: a file or pasted, one a line."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from analytics.rules import id_lists
from analytics.rules.id_lists import Listed
from analytics.services.segment_overrides import MOST, UnknownMembers

# 100,000 ids of the longest kind, with room.
MOST_BYTES = 5_000_000


class ListForm(forms.Form):
    """Cleaned, `listed` is each id with its line."""

    how = forms.ChoiceField(
        label=_("What"),
        choices=[
            ("in", _("Put these members into the segment")),
            ("out", _("Keep these members out of it")),
        ],
        widget=UnfoldAdminSelectWidget,
    )
    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_(
            "Text or CSV (UTF-8), at most 100,000 lines and 5 MB. The first cell of each line is a "
            "card number or a member's id; a first line with the name of the column is passed over."
        ),
        widget=UnfoldAdminFileFieldWidget,
    )
    pasted = forms.CharField(
        label=_("Or paste them here"),
        required=False,
        max_length=MOST_BYTES,
        help_text=_("One a line."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        text = self._text(cleaned.get("file"), cleaned.get("pasted", ""))
        listed = [] if text is None else id_lists.read(text)
        if len(listed) > MOST:
            self.add_error(None, _("More than 100,000 lines: send them in parts."))
        elif text is not None and not listed:
            self.add_error(None, _("There is no card number in it: one a line, please."))
        cleaned["listed"] = listed
        return cleaned

    def _text(self, file: Any, pasted: str) -> str | None:
        if file is None:
            return pasted
        if file.size > MOST_BYTES:
            self.add_error("file", _("The file is larger than 5 MB: send it in parts."))
            return None
        try:
            text: str = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", _("This is no text in UTF-8: save it as CSV (UTF-8)."))
            return None
        return text

    def tell_unknown(self, first: Sequence[Listed], error: UnknownMembers) -> None:
        """The first lines that name nobody, and how many there are."""
        count = error.details["count"]
        told = ngettext(
            "%(count)s line names no member. Nothing was changed.",
            "%(count)s lines name no member. Nothing was changed.",
            count,
        )
        self.add_error(None, told % {"count": count})
        for one in first:
            line = gettext("Line %(line)s: no member has “%(id)s”.")
            self.add_error(None, line % {"line": one.line, "id": one.id[:40]})
        if count > len(first):
            self.add_error(None, gettext("… and %(more)s more.") % {"more": count - len(first)})
