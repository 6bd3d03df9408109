"""Who stands at the till, in which store, and what they may do."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone

from config.console import enrollment, till_carts, till_quotes
from config.console.till_carts import Cart
from loyalty.rules import money
from loyalty.services import programs
from loyalty.services.documents import Source
from members.admin.base import operator_of
from members.models import Store, User

# One's own till stands in one place: chosen once, kept as long as the log-in.
STORE_KEY = "till_store"


@dataclass(frozen=True)
class Desk:
    """The till of one request. `store` is None while one of several has yet to be chosen."""

    operator: User
    stores: tuple[Store, ...]
    store: Store | None
    channel: str
    currency: str
    at: datetime

    @property
    def digits(self) -> int:
        """Of the currency's minor unit."""
        return money.digits(self.currency)

    @property
    def sender(self) -> Source:
        assert self.store is not None
        return till_quotes.source(
            channel=self.channel, store=self.store, operator_id=self.operator.pk
        )

    def price(self, amount: int) -> str:
        return money.text(amount, self.currency)

    def new_cart(self) -> Cart:
        return till_carts.new(self.store.pk if self.store else 0)

    def store_with(self, store_id: int) -> Store | None:
        """One of the operator's open stores."""
        return next((store for store in self.stores if store.pk == store_id), None)


def desk_of(request: HttpRequest) -> Desk:
    """The till of whoever asks. Two queries."""
    operator = operator_of(request)
    stores = tuple(enrollment.stores_of(operator))
    kept = request.session.get(STORE_KEY)
    chosen = [store for store in stores if len(stores) == 1 or store.pk == kept]
    return Desk(
        operator=operator,
        stores=stores,
        store=chosen[0] if chosen else None,
        channel=enrollment.channel_code(),
        currency=programs.kept().currency,
        at=timezone.now(),
    )
