"""Addresses in the text of a message: found, counted and exchanged."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

# As many as one message may have followed; the others stay as they are.
MOST = 100
MOST_CHARACTERS = 2_000
# Up to a space, a quote, a bracket of markup, or punctuation that only Chinese text has.
_ADDRESS = re.compile(
    r"https?://[^\s<>\"'`\\^{}|，。；：！？、（）《》「」『』【】\u0000-\u001f]+", re.IGNORECASE
)
_TAIL = ".,;:!?"
_BRACKETS = {")": "(", "]": "["}


def find(text: str) -> list[str]:
    """The http and https addresses in `text`, in order, each as often as it stands there."""
    return [text[start:end] for start, end in _spans(text)]


def exchange(text: str, put: Callable[[int, str], str]) -> str:
    """`text` with each address exchanged for what `put` gives for its place (from 0) and itself."""
    parts, done = [], 0
    for place, (start, end) in enumerate(_spans(text)):
        parts += [text[done:start], put(place, text[start:end])]
        done = end
    return "".join([*parts, text[done:]])


def is_safe(address: str) -> bool:
    """Whether a browser may be led there: http or https, a host, no control characters."""
    if len(address) > MOST_CHARACTERS or not address.isprintable():
        return False
    try:
        parts = urlsplit(address)
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _spans(text: str) -> list[tuple[int, int]]:
    found = [(match.start(), _end(match)) for match in _ADDRESS.finditer(text)]
    return [span for span in found if is_safe(text[span[0] : span[1]])][:MOST]


def _end(match: re.Match[str]) -> int:
    """Where the address ends: the sentence's punctuation behind it is no part of it."""
    address = match.group()
    while address and (address[-1] in _TAIL or _closes(address)):
        address = address[:-1]
    return match.start() + len(address)


def _closes(address: str) -> bool:
    opening = _BRACKETS.get(address[-1])
    return opening is not None and address.count(opening) < address.count(address[-1])
