"""A cart set out for reckoning: amounts by line, floors, and facts worked out when asked."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from campaigns.rules.offer_books import Book
from campaigns.rules.quote_shapes import INITIAL, Cart, CartLine, Floor
from loyalty.rules import earning_facts

ONE = Decimal(1)
_MEMBER = "member."
Facts = dict[str, Any]


class Table:
    """The lines by `line_id`, so that the order in which they came decides nothing. `floors` are
    the least amounts of the lines; None: the book has none."""

    __slots__ = (
        "_line_facts",
        "_order_facts",
        "cart",
        "every",
        "floors",
        "gross",
        "gross_amount",
        "ids",
        "is_initial",
        "lines",
    )

    def __init__(self, cart: Cart, book: Book) -> None:
        self.cart = cart
        self.lines, self.ids = _by_id(cart.lines)
        self.gross = [
            line.unit_price_amount if line.quantity == ONE else line.gross_amount
            for line in self.lines
        ]
        self.gross_amount = sum(self.gross)
        self.floors = [_floor(line, book) for line in self.lines] if book.floors else None
        self.is_initial = cart.percent_base == INITIAL
        self.every = tuple(range(len(self.lines)))
        self._order_facts: Facts | None = None
        self._line_facts: dict[int, Facts] = {}

    @property
    def order_facts(self) -> Facts:
        """What conditions may ask of the order; nobody's tier and birthday are missing."""
        if self._order_facts is None:
            facts = _facts(self.cart)
            if not self.cart.is_member:
                facts = {code: one for code, one in facts.items() if not code.startswith(_MEMBER)}
            self._order_facts = facts
        return self._order_facts

    def line_facts(self, index: int) -> Facts:
        facts = self._line_facts.get(index)
        if facts is None:
            line = self.lines[index]
            facts = self._line_facts[index] = {
                "line.sku": line.sku,
                "line.category": line.category or None,
                "line.brand": line.brand or None,
            }
        return facts

    def pieces(self, lines: Sequence[int]) -> Decimal:
        """How much there is of some lines."""
        return sum((self.lines[index].quantity for index in lines), Decimal(0))


def with_order(table: Table, index: int) -> Facts:
    """The facts of a line with those of its order."""
    return {**table.order_facts, **table.line_facts(index)}


def of_pieces(amount: int, quantity: Decimal) -> int:
    """So much for each piece, half a cent up."""
    return amount if quantity == ONE else int((amount * quantity * 2 + 1) // 2)


def _facts(cart: Cart) -> Facts:
    return earning_facts.Facts(
        lines=cart.lines,
        eligible_amounts=(),
        buyer=cart.buyer,
        place=cart.place,
        occurred_at=cart.at,
        program_zone=cart.program_zone or cart.place.zone,
    ).of_order()


def _by_id(lines: tuple[CartLine, ...]) -> tuple[tuple[CartLine, ...], list[str]]:
    """The lines and their ids in order; line 10 comes after line 9."""
    ids = [line.line_id for line in lines]
    keys = list(zip(map(len, ids), ids, strict=True))
    if keys == sorted(keys):
        return lines, ids
    ordered = sorted(range(len(ids)), key=keys.__getitem__)
    return tuple([lines[number] for number in ordered]), [ids[number] for number in ordered]


def _floor(line: CartLine, book: Book) -> int:
    floor = book.floor(line.sku, line.category)
    return 0 if floor is None else max(_by_amount(line, floor), _by_cost(line, floor))


def _by_amount(line: CartLine, floor: Floor) -> int:
    return of_pieces(floor.amount, line.quantity) if floor.amount else 0


def _by_cost(line: CartLine, floor: Floor) -> int:
    if floor.cost_percent is None or line.cost_amount is None:
        return 0
    return int((line.cost_amount * line.quantity * floor.cost_percent * 2 + 100) // 200)
