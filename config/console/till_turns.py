"""One turn at the till: the cart after it, what to say of it, and what to ask next."""

from dataclasses import dataclass, replace

from config.console.enrollment import EnrollForm
from config.console.results import BAD, GOOD, OPEN, Result
from config.console.till_carts import Cart
from config.console.till_finds import Found
from config.console.till_sales import Sold
from loyalty.models import Order


@dataclass(frozen=True)
class Turn:
    """`results` are said in order; `found` is what `cart.pending` may be; `amount` an amount that
    unknown digits may be; `form` enrolls; `fill` stands in the box next; `order` is one that was
    scanned; `sold` what was just paid; `entered` the codes of this turn."""

    cart: Cart
    results: tuple[Result, ...] = ()
    found: Found | None = None
    amount: int | None = None
    form: EnrollForm | None = None
    fill: str = ""
    order: Order | None = None
    sold: Sold | None = None
    entered: tuple[str, ...] = ()

    def good(self, text: str, reason: str = "") -> "Turn":
        return self._said(Result(GOOD, text, reason))

    def bad(self, text: str, reason: str = "") -> "Turn":
        return self._said(Result(BAD, text, reason))

    def open(self, text: str, reason: str = "") -> "Turn":
        return self._said(Result(OPEN, text, reason))

    def _said(self, result: Result) -> "Turn":
        return replace(self, results=(*self.results, result))
