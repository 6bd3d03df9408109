"""Everything that the words in the box may be: members, a product, a coupon, an order."""

from dataclasses import dataclass, replace

from loyalty.models import Coupon, CouponType, Order, Product
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

    @property
    def count(self) -> int:
        others = (self.product is not None, bool(self.coupon), self.order is not None)
        return len(self.members) + sum(others)


def everything(*, words: str, operator: User, store_id: int) -> Found:
    """At most seven queries. Members as `members.lookup` finds them; orders of the operator's
    stores only.

    Raises: TooManyGuesses, for what may be a coupon's code and is nothing else.
    """
    scope = scopes.scope_for(operator)
    found = Found(
        members=tuple(members.lookup(text=words, stores=scope.store_ids)),
        product=products.by_sku(words),
        order=_order(words, operator),
    )
    try:
        return replace(found, coupon=_coupon(words, operator, store_id, is_else=found.count > 0))
    except TooManyGuesses:
        if found.count:
            return found
        raise


def known_coupon(code: str) -> bool:
    """Whether a coupon or a public code has it, whatever its state: the quote says why one can't
    be used. `code` in its normal form."""
    known = Coupon.objects.filter(code=code).exists()
    return known or CouponType.objects.filter(public_code=code).exists()


def _coupon(words: str, operator: User, store_id: int, *, is_else: bool) -> str:
    code = coupons.normalize(words)
    if not code.isalnum() or len(code) > _LONGEST_CODE:
        return ""
    if not _is_secret(code):
        return code if known_coupon(code) else ""
    guesser = Guesser(f"operator:{operator.pk}", f"store:{store_id}")
    with guesses.trying(guesser=guesser) as trial:
        if known_coupon(code):
            return code
        if not is_else:
            trial.wrong()
    return ""


def _is_secret(code: str) -> bool:
    """As personal codes are; digits alone are cards, phones and barcodes."""
    return len(code) >= _SECRET_LENGTH and not code.isdigit()


def _order(words: str, operator: User) -> Order | None:
    if not operator.has_perm("loyalty.view_order"):
        return None
    own = scopes.scope_for(operator).orders(Order.objects.order_by("-pk"))
    return documents.numbered(own, words).first()
