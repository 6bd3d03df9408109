"""Coupons: codes, validity, what a step may follow. Source: docs/algorithms/coupons.md."""


def normalize(text: str) -> str:
    """A code as it is kept: trimmed, upper case, without inner blanks and hyphens."""
    return "".join(letter for letter in text.upper() if not letter.isspace() and letter != "-")
