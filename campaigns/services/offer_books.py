"""Offers, coupon types and margin floors as quotes need them: read once, compiled, kept until the
programme's version changes."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import get_language

from campaigns.models import MarginFloor, Offer
from campaigns.rules import offer_books
from campaigns.rules.offer_books import Book
from campaigns.rules.quote_shapes import BENEFIT, COUPON, OFFER, Discount, Floor
from campaigns.services import benefit_discounts, offer_discounts
from loyalty.models import CouponType, EarningRule, Product, Tier
from loyalty.rules import coupons as coupon_rules
from loyalty.services import programs
from members.models.naming import Named

_KEPT_SEGMENTS = 16


@dataclass(frozen=True, slots=True)
class Name:
    """A name in both languages of the console."""

    zh: str = ""
    en: str = ""

    def text(self) -> str:
        """In the reader's language, else in the other."""
        is_chinese = (get_language() or "zh").startswith("zh")
        own, other = (self.zh, self.en) if is_chinese else (self.en, self.zh)
        return own or other


@dataclass(frozen=True, slots=True)
class Limits:
    """An offer version's limits, each None where there is none; budgets in minor units."""

    code: str
    valid_from: datetime
    valid_until: datetime | None = None
    member: int | None = None
    member_day: int | None = None
    count: int | None = None
    budget_amount: int | None = None

    @property
    def any(self) -> bool:
        return (self.member, self.member_day, self.count, self.budget_amount) != (None,) * 4


@dataclass(frozen=True, slots=True)
class TypeTerms:
    """What counts when a coupon of a type is used that nobody holds yet: limits per person, each
    None where there is none; `begins` and `ends` of the public code's life; what it may cost at
    most in minor units. `is_stopped`: there are no more of them."""

    id: int
    limit_member: int | None
    limit_member_day: int | None
    begins: datetime | None
    ends: datetime | None
    cost_amount: int
    is_stopped: bool


@dataclass(frozen=True)
class Shelf:
    """Everything that lowers carts, compiled. `names` are by (offer or coupon, id of the version
    or type), `type_names` by a coupon type's code, `award_names` those of earning rules and tiers
    by the id in an award's breakdown; `limits` by beginning."""

    version: tuple[int, int]
    book: Book
    names: Mapping[tuple[str, int], Name]
    type_names: Mapping[str, Name]
    award_names: Mapping[str, Name]
    limits: Sequence[Limits]
    types: Mapping[int, TypeTerms]
    public_codes: Mapping[str, TypeTerms]
    _borders: list[datetime] = field(init=False, repr=False)
    _limited: dict[int, Mapping[str, Limits]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Offers without limits would only be passed over, at every quote again.
        codes = {limits.code for limits in self.limits if limits.any}
        kept = [limits for limits in self.limits if limits.code in codes]
        instants = {instant for one in kept for instant in (one.valid_from, one.valid_until)}
        object.__setattr__(self, "limits", kept)
        object.__setattr__(self, "_borders", sorted(one for one in instants if one is not None))
        object.__setattr__(self, "_limited", {})

    def limited(self, at: datetime) -> Mapping[str, Limits]:
        """By code the limits of offers in force at an instant; of its versions the newest that
        has begun decides. Between two borders nothing changes, so it is kept."""
        segment = bisect_right(self._borders, at)
        found = self._limited.get(segment)
        if found is None:
            if len(self._limited) >= _KEPT_SEGMENTS:
                self._limited.clear()
            found = self._limited[segment] = self._limited_at(at)
        return found

    def _limited_at(self, at: datetime) -> Mapping[str, Limits]:
        found: dict[str, Limits] = {}
        for limits in self.limits:
            if limits.valid_from <= at:
                found[limits.code] = limits
        return {
            code: limits
            for code, limits in found.items()
            if limits.any and (limits.valid_until is None or at < limits.valid_until)
        }


_kept: dict[str, Shelf] = {}


def current(*, version: tuple[int, int] | None = None) -> Shelf:
    """What is on the shelf now. What was compiled serves while it is of the programme and version
    that the database has; quotes bring them along, others ask for them.

    Raises: NoProgram.
    """
    wanted = version or _version()
    shelf = _kept.get("shelf")
    if shelf is not None and shelf.version == wanted:
        return shelf
    shelf = _read(wanted)
    _kept["shelf"] = shelf
    return shelf


def kept() -> Shelf:
    """The last compilation, or a fresh one; the caller checks the version after reading."""
    return _kept.get("shelf") or current()


def forget() -> None:
    """For tests, whose databases come and go within one process."""
    _kept.clear()


def _version() -> tuple[int, int]:
    terms = programs.current()
    return terms.id, terms.version


def _read(version: tuple[int, int]) -> Shelf:
    offers = list(
        Offer.objects.exclude(state=Offer.State.DRAFT)
        .exclude(kind=Offer.Kind.MULTIPLIER)
        .prefetch_related("stores")
        .order_by("valid_from", "version")
    )
    types = list(
        CouponType.objects.exclude(state=CouponType.State.DRAFT)
        .prefetch_related("stores")
        .order_by("pk")
    )
    honored = benefit_discounts.read()
    discounts = [
        discount
        for discount in (
            *(offer_discounts.of_offer(row) for row in offers),
            *(offer_discounts.of_type(row) for row in types),
            *benefit_discounts.of(honored),
        )
        if discount is not None
    ]
    return Shelf(
        version=version,
        book=offer_books.compile_book(discounts, floors(), _prices(discounts)),
        names=_names(OFFER, offers) | _names(COUPON, types) | _names(BENEFIT, honored),
        type_names={row.code: Name(row.name_zh, row.name_en) for row in types},
        award_names=_award_names(version[0], types),
        limits=tuple(_limits(row) for row in offers),
        types={row.pk: _terms(row) for row in types},
        public_codes={
            coupon_rules.normalize(row.public_code): _terms(row) for row in types if row.public_code
        },
    )


def floors() -> dict[tuple[str, str], Floor]:
    """Margin floors by (sku, category), one of them ""."""
    return {
        (row.sku, row.category): Floor(row.floor_amount, row.cost_percent)
        for row in MarginFloor.objects.all()
    }


def _prices(discounts: Iterable[Discount]) -> dict[str, int]:
    """What gifts are worth: list prices by SKU."""
    skus = {one.gift_sku for one in discounts}
    skus |= {step.gift_sku for one in discounts for step in one.steps}
    rows = Product.objects.filter(sku__in=skus - {""}).values_list("sku", "list_price_amount")
    return {sku: amount for sku, amount in rows if amount is not None}


def _names(what: str, rows: Iterable[Named]) -> dict[tuple[str, int], Name]:
    return {(what, row.pk): Name(row.name_zh, row.name_en) for row in rows}


def _award_names(program_id: int, types: Iterable[CouponType]) -> dict[str, Name]:
    rules = EarningRule.objects.filter(program_id=program_id).exclude(state=EarningRule.State.DRAFT)
    rows = rules.order_by("version").values_list("code", "name_zh", "name_en")
    found = {f"rule:{code}": Name(zh, en) for code, zh, en in rows}
    tiers = Tier.objects.filter(program_id=program_id).values_list("code", "name_zh", "name_en")
    found |= {f"tier:{code}": Name(zh, en) for code, zh, en in tiers}
    # Coupons that multiply points are judged as rules.
    return found | {f"rule:coupon:{row.code}": Name(row.name_zh, row.name_en) for row in types}


def _limits(row: Offer) -> Limits:
    return Limits(
        code=row.code,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        member=row.limit_member,
        member_day=row.limit_member_day,
        count=row.limit_count,
        budget_amount=row.budget_amount,
    )


def _terms(row: CouponType) -> TypeTerms:
    """A code that nobody claimed lives as long as it may be claimed."""
    is_fixed = row.validity == CouponType.Validity.FIXED
    return TypeTerms(
        id=row.pk,
        limit_member=row.limit_member,
        limit_member_day=row.limit_member_day,
        begins=row.valid_from if is_fixed else row.claim_from,
        ends=row.valid_until if is_fixed else row.claim_until,
        cost_amount=_cost(row),
        is_stopped=row.state == CouponType.State.STOPPED,
    )


def _cost(row: CouponType) -> int:
    kinds = CouponType.Kind
    if row.kind == kinds.MONEY_OFF:
        return row.amount
    return (row.cap_amount or 0) if row.kind == kinds.PERCENT_OFF else 0
