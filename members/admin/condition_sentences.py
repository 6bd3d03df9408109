"""A condition as a sentence that a manager can check at a glance, in the reader's language.

Every piece is a pattern of its own, so that a translator can turn the order of words.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from members.registry.fields import Words
from members.rules.conditions import All, Condition, Leaf, Node, Not, Op, Type

PATTERNS: dict[str, Any] = {
    "eq": _("%(field)s is %(value)s"),
    "ne": _("%(field)s is not %(value)s"),
    "lt": _("%(field)s is below %(value)s"),
    "lte": _("%(field)s is at most %(value)s"),
    "gt": _("%(field)s is above %(value)s"),
    "gte": _("%(field)s is at least %(value)s"),
    "between": _("%(field)s is from %(low)s to %(high)s"),
    "in": _("%(field)s is %(value)s"),
    "not_in": _("%(field)s is not %(value)s"),
    "contains": _("%(field)s include %(value)s"),
    "lacks": _("%(field)s don't include %(value)s"),
    "yes": _("%(field)s: yes"),
    "no": _("%(field)s: no"),
}
# `not` of these is another comparison, also where the fact is missing.
_OPPOSITES = {
    "eq": "ne",
    "ne": "eq",
    "in": "not_in",
    "not_in": "in",
    "contains": "lacks",
    "yes": "no",
    "no": "yes",
}


def sentence(condition: Condition, words: Words) -> str:
    """`in Jing'an or Sanlitun, on Saturday or Sunday, and the item is of category Skincare`;
    empty for a condition that is always true."""
    return "" if condition.root is None else _node(condition.root, words, is_inner=False)


def leaf(one: Leaf, words: Words) -> str:
    """One comparison in words."""
    return _said(_pattern_code(one), one, words)


def either(texts: Sequence[str]) -> str:
    """`A`, `A or B`, `A, B or C`."""
    return _listed(texts, gettext("%(first)s or %(last)s"))


def both(texts: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B and C`."""
    return _listed(texts, gettext("%(first)s and %(last)s"))


def together(texts: Sequence[str]) -> str:
    """As `both`, with a comma before the "and": each part may be a list of its own."""
    return _listed(texts, gettext("%(first)s, and %(last)s"))


def _node(node: Node, words: Words, *, is_inner: bool) -> str:
    if isinstance(node, Leaf):
        return leaf(node, words)
    if isinstance(node, Not):
        return _negated(node.part, words)
    parts = [_node(part, words, is_inner=len(node.parts) > 1) for part in node.parts]
    text = together(parts) if isinstance(node, All) else either(parts)
    if not is_inner or len(parts) == 1:
        return text
    return pgettext("a group within a condition", "(%(group)s)") % {"group": text}


def _negated(part: Node, words: Words) -> str:
    if isinstance(part, Leaf):
        opposite = _OPPOSITES.get(_pattern_code(part))
        if opposite is not None:
            return _said(opposite, part, words)
    return gettext("not (%(part)s)") % {"part": _node(part, words, is_inner=False)}


def _pattern_code(one: Leaf) -> str:
    if one.op == Op.IS:
        return "yes" if one.value else "no"
    return one.op.value


def _said(code: str, one: Leaf, words: Words) -> str:
    wording = words.of(one.field.code)
    own = wording.patterns.get(code)
    pattern = str(own or PATTERNS[code])
    said = pattern % {"field": _subject(one, words), **_values(one, words)}
    # A sentence of its own doesn't name the field, so what narrows it follows it.
    return said if "%(field)s" in pattern else _narrowed(said, one, words)


def _subject(one: Leaf, words: Words) -> str:
    """The field with what narrows it: `number of purchases (Skincare) in the last 30 days`."""
    return _narrowed(str(words.of(one.field.code).label), one, words)


def _narrowed(text: str, one: Leaf, words: Words) -> str:
    if one.of:
        text = gettext("%(text)s (%(codes)s)") % {"text": text, "codes": _codes(one, words)}
    if one.days is None:
        return text
    return pgettext("what, then in which time", "%(text)s %(window)s") % {
        "text": text,
        "window": window(one.field.code, one.days, words),
    }


def window(code: str, days: int, words: Words) -> str:
    """`in the last 30 days`, in the field's own words where it has any."""
    return (words.of(code).window or _window)(days)


def _codes(one: Leaf, words: Words) -> str:
    """Their labels; of `kind:object` the label of the kind with the object."""
    known = words.codes(one.field.code)

    def label(code: str) -> str:
        kind, colon, thing = code.partition(":")
        return known.get(code) or (f"{known.get(kind, kind)} {thing}" if colon else code)

    return either([label(code) for code in one.of])


def _window(days: int) -> str:
    return ngettext("in the last day", "in the last %(days)s days", days) % {"days": days}


def _values(one: Leaf, words: Words) -> dict[str, str]:
    def said(value: Any) -> str:
        return value_text(one.field.code, value, words)

    if one.op == Op.BETWEEN:
        return {"low": said(one.value[0]), "high": said(one.value[1])}
    if one.field.type == Type.BOOLEAN:
        return {}
    if isinstance(one.value, tuple):
        return {"value": either([said(value) for value in one.value])}
    return {"value": said(one.value)}


def value_text(code: str, value: Any, words: Words) -> str:
    """A value, or several that were seen, in the reader's words."""
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list | tuple | set | frozenset):
        return listed([words.value(code, one) for one in sorted(value)])
    return words.value(code, value)


def listed(texts: Sequence[str]) -> str:
    """`A, B, C`"""
    return pgettext("between items of a list", ", ").join(texts)


def _listed(texts: Sequence[str], last_pattern: str) -> str:
    if len(texts) < 2:
        return "".join(texts)
    return last_pattern % {"first": listed(texts[:-1]), "last": texts[-1]}
