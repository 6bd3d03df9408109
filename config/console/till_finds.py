"""Everything that the words in the box may be: members, goods, a coupon, an order, a reward."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Value

from config.console import till_rewards
from loyalty.models import Coupon, CouponType, Order, Product, Redemption
from loyalty.rules import coupons
from loyalty.selectors import documents, products
from members.models import Member, User
from members.selectors import members, scopes
from members.services import guesses
from members.services.guesses import Guesser, TooManyGuesses

_LONGEST_CODE = 24
# A personal code has so many letters; shorter ones are public and no secret.
_SECRET_LENGTH = 10


@dataclass(frozen=True)
class Found:
    """What is known under these words. `coupon` is a code as it is kept, or ""."""

    members: tuple[Member, ...] = ()
    product: Product | None = None
    coupon: str = ""
    order: Order | None = None
    redemption: Redemption | None = None

    @property
    def count(self) -> int:
        things = (self.product, self.order, self.redemption)
        others = (bool(self.coupon), *(one is not None for one in things))
        return len(self.members) + sum(others)


def everything(*, words: str, operator: User, store_id: int, at: datetime) -> Found:
    """At most six queries. Members as `members.lookup` finds them; orders of the operator's
    stores only.

    Raises: TooManyGuesses, for what may be a coupon's code and is nothing else.
    """
    scope = scopes.scope_for(operator)
    found = Found(
        members=tuple(members.lookup(text=words, stores=scope.store_ids, at=at)),
        order=order_numbered(words, operator),
    )
    code = _code(words)
    if not _is_secret(code):
        return _with_goods(found, words, code)
    guesser = Guesser(f"operator:{operator.pk}", f"store:{store_id}")
    try:
        with guesses.trying(guesser=guesser) as trial:
            found = _with_goods(found, words, code)
            if not found.coupon:
                reward = till_rewards.with_code(code, operator)
                found = replace(found, redemption=reward)
            if found.count == 0:
                trial.wrong()
            return found
    except TooManyGuesses:
        found = _with_goods(found, words, "")
        if found.count:
            return found
        raise


def order_numbered(words: str, operator: User) -> Order | None:
    """The order with this number, if the operator may see it."""
    if not operator.has_perm("loyalty.view_order"):
        return None
    own = scopes.scope_for(operator).orders(Order.objects.order_by("-pk"))
    return documents.numbered(own, words).first()


def _with_goods(found: Found, words: str, code: str) -> Found:
    """With the product and the coupon of this name. Whether a coupon can be used, the quote
    says: here it counts in every state."""
    kinds = _known(words, code)
    product = products.by_sku(words) if "product" in kinds else None
    return replace(found, product=product, coupon=code if "coupon" in kinds else "")


def _known(words: str, code: str) -> set[str]:
    """What there is under these words, of goods and coupons; one query."""
    rows = products.with_sku(words).order_by().values_list(Value("product"))
    if code:
        rows = rows.union(
            Coupon.objects.filter(code=code).values_list(Value("coupon")),
            CouponType.objects.filter(public_code=code).values_list(Value("coupon")),
        )
    return {kind for (kind,) in rows}


def _code(words: str) -> str:
    """The words as a coupon's code would be kept, or ""."""
    code = coupons.normalize(words)
    return code if code.isalnum() and len(code) <= _LONGEST_CODE else ""


def _is_secret(code: str) -> bool:
    """As personal codes are; digits alone are cards, phones and barcodes."""
    return len(code) >= _SECRET_LENGTH and not code.isdigit()
