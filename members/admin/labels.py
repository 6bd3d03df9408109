"""Colored labels of lists that stay readable words where a page shows them as a field."""

from collections.abc import Iterable
from typing import Any

from django.utils.html import conditional_escape


class Colors(dict[str, str]):
    """The color of each code; one that isn't named is grey. Unfold shows the bare code of a label
    whose color it doesn't find."""

    def __missing__(self, code: str) -> str:
        return "default"


class Label(tuple[Any, Any]):
    """(code, text): Unfold colors a list's cell by the code and shows the text."""

    __slots__ = ()

    def __html__(self) -> str:
        return conditional_escape(self[1])


class Labels(list[Any]):
    """Several words, each a label of its own in a list."""

    def __html__(self) -> str:
        return conditional_escape(", ".join(map(str, self)))


def label(code: str, text: Any) -> Label:
    return Label((code, str(text)))


def labels(texts: Iterable[Any]) -> Labels:
    return Labels(map(str, texts))
