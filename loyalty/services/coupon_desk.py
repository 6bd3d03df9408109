"""A code that a channel brings: is it worth something, keep it, use it, let it go, put it into a
member's wallet. Whoever guesses is held up, and learns nothing of other people's coupons: a code
that doesn't exist, one of somebody else and a void one are all the same `coupon_not_found`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from loyalty.errors import UnknownStore
from loyalty.models import Coupon
from loyalty.rules import coupons as rules
from loyalty.selectors.coupons import Judged
from loyalty.services import coupon_redemptions, coupons, order_checks, references, settlements
from loyalty.services.coupon_redemptions import Use
from loyalty.services.coupon_refusals import CouponRefused, refused
from loyalty.services.coupons import LockAsk
from loyalty.services.documents import MemberReference, Source
from members.errors import NotFound
from members.models import Member, Store
from members.services import guesses
from members.services.guesses import Guesser

NOT_FOUND = "coupon_not_found"
_HIDDEN = frozenset({NOT_FOUND, "coupon_not_yours", "coupon_void"})


@dataclass(frozen=True)
class Desk:
    """A code in the hands of a channel: for whom, where. `holder` is whose limits count:
    the member's, or those of the phone that a guest gave; "" for nobody known."""

    code: str
    source: Source
    caller: str
    subject: str
    member: Member | None = None
    holder: str = ""
    store: Store | None = None

    @property
    def member_id(self) -> int | None:
        return None if self.member is None else self.member.pk

    @property
    def store_id(self) -> int | None:
        return None if self.store is None else self.store.pk

    @property
    def guesser(self) -> Guesser:
        return Guesser(caller=self.caller, subject=self.subject)


@dataclass(frozen=True, kw_only=True)
class Deed:
    """A coupon that was used outside of an order of ours; `external_id` is the sale's number
    there, `discount_amount` what it took off, None where that isn't told."""

    external_id: str
    occurred_at: datetime
    discount_amount: int | None = None


def desk(
    *, code: str, source: Source, reference: MemberReference | None, store: str, address: str
) -> Desk:
    """The desk for a code. A phone that no member has is a guest; `address` is where the call
    came from, for guesses that name nobody.

    Raises: NotFound, for an unknown member; UnknownStore, also for one outside of the client's.
    """
    member = _member(reference)
    holder = references.holder(reference, None if member is None else member.pk)
    place = None if not store else _store(store, source)
    subject = holder or (f"store:{place.pk}" if place else f"address:{address}")
    return Desk(
        code=rules.normalize(code),
        source=source,
        caller=f"client:{source.client_id}",
        subject=subject,
        member=member,
        holder=holder,
        store=place,
    )


def validate(*, desk: Desk, at: datetime) -> Judged:
    """Whether the code may be used there now, and if not why; changes nothing.

    Raises: TooManyGuesses.
    """
    with guesses.trying(guesser=desk.guesser) as trial:
        judged = coupons.validate(
            code=desk.code,
            member_id=desk.member_id,
            holder=desk.holder,
            store_id=desk.store_id,
            at=at,
        )
        if judged.refused is None or _shown(judged.refused["code"], desk) != NOT_FOUND:
            return judged
        trial.wrong()
        return Judged(desk.code, None, None, {"coupon": desk.code, "code": NOT_FOUND})


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """The order that a coupon is kept for, by its number; `minutes` None: as the type says. The
    quote that the customer was shown, if any: one that can't be kept any more locks nothing."""

    external_id: str
    minutes: int | None = None
    quote_id: str = ""


def lock(*, desk: Desk, checkout: Checkout, at: datetime) -> coupons.Locked:
    """The coupon, kept for the order with this number; again it is the same lock.

    Raises: TooManyGuesses; CouponRefused, with the reason as its code; DomainError (409
    `quote_changed`, with the difference).
    """
    if checkout.quote_id:
        settlements.check_quote(quote_id=checkout.quote_id, source=desk.source, at=at)
    ask = LockAsk(
        code=desk.code,
        member_id=desk.member_id,
        holder=desk.holder,
        source=desk.source.name,
        external_id=checkout.external_id,
        store_id=desk.store_id,
        minutes=checkout.minutes,
    )
    with _tried(desk):
        return coupons.lock(asks=[ask], at=at)[0]


def release(*, desk: Desk, external_id: str, at: datetime) -> bool:
    """Whether a lock for the order with this number was let go. False for everything else, so
    that nobody learns of other codes by it."""
    own = Coupon.objects.filter(
        # A lock by a public code keeps a coupon with a code of its own.
        Q(code=desk.code) | Q(type__public_code=desk.code),
        state=Coupon.State.LOCKED,
        locked_source=desk.source.name,
        locked_for=external_id,
    )
    ends = list(own.values_list("locked_until", flat=True))
    if not ends:
        return False
    coupons.release(codes=[desk.code], source=desk.source.name, external_id=external_id, at=at)
    return any(until is not None and until > at for until in ends)


def redeem(*, desk: Desk, deed: Deed, at: datetime) -> Coupon:
    """The coupon, used; the same sale again finds it so, and with other content it is refused.

    Raises: TooManyGuesses; CouponRefused; OccurredInFuture; BackdatingNotAllowed.
    """
    order_checks.check_instant(deed.occurred_at, desk.source, at)
    use = Use(
        order_id=None,
        code=desk.code,
        member_id=desk.member_id,
        holder=desk.holder,
        source=desk.source.name,
        external_id=deed.external_id,
        store_id=desk.store_id,
        occurred_at=deed.occurred_at,
        discount_amount=deed.discount_amount,
    )
    with _tried(desk):
        used = coupon_redemptions.redeem(uses=[use], at=at)[0]
        if used.refused is not None:
            raise refused(used.refused)
        coupon = Coupon.objects.select_related("type").get(pk=used.coupon_id or 0)
        _check_same(coupon, desk, deed)
    return coupon


def _check_same(coupon: Coupon, desk: Desk, deed: Deed) -> None:
    """A sale that is told again is the one that was told."""
    amount = deed.discount_amount
    is_same_amount = amount is None or amount == coupon.discount_amount
    # A guest may have joined since.
    is_same_member = coupon.member_id in (None, desk.member_id)
    if not (is_same_member and is_same_amount):
        raise CouponRefused("coupon_redeemed", coupon=desk.code)


def claim(*, desk: Desk, key: str, at: datetime) -> Coupon:
    """A printed or public code, put into the member's wallet.

    Raises: TooManyGuesses; NotFound, without a member; CouponRefused; CouponKeyReused.
    """
    if desk.member is None:
        raise NotFound("there is no such member")
    with _tried(desk):
        return coupons.claim(
            member_id=desk.member.pk, key=key, at=at, code=desk.code, source=desk.source.name
        )


def transfer(*, desk: Desk, friend: MemberReference, key: str, at: datetime) -> Coupon:
    """The friend's new coupon, with the old one's validity; the old code is void.

    Raises: TooManyGuesses; NotFound, without either member; CouponRefused.
    """
    if desk.member is None:
        raise NotFound("there is no such member")
    to_member = references.member(friend)
    with _tried(desk):
        return coupons.transfer(
            code=desk.code,
            from_member_id=desk.member.pk,
            to_member_id=to_member.pk,
            key=key,
            at=at,
        )


@contextmanager
def _tried(desk: Desk) -> Iterator[None]:
    """A code that is tried: refusals that must not tell are all the same, and count."""
    with guesses.trying(guesser=desk.guesser) as trial:
        try:
            yield
        except CouponRefused as refusal:
            shown = _shown(refusal.code, desk)
            if shown != NOT_FOUND:
                raise
            trial.wrong()
            raise CouponRefused(NOT_FOUND, coupon=desk.code) from None


def _shown(reason: str, desk: Desk) -> str:
    """The reason as this caller may hear it: of somebody else's coupon nothing at all, of a void
    one only its own holder. The row is asked for unknown codes too: they take as long."""
    owners = Coupon.objects.filter(code=desk.code).values_list("member_id", flat=True)
    owner = next(iter(owners), None)
    is_own = owner is not None and owner == desk.member_id
    if owner is not None and not is_own:
        return NOT_FOUND
    return NOT_FOUND if reason in _HIDDEN and not is_own else reason


def _member(reference: MemberReference | None) -> Member | None:
    if reference is None:
        return None
    try:
        return references.member(reference)
    except NotFound:
        if reference.type.upper() == "PHONE":
            return None
        raise


def _store(code: str, source: Source) -> Store:
    store = Store.objects.filter(code=code).first()
    if store is None or (source.store_ids is not None and store.pk not in source.store_ids):
        raise UnknownStore(store=code)
    return store
