"""What a text in the box says by its form alone: an amount, a quantity of something, a price, or
words that have to be looked up. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

MOST_CHARACTERS = 120
_TIMES = re.compile(r"(?P<quantity>-?\d{1,6}(?:\.\d{1,3})?)\s*[*×]\s*(?P<rest>\S.*)")
_PRICED = re.compile(r"(?P<sku>\S.*?)\s*@\s*(?P<price>[^@]+)")
_SIGNS = "¥$€£+"
_AMOUNT = re.compile(
    rf"(?P<sign>[{re.escape(_SIGNS)}])?\s*(?P<whole>\d{{1,7}}|\d{{1,3}}(?:,\d{{3}})+)"
    r"(?P<point>\.(?P<rest>\d*))?"
)
_PHONE_DIGITS = range(7, 16)
_BARCODE_DIGITS = (8, 12, 13, 14)
_CODE_LETTERS = 10


class BadAmount(ValueError):
    """Typed as money, but with more decimals than the currency has."""


@dataclass(frozen=True)
class Typed:
    """`amount` in minor units when it is money and nothing else; `words` to be looked up
    otherwise. `price` belongs to `words`: a product and what a piece costs."""

    words: str
    quantity: Decimal | None = None
    amount: int | None = None
    price: int | None = None


def read(text: str, digits: int) -> Typed:
    """`58.50` or `¥58` is money, `3*4006381` three pieces, `MUG@12.50` a mug for 12.50; anything
    else are words. `digits` of the currency's minor unit.

    Raises: BadAmount.
    """
    words = normal(text)
    times = _TIMES.fullmatch(words)
    quantity = Decimal(times["quantity"]) if times else None
    if times:
        words = times["rest"]
    amount = money(words, digits, is_certain=times is None)
    if amount is not None:
        return Typed(words, quantity, amount=amount)
    priced = _PRICED.fullmatch(words)
    price = money(priced["price"], digits, is_certain=False) if priced else None
    if priced and price is not None:
        return Typed(priced["sku"], quantity, price=price)
    return Typed(words, quantity)


def normal(text: str) -> str:
    """Full-width to ASCII, invisible characters and outer spaces gone: scanners and Chinese
    keyboards send them."""
    visible = "".join(one for one in text if unicodedata.category(one) not in ("Cf", "Cc"))
    return unicodedata.normalize("NFKC", visible).strip()[:MOST_CHARACTERS]


def money(text: str, digits: int, *, is_certain: bool) -> int | None:
    """Minor units, exactly; None for what isn't written as money. `is_certain`: only with a
    point or a currency sign, since bare digits may be a card or a product as well.

    Raises: BadAmount.
    """
    found = _AMOUNT.fullmatch(text.strip())
    if found is None or (is_certain and not found["sign"] and not found["point"]):
        return None
    rest = found["rest"] or ""
    if len(rest) > digits:
        raise BadAmount
    return int(found["whole"].replace(",", "") + rest.ljust(digits, "0"))


def looks_like(text: str) -> list[str]:
    """What words that nobody knows could have been, the likeliest first: `phone`, `card`,
    `barcode`, `coupon`, `order`, `name`, `sku`."""
    bare = re.sub(r"[\s\-_.]", "", text)
    digits = bare.lstrip("+")
    if digits.isdigit():
        return _numbers(digits)
    if not bare.isascii():
        return ["name"]
    has_digit = any(letter.isdigit() for letter in bare)
    found = ["coupon"] if bare.isalnum() and len(bare) >= _CODE_LETTERS else []
    return [*found, *(["sku", "card", "order"] if has_digit else ["name", "sku"])]


def _numbers(digits: str) -> list[str]:
    if len(digits) in _BARCODE_DIGITS and has_check_digit(digits):
        return ["barcode", "card"]
    return ["phone", "card"] if len(digits) in _PHONE_DIGITS else ["card", "sku"]


def has_check_digit(digits: str) -> bool:
    """Whether the last digit is the check digit of an EAN or UPC.

    Source: GS1 General Specifications, section 7.9.
    """
    weighted = (
        int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(reversed(digits))
    )
    return sum(weighted) % 10 == 0
