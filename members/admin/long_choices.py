"""A list to tick with a box that narrows it, as of a hundred stores."""

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

# A list that is seen at a glance needs no box.
AT_A_GLANCE = 8


class LongChoices(UnfoldAdminCheckboxSelectMultipleWidget):
    """Ticks; above more than `AT_A_GLANCE` of them stands a box that leaves those that have what is
    typed, how many are chosen, and buttons for all that are shown and for none. Without a script it
    is the plain list.

    `words`, by value: what an option is found by besides its name and code, such as a city.
    """

    class Media:
        js = ("console/long_choices.js",)
        css = {"all": ("console/long_choices.css",)}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.words: Mapping[str, str] = {}

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        shown = self.get_context(name, value, attrs)["widget"]
        options = [option for _group, found, _index in shown["optgroups"] for option in found]
        for one in options:
            one["words"] = f"{one['value']} {self.words.get(str(one['value']), '')}"
        context = {"widget": shown, "options": options, "is_long": len(options) > AT_A_GLANCE}
        return render_to_string("console/long_choices.html", context)
