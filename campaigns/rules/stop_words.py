"""Whether an answer to a short message says that somebody wants no more of them."""

import unicodedata
from collections.abc import Collection

# Nobody writes more around one word; what is longer is a letter to people.
_MOST = 40
# Spaces, signs and what can't be seen, around a word: "T。", "“退订”".
_AROUND = ("Z", "P", "C")


def is_stop(text: str, words: Collection[str]) -> bool:
    """Whether `text` is one of `words` and nothing else, however wide, large or small it is
    written, and with whatever signs around it. "Stop sending me two" is no STOP: people read it.
    """
    if len(text) > _MOST:
        return False
    told = _plain(text)
    return bool(told) and told in {_plain(word) for word in words}


def _plain(text: str) -> str:
    """Source: https://www.unicode.org/reports/tr15/ (compatibility forms: "ＴＤ" is "TD")."""
    told = unicodedata.normalize("NFKC", text).casefold()
    start, end = 0, len(told)
    while start < end and _is_around(told[start]):
        start += 1
    while end > start and _is_around(told[end - 1]):
        end -= 1
    return told[start:end]


def _is_around(sign: str) -> bool:
    return unicodedata.category(sign).startswith(_AROUND)
