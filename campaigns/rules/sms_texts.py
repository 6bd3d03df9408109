"""How many short messages a text is, as gateways count and bill them.

Source: 3GPP TS 23.038, "Alphabets and language-specific information" (the 7-bit alphabet and its
extension); a part of a long text loses 6 octets to its header: 3GPP TS 23.040, 9.2.3.24.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_BASIC_PLANE = 0xFFFF
# Each takes two places.
_EXTENDED = frozenset("^{}\\[~]|€\f")


@dataclass(frozen=True)
class Length:
    """`units` as the alphabet counts them; `left` fit until another part is begun."""

    units: int
    parts: int
    left: int
    is_unicode: bool


def length(text: str) -> Length:
    """70 characters, then 67 each, as soon as one sign is outside of the 7-bit alphabet; else 160,
    then 153. Signs beyond the basic plane, as most emoji, count twice."""
    is_unicode = any(sign not in _BASIC and sign not in _EXTENDED for sign in text)
    widths = [_width(sign, is_unicode=is_unicode) for sign in text]
    units, (single, part) = sum(widths), (70, 67) if is_unicode else (160, 153)
    if units <= single:
        return Length(units, 1 if units else 0, single - units, is_unicode)
    parts, left = _split(widths, part)
    return Length(units, parts, left, is_unicode)


def _width(sign: str, *, is_unicode: bool) -> int:
    return 1 + (ord(sign) > _BASIC_PLANE if is_unicode else sign in _EXTENDED)


def _split(widths: Sequence[int], part: int) -> tuple[int, int]:
    """How many parts, and what is left in the last one: a sign that takes two places isn't cut in
    two, and goes to the next part as a whole."""
    parts, left = 0, 0
    for width in widths:
        if width > left:
            parts, left = parts + 1, part
        left -= width
    return parts, left
