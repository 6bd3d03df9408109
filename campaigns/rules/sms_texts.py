"""How many short messages a text is, as gateways count and bill them.

Source: 3GPP TS 23.038, "Alphabets and language-specific information" (the 7-bit alphabet and its
extension); a part of a long text loses 6 octets to its header: 3GPP TS 23.040, 9.2.3.24.1.
"""

from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
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
    if is_unicode:
        units, single, part = len(text.encode("utf-16-be")) // 2, 70, 67
    else:
        units = sum(2 if sign in _EXTENDED else 1 for sign in text)
        single, part = 160, 153
    if units <= single:
        return Length(units, 1 if units else 0, single - units, is_unicode)
    parts = -(-units // part)
    return Length(units, parts, parts * part - units, is_unicode)
