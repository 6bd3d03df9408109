"""What one basket would earn, by the rules in force and chosen drafts. Reads; writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from loyalty.models import Account, Product, Program, RuleUse
from loyalty.rules import earning
from loyalty.rules.earning import Award
from loyalty.rules.earning_caps import Limits, Used
from loyalty.rules.earning_compile import Selection
from loyalty.rules.earning_facts import Buyer, Facts, Place
from loyalty.selectors import progress
from loyalty.services import budgets, earnings, programs, rule_inputs, rulebooks
from loyalty.services.programs import Terms
from loyalty.services.rule_inputs import Uses
from members.errors import NotFound
from members.models import Channel, Member, MemberTag, Store


@dataclass(frozen=True)
class BasketLine:
    """One line; `net_amount` is what is paid for it after all discounts, in minor units;
    `eligible_amount` the part in money that earns, None: all of it."""

    net_amount: int
    sku: str = ""
    category: str = ""
    brand: str = ""
    quantity: Decimal = Decimal(1)
    eligible_amount: int | None = None


@dataclass(frozen=True)
class Person:
    """Somebody described, where no member is named: tier by code ("" is the first)."""

    tier: str = ""
    order_number: int = 1
    tags: frozenset[str] = frozenset()
    is_birthday_month: bool = False
    is_birthday: bool = False


@dataclass(frozen=True)
class Basket:
    """What is bought, where, and by whom: a member's id, or somebody described."""

    lines: tuple[BasketLine, ...]
    store: str = ""
    channel: str = ""
    member_id: int | None = None
    person: Person = field(default_factory=Person)


@dataclass(frozen=True)
class DryRun:
    """What the basket would earn: points in all and by line, what brought them (`breakdown`),
    the decision trace, and by lot when they are usable and lapse."""

    points: int
    line_points: tuple[int, ...]
    breakdown: tuple[dict[str, Any], ...]
    trace: dict[str, Any]
    lots: tuple[dict[str, Any], ...]
    tier: str


def dry_run(*, basket: Basket, at: datetime, draft_ids: Sequence[int] = ()) -> DryRun:
    """What the basket would earn if it were paid at `at`, with these drafts in place of the
    published versions of their codes. Caps and budgets count as they stand; the tier is the one
    that the member has before any upgrade.

    Raises: NotFound, for a member without account, or a store, channel or tier that isn't there.
    """
    terms = programs.current()
    book = terms.rules
    if draft_ids:
        program = Program.objects.select_related("tier_group").get(pk=terms.id)
        book = book.with_drafts(rulebooks.drafts(program, draft_ids))
    selection = book.at(at)
    facts = facts_of(basket, terms, at)
    award = budgets.within(
        lambda limits: earning.award(selection, facts, limits),
        Limits(_used(basket, selection, terms, at)),
        budgets.Glance(budgets.left(budget_ids=selection.budget_ids)),
        order_id=0,
    )
    return DryRun(
        points=award.points,
        line_points=award.line_points,
        breakdown=award.breakdown,
        trace=award.trace,
        lots=tuple(_lots(award, terms, at)),
        tier=facts.buyer.tier,
    )


def facts_of(basket: Basket, terms: Terms, at: datetime) -> Facts:
    """What conditions see of a basket.

    Raises: NotFound, as `dry_run`.
    """
    found = Described(
        lines=basket.lines,
        eligible_amounts=[
            line.net_amount if line.eligible_amount is None else line.eligible_amount
            for line in basket.lines
        ],
        buyer=_buyer(basket, terms, at),
        place=_place(basket, terms),
        occurred_at=at,
        program_zone=terms.zone,
        kinds=_kinds(basket),
    )
    found.person = basket.person if basket.member_id is None else None
    return found


class Described(Facts):
    """Facts whose member may be described instead of known."""

    person: Person | None = None

    def of_order(self) -> dict[str, Any]:
        seen = super().of_order()
        if self.person is not None:
            seen["member.is_birthday_month"] = (
                self.person.is_birthday_month or self.person.is_birthday
            )
            seen["member.is_birthday"] = self.person.is_birthday
        return seen


def _buyer(basket: Basket, terms: Terms, at: datetime) -> Buyer:
    if basket.member_id is None:
        person = basket.person
        level = next(
            (one for one in terms.levels if one.code == (person.tier or terms.levels[0].code)), None
        )
        if level is None:
            raise NotFound("there is no such tier")
        return Buyer(level.code, level.coefficient_percent, person.order_number, person.tags)
    account = Account.objects.filter(member_id=basket.member_id).first()
    if account is None:
        raise NotFound("this member has no account")
    # A term that ended is over for an order as well, whether or not the night ran.
    level = progress.stand(account=account, terms=terms.tiers, at=at).standing.level
    member = Member.objects.only("birthday_md", "birthday_counts_from_on").get(pk=basket.member_id)
    tags = MemberTag.objects.filter(member_id=basket.member_id).values_list("tag__code", flat=True)
    return Buyer(
        tier=level.code,
        coefficient_percent=level.coefficient_percent,
        order_number=account.orders_count + 1,
        tags=frozenset(tags),
        birthday_md=member.birthday_md,
        birthday_counts_from_on=member.birthday_counts_from_on,
    )


def _place(basket: Basket, terms: Terms) -> Place:
    if basket.channel and not Channel.objects.filter(code=basket.channel).exists():
        raise NotFound("there is no such channel")
    place = Place(zone=terms.zone, channel_code=basket.channel)
    if not basket.store:
        return place
    store = Store.objects.filter(code=basket.store).first()
    if store is None:
        raise NotFound("there is no such store")
    return replace(
        place,
        zone=ZoneInfo(store.time_zone) if store.time_zone else terms.zone,
        store_id=store.pk,
        store_code=store.code,
        store_city=store.city,
    )


def _kinds(basket: Basket) -> dict[str, tuple[str, str]]:
    rows = Product.objects.filter(sku__in={line.sku for line in basket.lines if line.sku})
    return {sku: (category, brand) for sku, category, brand in rows.values_list(
        "sku", "category", "brand"
    )}  # fmt: skip


def _used(basket: Basket, selection: Selection, terms: Terms, at: datetime) -> dict[str, Used]:
    """What capped rules gave the member so far."""
    if basket.member_id is None or not selection.capped_codes:
        return {}
    rows = RuleUse.objects.filter(
        member_id=basket.member_id, code__in=selection.capped_codes
    ).values_list("code", "business_date", "points", "returned_points")
    uses = Uses.of((basket.member_id, code, one, points - back) for code, one, points, back in rows)
    day = rule_inputs.day_of(at, terms)
    return uses.used(basket.member_id, selection.capped_codes, day)


def _lots(award: Award, terms: Terms, at: datetime) -> list[dict[str, Any]]:
    found = []
    for share in award.lots:
        life = earnings.life(share.life, at, terms)
        found.append(
            {
                "points": share.points,
                "active_at": life.activates_at,
                "expires_at": life.expires_at,
            }
        )
    return found
