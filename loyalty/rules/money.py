"""Money in words: minor units to what is printed on a price tag."""

_SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "HKD": "HK$", "JPY": "¥", "KRW": "₩"}
# Digits after the point. Source: ISO 4217; all others have two.
_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "BHD": 3, "KWD": 3}


def text(amount: int, currency: str, *, short: bool = False) -> str:
    """`¥1,234.50` for 123450 minor units of CNY; `short` leaves out empty cents (`¥200`).

    A currency without a symbol here shows its code: `CHF 12.00`.
    """
    digits = _DIGITS.get(currency, 2)
    whole, rest = divmod(abs(amount), 10**digits)
    decimals = f".{rest:0{digits}d}" if digits and (rest or not short) else ""
    sign = "−" if amount < 0 else ""
    return f"{sign}{_SYMBOLS.get(currency, currency + ' ')}{whole:,}{decimals}"


def symbol(currency: str) -> str:
    """`¥` of CNY; the currency's code where it has no sign of its own."""
    return _SYMBOLS.get(currency, currency)


def digits(currency: str) -> int:
    """How many digits a minor unit has: 2 for fen and cents, 0 for yen."""
    return _DIGITS.get(currency, 2)
