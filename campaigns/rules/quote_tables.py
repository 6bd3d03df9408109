"""A cart set out for reckoning: amounts by line, floors, and facts worked out when asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from campaigns.rules.offer_books import Book
from campaigns.rules.quote_shapes import INITIAL, Cart, CartLine, Floor
from loyalty.rules.earning_facts import Facts

ONE = Decimal(1)
_OF_MEMBER = "member."


@dataclass(slots=True, eq=False)
class Table:
    """The lines by `line_id`, so that the order in which they came decides nothing. `floors` are
    the least amounts of the lines; None: the book has none."""

    cart: Cart
    lines: tuple[CartLine, ...]
    gross: list[int]
    floors: list[int] | None
    is_initial: bool
    every: tuple[int, ...]
    _order_facts: "OrderFacts | None" = None

    @property
    def order_facts(self) -> "OrderFacts":
        if self._order_facts is None:
            self._order_facts = OrderFacts(self.cart)
        return self._order_facts

    def line_facts(self, index: int) -> dict[str, Any]:
        line = self.lines[index]
        return {
            "line.sku": line.sku,
            "line.category": line.category or None,
            "line.brand": line.brand or None,
        }

    def pieces(self, lines: Sequence[int]) -> Decimal:
        """How much there is of some lines."""
        return sum((self.lines[index].quantity for index in lines), Decimal(0))


class OrderFacts(Mapping[str, Any]):
    """What conditions may ask of the order; nobody's tier and birthday are missing."""

    def __init__(self, cart: Cart) -> None:
        facts = Facts(
            lines=cart.lines,
            eligible_amounts=(),
            buyer=cart.buyer,
            place=cart.place,
            occurred_at=cart.at,
            program_zone=cart.program_zone or cart.place.zone,
        ).of_order()
        if not cart.is_member:
            facts = {code: one for code, one in facts.items() if not code.startswith(_OF_MEMBER)}
        self._facts = facts

    def __getitem__(self, code: str) -> Any:
        return self._facts[code]

    def __iter__(self) -> Any:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    def with_line(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        return {**self._facts, **facts}


def lay_out(cart: Cart, book: Book) -> Table:
    """The table of a cart."""
    lines = cart.lines
    if len(lines) > 1:
        lines = tuple(sorted(lines, key=_by_id))
    return Table(
        cart=cart,
        lines=lines,
        gross=[
            line.unit_price_amount if line.quantity == ONE else line.gross_amount for line in lines
        ],
        floors=[_floor(line, book) for line in lines] if book.floors else None,
        is_initial=cart.percent_base == INITIAL,
        every=tuple(range(len(lines))),
    )


def of_pieces(amount: int, quantity: Decimal) -> int:
    """So much for each piece, half a cent up."""
    return int((amount * quantity * 2 + 1) // 2)


def _by_id(line: CartLine) -> tuple[int, str]:
    # Line 10 comes after line 9.
    return len(line.line_id), line.line_id


def _floor(line: CartLine, book: Book) -> int:
    floor = book.floor(line.sku, line.category)
    return 0 if floor is None else max(_by_amount(line, floor), _by_cost(line, floor))


def _by_amount(line: CartLine, floor: Floor) -> int:
    return of_pieces(floor.amount, line.quantity) if floor.amount else 0


def _by_cost(line: CartLine, floor: Floor) -> int:
    if floor.cost_percent is None or line.cost_amount is None:
        return 0
    return int((line.cost_amount * line.quantity * floor.cost_percent * 2 + 100) // 200)
