"""A form field for conditions, edited as a tree; without JavaScript as the text it is kept as."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.admin import condition_problems, condition_sentences, condition_words
from members.registry import fields
from members.registry.fields import Vocabulary, Words
from members.rules import conditions
from members.rules.conditions import BadCondition, Condition, Leaf

# A tree of the largest size, with room for indentation.
MOST_CHARACTERS = 200_000


class ConditionWidget(forms.Textarea):
    """The editor of static/console/conditions.js around a text area. It shows what the form says
    at `url` about itself as a sentence: see `spoken`."""

    template_name = ""
    url = ""
    vocabulary_code = ""
    digits = 2
    # The vocabulary as the rest of the page says it, so that its choices are read once.
    words: Words | None = None

    class Media:
        css = {"all": ["console/conditions.css"]}
        js = ["console/conditions.js"]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        shown = self.get_context(name, value, attrs)["widget"]
        words = self.words or Words(fields.vocabulary(self.vocabulary_code))
        editor = condition_words.editor(words, digits=self.digits)
        return render_to_string(
            "console/condition_editor.html",
            {"widget": shown, "editor": editor, "url": self.url, "id": shown["attrs"].get("id")},
        )


class ConditionField(forms.CharField):
    """Gives the tree, checked; `{}` for none. Takes a tree, or the text of one."""

    widget = ConditionWidget

    def __init__(self, *, vocabulary: str, **options: Any) -> None:
        self.vocabulary_code = vocabulary
        options.setdefault("required", False)
        super().__init__(max_length=MOST_CHARACTERS, **options)
        self.widget.vocabulary_code = vocabulary  # type: ignore[attr-defined]

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return json.dumps(value, ensure_ascii=False, indent=1) if value else ""
        return value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        tree, found = read(text, fields.vocabulary(self.vocabulary_code))
        if found:
            raise forms.ValidationError([forms.ValidationError(one) for one in told(found)])
        return tree

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            sent = json.loads(data or "{}")
        except ValueError:
            return True
        return bool((initial or {}) != sent)


def read(text: str, vocabulary: Vocabulary) -> tuple[Any, list[BadCondition]]:
    """The tree of a form's text, and what is wrong with it."""
    try:
        tree = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}, [BadCondition("", "not_an_object", "This is no JSON.")]
    found = conditions.problems(tree, vocabulary.fields)
    if found:
        return tree, list(found)
    parsed = conditions.parse(tree, vocabulary.fields)
    return ({} if parsed.is_always else tree), unknown_choices(parsed, Words(vocabulary))


def unknown_choices(condition: Condition, words: Words) -> list[BadCondition]:
    """Values that aren't there to choose: a rule for a store that nobody has would never hit."""
    found = []
    for leaf in condition.leaves:
        wording = words.of(leaf.field.code)
        if wording.choices is not None and not wording.is_open:
            known = words.choices(leaf.field.code)
            found += _unknown(leaf, "value", [one for one in _values(leaf) if one not in known])
        if leaf.of and not wording.is_of_open:
            known = words.codes(leaf.field.code)
            found += _unknown(leaf, "of", [one for one in leaf.of if one not in known])
    return found


def _unknown(leaf: Leaf, name: str, values: list[Any]) -> list[BadCondition]:
    return [
        BadCondition(
            f"{leaf.path}.{name}" if leaf.path else name,
            "unknown_choice",
            "There is no “%(value)s”: choose one that is there.",
            value=value,
        )
        for value in values
    ]


def told(found: list[BadCondition]) -> list[str]:
    """The problems in words, once each."""
    return list(dict.fromkeys(condition_problems.text(problem) for problem in found))


def spoken(text: str, vocabulary: Vocabulary) -> dict[str, Any]:
    """What the editor shows while somebody works: the condition as a sentence, and each problem
    with its place in the tree."""
    tree, found = read(text[:MOST_CHARACTERS], vocabulary)
    if found:
        count = ngettext("%(count)s thing to mend", "%(count)s things to mend", len(found))
        return {
            "sentence": count % {"count": len(found)},
            "problems": [
                {"path": problem.path, "message": condition_problems.text(problem)}
                for problem in found
            ],
        }
    parsed = conditions.parse(tree, vocabulary.fields)
    sentence = condition_sentences.sentence(parsed, Words(vocabulary))
    return {"sentence": sentence or _("always"), "problems": []}


def _values(leaf: Leaf) -> tuple[Any, ...]:
    return leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
