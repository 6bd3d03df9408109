"""One turn at the till: the cart after it, what to say of it, and what to ask next."""

from dataclasses import dataclass, replace

from config.console.enrollment import EnrollForm
from config.console.results import BAD, GOOD, OPEN, Result
from config.console.till_carts import Cart, Choice
from config.console.till_sales import Sold
from loyalty.models import Order
from members.models import Member


@dataclass(frozen=True)
class Turn:
    """`results` are said in order; `choices` may be pressed next, beside those that wait in the
    cart; `form` enrolls; `fill` stands in the box next; `member` is the cart's, if this turn
    looked it up; `order` is one that was scanned; `sold` what was just paid; `entered` the codes
    of this turn."""

    cart: Cart
    results: tuple[Result, ...] = ()
    choices: tuple[Choice, ...] = ()
    form: EnrollForm | None = None
    fill: str = ""
    member: Member | None = None
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
