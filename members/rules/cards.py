"""Card numbers: a prefix, a serial, and a check digit that catches mistyped cards.

Source: ISO/IEC 7812-1, annex B (Luhn, modulus 10): it finds every single wrong digit, and every
swap of neighbors but 09 and 90.
"""

DIGITS = 13
_CHECK_DIGITS = 1


def make(serial: int, prefix: str = "88") -> str:
    """The card number of that serial: `make(1)` is `8800000000013`.

    Raises: ValueError, if the prefix isn't digits, or the serial doesn't fit.
    """
    room = DIGITS - len(prefix) - _CHECK_DIGITS
    if not (prefix.isascii() and prefix.isdigit()) or room < 1:
        raise ValueError(f"A prefix is 1 to {DIGITS - 2} digits, not {prefix!r}.")
    if not 0 <= serial < 10**room:
        raise ValueError(f"Serial {serial} has no place in {room} digits.")
    body = f"{prefix}{serial:0{room}d}"
    return body + _check_digit(body)


def is_valid(text: str) -> bool:
    """Whether `text` is a card number with the right check digit (and no separators)."""
    if len(text) != DIGITS or not (text.isascii() and text.isdigit()):
        return False
    return text[-1] == _check_digit(text[:-1])


def _check_digit(body: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)
