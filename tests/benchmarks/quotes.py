"""G7: the quote engine alone, in this process. Microseconds of processor time for one quote, the
least of many short bursts: what disturbs only adds.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from campaigns.rules import offer_books, quotes
from campaigns.rules.offer_books import Book
from campaigns.rules.quote_shapes import Cart, Discount, Wallet
from members.rules import conditions
from tests.campaigns import carts

FEW, MANY = 200, 1_000
_BURST = 5
_WALLET = Wallet()


@dataclass(frozen=True)
class Measured:
    """µs of a quote. The usual cart: a limited-time price on one of its lines, and 满减 on the
    order. `naive_us`: asking the condition of each offer for each line, and nothing else."""

    usual_us: float
    few_us: float
    untouched_us: float
    five_us: float
    long_us: float
    long_untouched_us: float
    naive_us: float


def measure(rounds: int) -> Measured:
    """The least of interleaved rounds."""
    few, many = (shelf(count) for count in (FEW, MANY))
    books = offer_books.compile_book(few), offer_books.compile_book(many)
    usual = cart(10, touched=1)
    works: dict[str, Callable[[], object]] = {
        "usual_us": _quoting(usual, books[1]),
        "few_us": _quoting(usual, books[0]),
        "untouched_us": _quoting(cart(10), books[1]),
        "five_us": _quoting(cart(10, touched=5), books[1]),
        "long_us": _quoting(cart(50, touched=5), books[1]),
        "long_untouched_us": _quoting(cart(50), books[1]),
        "naive_us": lambda: _asked(usual, many),
    }
    least = dict.fromkeys(works, float("inf"))
    for _ in range(rounds):
        for name, work in works.items():
            least[name] = min(least[name], _least(work, bursts=5 if name == "naive_us" else 1_000))
    return Measured(**least)


def shelf(count: int) -> list[Discount]:
    """Offers on products and categories, of every kind, and one on the whole order."""
    kinds: list[Callable[[str, int], Discount]] = [
        lambda code, number: carts.price(code, 900, f"P{number}"),
        lambda code, number: carts.stepped(
            code, (10_000, 1_000), condition=carts.skus(f"P{number}", f"P{number}-XL")
        ),
        lambda code, number: carts.nth(code, 5_000, condition=carts.skus(f"P{number}")),
        lambda code, number: carts.bundle(code, 3_000, f"P{number}", f"P{number + 1}"),
        lambda code, number: carts.percent(
            code,
            1_000,
            condition=carts.where({"field": "line.category", "op": "eq", "value": f"C{number}"}),
        ),
    ]
    made = [kinds[number % 5](f"o{number}", number) for number in range(count - 1)]
    made.append(carts.stepped("order", (10_000, 1_000)))
    return [replace(one, id=number) for number, one in enumerate(made)]


def cart(lines: int, *, touched: int = 0) -> Cart:
    """So many lines, `touched` of them with a price of their own."""
    return carts.of_lines(
        *(
            carts.line(
                str(number + 1),
                f"P{number * 5}" if number < touched else f"Q{number}",
                1_990 + number,
                category="household",
                brand="Acme",
            )
            for number in range(lines)
        )
    )


def _quoting(of: Cart, book: Book) -> Callable[[], object]:
    return lambda: quotes.quote(of, book, _WALLET)


def _asked(of: Cart, discounts: list[Discount]) -> int:
    """The scopes of all offers, one after the other."""
    facts = [
        {"line.sku": one.sku, "line.category": one.category, "line.brand": one.brand}
        for one in of.lines
    ]
    return sum(conditions.matches(one.condition, line) for one in discounts for line in facts)


def _least(work: Callable[[], object], *, bursts: int) -> float:
    """µs of one, in the best of the bursts."""
    work()
    least = float("inf")
    for _ in range(bursts):
        started = time.perf_counter()
        for _ in range(_BURST):
            work()
        least = min(least, time.perf_counter() - started)
    return least / _BURST * 1e6
