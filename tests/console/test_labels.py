"""A colored label says its state in words: Unfold shows the bare code of one that has no color."""

import pytest
from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from unfold.utils import display_for_label

from members.admin import labels


def choices_of(model, name):
    try:
        return [code for code, _text in model._meta.get_field(name).flatchoices]
    except FieldDoesNotExist:
        return []


LABELED = [
    (f"{model._meta.label}.{name}", set(choices_of(model, name.removeprefix("shown_"))), colors)
    for model, page in admin.site._registry.items()
    for name in page.list_display
    if isinstance(name, str)
    and isinstance(colors := getattr(getattr(page, name, None), "label", None), dict)
]


def test_there_are_labels():
    assert len(LABELED) > 10


def test_a_state_without_a_color_is_told_in_words():
    shown = display_for_label(labels.label("GHOST", "Held out"), "-", labels.Colors(SENT="success"))

    assert "Held out" in shown
    assert "GHOST" not in shown


@pytest.mark.parametrize(("place", "codes", "colors"), LABELED, ids=[one[0] for one in LABELED])
def test_every_state_of_a_label_has_a_color(place, codes, colors):
    assert {code for code in codes if colors[code]} == codes
