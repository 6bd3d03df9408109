"""A choice of few things, each as a card that says what it does: radio buttons, no script."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Card:
    """`line` says in a few words what the choice does; `icon` is a Material symbol; `shown_when`
    is as in static/console/shown_when.js."""

    line: Any
    icon: str = ""
    shown_when: str = ""


class ChoiceCards(forms.RadioSelect):
    """`cards` by value; a choice without one shows its label alone."""

    class Media:
        css = {"all": ("console/offers.css",)}

    def __init__(self, cards: Mapping[str, Card], **options: Any) -> None:
        super().__init__(**options)
        self.cards = cards

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        shown = self.get_context(name, value, attrs)["widget"]
        options = [option for _group, found, _index in shown["optgroups"] for option in found]
        rows = [
            {"option": option, "card": self.cards.get(str(option["value"]))}
            for option in options
            if option["value"] not in (None, "")
        ]
        context = {"rows": rows, "widget": shown, "shown_when": self.attrs.get("data-shown-when")}
        return render_to_string("console/choice_cards.html", context)
