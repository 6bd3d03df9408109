"""What is wrong with a text, where, and by which code: before a member ever reads it. Pure."""

import difflib
import re
from collections.abc import Collection
from dataclasses import dataclass, field

from liquid import BoundTemplate
from liquid.exceptions import LiquidError, UnknownFilterError

from campaigns.rules import text_filters, texts

MOST_MISTAKES = 10
_SINGLE = re.compile(r"(?<![{%])\{ ?(?P<name>[a-z_]+) ?\}(?!\})")


@dataclass(frozen=True)
class Mistake:
    """`line` from 1, `column` from 1; `code` the kind of mistake, `values` what it is about."""

    line: int
    column: int
    code: str
    values: dict[str, str] = field(default_factory=dict)


def mistakes(source: str, *, known: Collection[str]) -> list[Mistake]:
    """All that is wrong with `source`, at most 10; what can't be read at all is one mistake.

    `known` are the names that a text may use.
    """
    if len(source) > texts.LONGEST_SOURCE:
        return [Mistake(1, 1, "too_long", {"most": str(texts.LONGEST_SOURCE)})]
    try:
        parsed = texts.parse(source)
    except (LiquidError, RecursionError, ValueError) as error:
        return [_of_error(source, error)]
    found = [
        *_unknown_filters(source, parsed),
        *_unknown_names(source, parsed, known),
        *_single_braces(source, known),
    ]
    return found[:MOST_MISTAKES]


def _of_error(source: str, error: Exception) -> Mistake:
    token = getattr(error, "token", None)
    index = token.start_index if token is not None and token.start_index >= 0 else None
    said = str(error.args[0]) if error.args else ""
    if isinstance(error, UnknownFilterError):
        return _filter_mistake(source, said.partition("'")[2].rstrip("'"), index or 0)
    code, values = _code_of(said)
    if index is None:
        index = _last_open(source)
    return Mistake(*_place(source, index), code, values)


def _code_of(said: str) -> tuple[str, dict[str, str]]:
    """The engine's words as a code: its own are English, and not for operators."""
    for pattern, code in _SAID:
        if match := re.search(pattern, said):
            return code, match.groupdict()
    return "unreadable", {}


_SAID = (
    (r"expected '}}'", "output_not_closed"),
    (r"expected '%}'", "tag_not_closed"),
    (r"expected tag (?P<tag>\w+), found end", "block_not_closed"),
    (r"unexpected tag '(?P<tag>end\w+|else|elsif|when)'", "tag_without_block"),
    (r"unexpected tag '(?P<tag>[^']*)'", "unknown_tag"),
    (r"range out of bounds", "range_out_of_bounds"),
    (r"too much in loops", "too_much_in_loops"),
    (r"found word", "two_words"),
    (r"found '='", "single_equals"),
    (r"block nesting", "too_deep"),
)


def _unknown_filters(source: str, parsed: BoundTemplate) -> list[Mistake]:
    used = parsed.analyze().filters
    return [
        _filter_mistake(source, name, spans[0].index)
        for name, spans in used.items()
        if name not in text_filters.NAMES
    ]


def _filter_mistake(source: str, name: str, index: int) -> Mistake:
    nearest = difflib.get_close_matches(name, sorted(text_filters.NAMES), n=1)
    values = {"name": name, "nearest": nearest[0] if nearest else ""}
    return Mistake(*_place(source, index), "unknown_filter", values)


def _unknown_names(source: str, parsed: BoundTemplate, known: Collection[str]) -> list[Mistake]:
    found = []
    for name, uses in parsed.analyze().globals.items():
        place = _place(source, uses[0].span.index)
        if name not in known and name not in texts.TOLD:
            nearest = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.5)
            values = {"name": name, "nearest": nearest[0] if nearest else ""}
            found.append(Mistake(*place, "unknown_variable", values))
        elif any(len(use.segments) > 1 for use in uses):
            found.append(Mistake(*place, "has_no_parts", {"name": name}))
    return found


def _single_braces(source: str, known: Collection[str]) -> list[Mistake]:
    """`{name}` is read by members as it stands."""
    return [
        Mistake(*_place(source, match.start()), "single_braces", {"name": match["name"]})
        for match in _SINGLE.finditer(source)
        if match["name"] in known
    ]


def _last_open(source: str) -> int:
    opened = max(source.rfind("{{"), source.rfind("{%"))
    return max(opened, 0)


def _place(source: str, index: int) -> tuple[int, int]:
    before = source[: min(index, len(source))]
    return before.count("\n") + 1, len(before) - before.rfind("\n")
