"""What is wrong with a field of a body: a stable code, where it stands, and how to mend it.

msgspec says it in English, and quotes what was sent; ours says it in the reader's language, and
never does.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

_PLACE = re.compile(r"^(?P<text>.*?)(?: - at `(?P<kind>key in )?\$(?P<path>[^`]*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")
_NAMED = re.compile(r"(?:unknown|required) field `([^`]*)`")
_TYPES = re.compile(r"^Expected `([^`]*)`, got ")
_BOUND = re.compile(r"^Expected `(?:int|float)` (?P<side>>=|<=) (?P<bound>-?\d+)$")
_LENGTH = re.compile(r"^Expected `(?P<kind>str|array)` of length (?P<side>>=|<=) (?P<bound>\d+)$")
_INVALID = _("The request has errors.")
# msgspec's words → our stable code and our own words.
_FAULTS: tuple[tuple[str, str, Any], ...] = (
    ("unknown field", "unknown_field", _("There is no such field.")),
    ("missing required field", "missing_field", _("This field is required.")),
    ("timezone component", "naive_instant", _("An instant needs its offset, such as +08:00.")),
    ("Invalid RFC3339", "invalid_instant", _("This is no instant or date of RFC 3339.")),
    ("an instant ", "out_of_range", _("This is out of range.")),
    ("Invalid UUID", "invalid_id", _("This is no id.")),
    ("Invalid value", "unknown_value", _("This is none of the values that we know.")),
    ("personal data", "personal_data", _("Leave out names, phones and addresses of people.")),
    ("Invalid enum value", "unknown_value", _("This is none of the values that we know.")),
    ("of length", "wrong_length", _("This is too long or too short.")),
    ("matching regex", "invalid_format", _("This has not the form that we expect.")),
    ("` >", "out_of_range", _("This is out of range.")),
    ("` <", "out_of_range", _("This is out of range.")),
    ("out of range", "out_of_range", _("This is out of range.")),
    ("Expected `", "wrong_type", _("This is not of the type that we expect.")),
)
_KINDS: Mapping[str, Any] = {
    "int": _("a whole number"),
    "float": _("a number"),
    "str": pgettext_lazy("a type of a field", "text"),
    "bool": _("true or false"),
    "array": _("a list"),
    "object": _("an object"),
    "datetime": _("an instant as text"),
    "date": _("a date as text"),
    "uuid": _("an id as text"),
}


def of(message: str) -> dict[str, str]:
    """The fault that a message of msgspec tells."""
    found = _PLACE.match(message)
    assert found is not None
    text = found["text"]
    named = _NAMED.search(text)
    steps = [name or number for name, number in _STEP.findall(found["path"] or "")]
    if named:
        steps.append(named[1])
    code = next((code for words, code, _text in _FAULTS if words in text), "invalid")
    return at("#" + "".join(f"/{step}" for step in steps), code, _exactly(text))


def at(pointer: str, code: str, detail: str = "") -> dict[str, str]:
    """A fault at that place; without a detail of its own the words of its code."""
    usual = next((text for _words, known, text in _FAULTS if known == code), _INVALID)
    return {"code": code, "pointer": pointer, "detail": detail or str(usual)}


def unknown(pointer: str, known: Iterable[str]) -> dict[str, str]:
    """A value that is none of these."""
    told = str(_("Only these are known: %(values)s.")) % {"values": ", ".join(known)}
    return at(pointer, "unknown_value", told)


def _exactly(text: str) -> str:
    """What is allowed there, where msgspec says it; else ""."""
    if bound := _BOUND.match(text):
        least = bound["side"] == ">="
        told = _("At least %(bound)s.") if least else _("At most %(bound)s.")
        return str(told) % {"bound": bound["bound"]}
    if length := _LENGTH.match(text):
        return _length(length["kind"], length["side"], int(length["bound"]))
    if typed := _TYPES.match(text):
        # `null` is what leaving the field out says better.
        kinds = [_KINDS.get(kind) for kind in typed[1].split(" | ") if kind != "null"]
        if kinds and all(kinds):
            return str(_("This is to be %(kind)s.")) % {
                "kind": str(_(" or ")).join(map(str, kinds))
            }
    return ""


def _length(kind: str, side: str, count: int) -> str:
    if kind == "str" and side == ">=":
        if count == 1:
            return str(_("This must not be empty."))
        text = ngettext("At least %(count)s character.", "At least %(count)s characters.", count)
    elif kind == "str":
        text = ngettext("At most %(count)s character.", "At most %(count)s characters.", count)
    elif side == ">=":
        text = ngettext("At least %(count)s of them.", "At least %(count)s of them.", count)
    else:
        text = ngettext("At most %(count)s of them.", "At most %(count)s of them.", count)
    return text % {"count": count}
