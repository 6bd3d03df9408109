"""What `loyalty_open` brings along for rules with conditions and caps."""

from datetime import date

import msgspec

# Month × 100 + day, from when on it counts, tags.
BuyerRow = tuple[int | None, date | None, list[str]]
# Member, the rule's code, the day (None: before the month), points less what came back.
UseRow = tuple[int, str, date | None, int]


class Extras(msgspec.Struct, array_like=True, frozen=True):
    """As `loyalty_open` gives them; None: nobody asked."""

    buyers: dict[int, BuyerRow] | None = None
    kinds: dict[str, tuple[str, str]] | None = None
    uses: list[UseRow] | None = None
