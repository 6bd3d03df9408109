"""What the condition editor in the browser knows: fields, comparisons, choices, its own words."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from members.admin import condition_sentences
from members.registry.fields import Words
from members.rules.conditions import Field

# Any number that needs the plural, and stands in no text.
_EXAMPLE = 37
OPS: dict[str, Any] = {
    "eq": _("is"),
    "ne": _("is not"),
    "lt": _("is below"),
    "lte": _("is at most"),
    "gt": _("is above"),
    "gte": _("is at least"),
    "between": _("is from … to …"),
    "in": _("is one of"),
    "not_in": _("is none of"),
    "contains": _("include any of"),
    "is": _("is true"),
}
TEXTS: dict[str, Any] = {
    "all": _("All of these hold"),
    "any": _("At least one of these holds"),
    "none": _("None of these holds"),
    "mode": _("How the conditions below are combined"),
    "add": _("Add a condition"),
    "group": _("Add a group"),
    "remove": _("Remove this condition"),
    "removeGroup": _("Remove this group"),
    "field": _("What is looked at"),
    "op": _("How it is compared"),
    "value": _("Value"),
    "from": _("from"),
    "to": _("to"),
    "days": _("Number of days"),
    "ever": _("any number of"),
    "of": _("What is counted"),
    "ofAny": _("What is counted; nothing chosen: all of it"),
    "yes": _("Yes"),
    "no": _("No"),
    "choose": _("Choose…"),
    "filter": _("Type to narrow the list"),
    "several": _("Type a value, then Enter"),
    "addValue": _("Add"),
    "removeValue": _("Remove %(value)s"),
    "empty": _("No condition: it always holds."),
    "failed": _("The sentence can't be shown now: the server does not answer."),
    "unsupported": _("The text below is no condition: mend it there, or start anew."),
    "startAnew": _("Start anew"),
}


def editor(words: Words, *, digits: int) -> dict[str, Any]:
    """For `json_script`. `digits` are those of the currency's minor unit."""
    return {
        "fields": [_field(one, words) for one in words.vocabulary.fields.values()],
        "ops": {code: str(label) for code, label in OPS.items()},
        "texts": {code: str(text) for code, text in TEXTS.items()},
        "digits": digits,
    }


def _field(one: Field, words: Words) -> dict[str, Any]:
    wording = words.of(one.code)
    return {
        "code": one.code,
        "type": one.type.value,
        "ops": [op.value for op in one.ops],
        "label": str(wording.label),
        "group": str(wording.group),
        "hint": str(wording.hint),
        "choices": list(words.choices(one.code).items()) if wording.choices else None,
        "isOpen": wording.is_open,
        "least": one.least,
        "most": one.most,
        "days": one.days
        and {
            "least": one.days.least,
            "most": one.days.most,
            "isNeeded": one.days.is_needed,
            **_around(condition_sentences.window(one.code, _EXAMPLE, words)),
        },
        "of": one.of
        and {
            "most": one.of.most,
            "isNeeded": one.of.is_needed,
            "choices": list(words.codes(one.code).items()),
            "isOpen": wording.is_of_open,
        },
    }


def _around(said: str) -> dict[str, str]:
    """What stands before and after the number: `in the last`, `days`."""
    before, _number, after = said.partition(str(_EXAMPLE))
    return {"before": before.strip(), "after": after.strip()}
