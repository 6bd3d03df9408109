"""The fields of conditions in the reader's words: labels, choices, and how a comparison is said.

An app that asks conditions of its own facts adds a vocabulary in `apps.ready`: the closed registry
of fields that its rules judge by, and beside it what people read.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from members.rules.conditions import Field

# (value, label), in the order shown.
Choices = Sequence[tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class Wording:
    """How a field is shown and said.

    `choices` reads the values to choose from; with `is_open` others may be typed too. `patterns`
    replace the general sentences of an op, with %(value)s, or %(low)s and %(high)s; a BOOLEAN has
    `yes` and `no`, a SET `contains` and `lacks`. `show` turns a value into words. `of_choices`
    and `is_of_open` are those of the codes that are counted; `window` says the days (a function
    of them, for the plural), where "in the last … days" is wrong.
    """

    label: Any
    group: Any
    choices: Callable[[], Choices] | None = None
    is_open: bool = False
    patterns: Mapping[str, Any] = field(default_factory=dict)
    show: Callable[[Any], str] | None = None
    hint: Any = ""
    of_choices: Callable[[], Choices] | None = None
    is_of_open: bool = False
    window: Callable[[int], str] | None = None


@dataclass(frozen=True)
class Vocabulary:
    """What one kind of conditions may ask, and in which words."""

    code: str
    fields: Mapping[str, Field]
    wordings: Mapping[str, Wording]


_vocabularies: dict[str, Vocabulary] = {}


def add_vocabulary(vocabulary: Vocabulary) -> None:
    """Raises: ValueError, if a field has no words."""
    missing = sorted(set(vocabulary.fields) - set(vocabulary.wordings))
    if missing:
        raise ValueError(f"Fields without words: {', '.join(missing)}")
    _vocabularies[vocabulary.code] = vocabulary


def vocabulary(code: str) -> Vocabulary:
    """Raises: KeyError, for one that nobody added."""
    return _vocabularies[code]


class Words:
    """A vocabulary for one page: each field's choices are read once, however many are said."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._choices: dict[str, dict[Any, str]] = {}
        self._codes: dict[str, dict[Any, str]] = {}
        # Several fields may have the same choices, such as the products.
        self._read: dict[Callable[[], Choices], dict[Any, str]] = {}

    def of(self, code: str) -> Wording:
        return self.vocabulary.wordings[code]

    def choices(self, code: str) -> dict[Any, str]:
        """Values and labels of a field; empty for one that is typed."""
        if code not in self._choices:
            self._choices[code] = self._labels(self.of(code).choices)
        return self._choices[code]

    def know(self, code: str, labels: Mapping[Any, str]) -> None:
        """These labels were read elsewhere: no query asks for them again."""
        self._choices[code] = dict(labels)

    def codes(self, code: str) -> dict[Any, str]:
        """As `choices`, of the codes that a field counts."""
        if code not in self._codes:
            self._codes[code] = self._labels(self.of(code).of_choices)
        return self._codes[code]

    def _labels(self, read: Callable[[], Choices] | None) -> dict[Any, str]:
        if read is None:
            return {}
        if read not in self._read:
            self._read[read] = {value: str(label) for value, label in read()}
        return self._read[read]

    def value(self, code: str, value: Any) -> str:
        """One value in words; one that is no choice any more as it is."""
        shown = self.choices(code).get(value)
        if shown is not None:
            return shown
        show = self.of(code).show
        return show(value) if show else str(value)
