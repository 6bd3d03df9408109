"""The closed list of behaviors: what each is done to, whether it lasts, what may be said of it.

An operator can't add a kind: each needs words, an icon and limits in both languages.
`feature_use` and `activity_visit` name any feature or activity by their object.
Source: docs/decisions/0070-kinds-of-behavior.md.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

MOST_DWELL_SECONDS = 86_400
# What an event is done to: a product goes by its SKU, and its name can be shown.
PRODUCT, THING = "product", "thing"


@dataclass(frozen=True)
class Text:
    """A short text: a code, a place in the app, a word that was searched for."""

    max_length: int = 40


@dataclass(frozen=True)
class Whole:
    """A whole number within limits."""

    least: int
    most: int


@dataclass(frozen=True)
class Flag:
    """Yes or no."""


@dataclass(frozen=True)
class Quantity:
    """A decimal string with at most three decimals, as in orders."""


Attribute = Text | Whole | Flag | Quantity

# May be said of every kind; figures of visits and sessions are made of them.
COMMON: Mapping[str, Attribute] = {
    "session": Text(64),
    "platform": Text(20),
    "app_version": Text(20),
    "placement": Text(80),
    "campaign": Text(60),
}
_GOODS: Mapping[str, Attribute] = {
    "category": Text(),
    "brand": Text(),
    "price_amount": Whole(0, 10**13),
    "currency": Text(3),
    "position": Whole(0, 10_000),
}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of behavior. `object`: PRODUCT where it is always a SKU, THING where it may be
    anything, "" where there is none. `attributes` come on top of the common ones."""

    code: str
    object: str = THING
    needs_object: bool = False
    needs_store: bool = False
    has_dwell: bool = False
    attributes: Mapping[str, Attribute] = field(default_factory=dict)

    @property
    def allowed(self) -> Mapping[str, Attribute]:
        return {**COMMON, **self.attributes}


_BASKET = {**_GOODS, "quantity": Quantity()}
_KINDS = (
    Kind(code="page_view", has_dwell=True, attributes={"referrer_host": Text(80)}),
    Kind(
        code="product_view",
        object=PRODUCT,
        needs_object=True,
        has_dwell=True,
        attributes=_GOODS,
    ),
    Kind(
        code="search",
        object="",
        attributes={
            "query": Text(80),
            "category": Text(),
            "results_count": Whole(0, 10_000_000),
        },
    ),
    Kind(code="add_to_cart", object=PRODUCT, needs_object=True, attributes=_BASKET),
    Kind(code="remove_from_cart", object=PRODUCT, needs_object=True, attributes=_BASKET),
    Kind(code="app_open", object="", has_dwell=True, attributes={"opened_from": Text()}),
    Kind(code="feature_use", needs_object=True, has_dwell=True, attributes={"outcome": Text()}),
    Kind(code="check_in"),
    Kind(code="share", attributes={"medium": Text()}),
    Kind(code="like"),
    Kind(code="comment", attributes={"text_length": Whole(0, 100_000)}),
    Kind(
        code="review",
        attributes={
            "rating": Whole(1, 5),
            "text_length": Whole(0, 100_000),
            "has_picture": Flag(),
        },
    ),
    Kind(
        code="activity_visit",
        needs_object=True,
        has_dwell=True,
        attributes={"people_count": Whole(1, 1_000), "is_registered": Flag()},
    ),
    Kind(
        code="store_visit",
        needs_store=True,
        has_dwell=True,
        attributes={"people_count": Whole(1, 1_000)},
    ),
    Kind(code="sign_in", object="", attributes={"method": Text(20)}),
)
KINDS: Mapping[str, Kind] = {kind.code: kind for kind in _KINDS}

_ADDRESS = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]")
# A mobile number of eleven digits, with or without the country code and separators.
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_ABROAD = re.compile(r"\+\d[\d ()-]{7,}\d")


def looks_personal(text: str) -> bool:
    """Whether an e-mail address or a phone number stands in the text. What people search for
    may hold one; events don't keep it."""
    return any(pattern.search(text) for pattern in (_ADDRESS, _MOBILE, _ABROAD))


def is_address(text: str) -> bool:
    """Whether an e-mail address stands in the text; numbers of goods look like phones."""
    return _ADDRESS.search(text) is not None
