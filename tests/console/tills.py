"""A till as its page drives it: each answer brings the cart of the next turn."""

import html
import re
from dataclasses import dataclass, field
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.test import Client

from config.console import till_carts
from config.console.till_carts import Cart
from loyalty.services import products
from loyalty.services.products import ProductItem
from members.models import User
from tests.console import staff

COUNTER = "/console/counter/"
TILL = "/console/counter/till/"
RECEIPT = "/console/counter/receipt/"
FRAGMENT = {"X-Fragment": "1"}
_TAG = re.compile(r"<[^>]*>")
_CART = re.compile(r'name="cart" value="([^"]+)"')


@dataclass
class TillPage:
    """An open counter. `shown` is the last answer, `text` its words."""

    browser: Client
    token: str = ""
    shown: str = ""
    last: Any = field(default=None)

    def scan(self, *texts: str) -> str:
        return self.send(text=list(texts))

    def press(self, act: str, **fields: Any) -> str:
        return self.send(act=act, **fields)

    def send(self, **fields: Any) -> str:
        self.last = self.browser.post(TILL, {"cart": self.token, **fields}, headers=FRAGMENT)
        return self._keep(staff.text(self.last))

    def open(self) -> "TillPage":
        self._keep(staff.text(self.browser.get(COUNTER)))
        return self

    @property
    def text(self) -> str:
        return " ".join(html.unescape(_TAG.sub(" ", self.shown)).split())

    @property
    def cart(self) -> Cart:
        return till_carts.read(self.token, self.operator.pk)

    @property
    def operator(self) -> User:
        session: SessionBase = self.browser.session
        return User.objects.get(pk=session["_auth_user_id"])

    @property
    def lines(self) -> list[tuple[str, str]]:
        """SKU and quantity of each line."""
        return [(line.item.sku, line.shown_quantity) for line in self.cart.lines]

    def _keep(self, shown: str) -> str:
        found = _CART.search(shown)
        if found:
            self.token = found[1]
        self.shown = shown
        return self.text


def of(
    name: str = "wang", role: str = "clerk", stores: Any = ("SH01",), **options: Any
) -> TillPage:
    """The counter of somebody who has logged in."""
    return TillPage(staff.logged_in(name, role, list(stores), **options)).open()


def stock_up() -> None:
    """Three products: a mug and a tea with prices, a melon without."""
    products.sync(
        items=[
            ProductItem(
                sku="MUG", name_zh="杯子", name_en="Mug", category="face", list_price_amount=5_000
            ),
            ProductItem(sku="6901234567892", name_zh="茶", name_en="Tea", list_price_amount=7_000),
            ProductItem(sku="MELON", name_zh="瓜", name_en="Melon"),
        ]
    )
