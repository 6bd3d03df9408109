"""The member card at the counter: who, what they hold, and what the clerk can do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.admin import clerk_task_panel
from config.console import benefit_cards
from config.console.benefit_cards import BenefitCard
from loyalty.admin import challenge_sentences, holdings
from loyalty.admin.holdings import Alert, Holdings
from loyalty.models import Account, Order, Tier
from loyalty.selectors import challenge_hints, orders
from loyalty.services import programs
from members.admin import sealed, service_openings
from members.admin.members import masked_name
from members.models import Consent, Identity, Member, User
from members.sealing import masking
from members.selectors import consents, notes, scopes

RECENT_ORDERS = 4


@dataclass(frozen=True)
class Bought:
    """One of the last orders; `refund_page` is "" where the operator may not take it back."""

    order: Order
    refund_page: str


@dataclass(frozen=True)
class Card:
    """What the counter shows of one member; nothing of the person in clear but the card."""

    member: Member
    name: str
    phone: str
    holdings: Holdings | None
    orders: list[Bought]
    hints: list[Alert]
    page: str
    notes: tuple[str, ...] = ()
    # Where the operator may open a service case of this member.
    case_page: str = ""
    benefits: tuple[BenefitCard, ...] = ()


@dataclass(frozen=True)
class Hit:
    """One of several members that a look-up found: enough to tell them apart, masked."""

    member: Member
    name: str
    phone: str
    tier: Tier | None


def hits(*, members: Sequence[Member]) -> list[Hit]:
    """The members as one chooses among them; two queries, however many."""
    ids = [member.pk for member in members]
    phones = _masked_phones(ids)
    accounts = Account.objects.filter(member_id__in=ids).select_related("tier")
    tiers = {account.member_id: account.tier for account in accounts}
    return [
        Hit(member, masked_name(member), phones.get(member.pk, ""), tiers.get(member.pk))
        for member in members
    ]


def card(*, member: Member, operator: User, at: datetime) -> Card:
    """The card. `page` leads to the member's page where the operator may open it."""
    held = holdings.holdings(member_id=member.pk, at=at)
    recent = orders.latest(member_id=member.pk, limit=RECENT_ORDERS)
    may_open = scopes.scope_for(operator).contains(member.store_id)
    return Card(
        member=member,
        name=masked_name(member),
        phone=_masked_phones([member.pk]).get(member.pk, ""),
        holdings=held,
        orders=_bought(recent, operator),
        hints=list(_hints(member, held, operator, at)),
        page=reverse("admin:members_member_change", args=[member.pk]) if may_open else "",
        notes=_pinned_notes(member, operator),
        case_page=_case_page(member, operator),
        benefits=benefit_cards.of_member(member=member, operator=operator, at=at),
    )


def brief(*, member: Member, operator: User, at: datetime) -> Card:
    """Who it is and what they hold, without purchases, hints and phone: a cart is under way."""
    held = holdings.holdings(member_id=member.pk, at=at)
    return Card(
        member,
        masked_name(member),
        "",
        held,
        [],
        [],
        "",
        notes=_pinned_notes(member, operator),
        case_page=_case_page(member, operator),
        benefits=benefit_cards.of_member(member=member, operator=operator, at=at),
    )


def _pinned_notes(member: Member, operator: User) -> tuple[str, ...]:
    if not operator.has_perm("members.view_membernote"):
        return ()
    return tuple(str(sealed.shown(note, "text")) for note in notes.pinned(member_id=member.pk))


def _case_page(member: Member, operator: User) -> str:
    if not operator.has_perm("members.add_servicecase"):
        return ""
    return service_openings.address(member=member, operator=operator)


def _bought(recent: Sequence[Order], operator: User) -> list[Bought]:
    """The refund page opens for orders of the operator's own stores only."""
    may_refund = operator.has_perm("loyalty.add_refund")
    scope = scopes.scope_for(operator)
    return [
        Bought(
            order,
            reverse("admin:loyalty_order_refund", args=[order.pk])
            if may_refund and scope.contains(order.store_id)
            else "",
        )
        for order in recent
    ]


def _masked_phones(member_ids: Sequence[int]) -> dict[int, str]:
    """The first phone of each, masked, by member id; one query."""
    found = Identity.objects.filter(member_id__in=member_ids, kind=Identity.Kind.PHONE)
    rows = found.select_related("member__key").order_by("-pk")
    return {row.member_id: masking.mask(row.kind, row.value) for row in rows}


def _hints(member: Member, held: Holdings | None, operator: User, at: datetime) -> list[Alert]:
    """What is worth saying now, the most useful first."""
    task = clerk_task_panel.hint(member=member, operator=operator)
    hints = [Alert(task, "assignment_ind", "good")] if task else []
    hints += held.alerts if held else []
    if member.birthday_md is not None and member.birthday_md // 100 == timezone.localtime(at).month:
        hints.append(Alert(_("Birthday this month: congratulate!"), "cake", "good"))
    if held and held.account.available:
        text = _("Can pay %(amount)s with points now") % {"amount": held.worth}
        hints.append(Alert(text, "redeem", "good"))
    if held and (hint := _challenge(member, held, at)):
        hints.append(hint)
    granted = {row.purpose for row in consents.current(member_id=member.pk) if row.is_granted}
    if Consent.Purpose.MARKETING not in granted:
        text = _("Gets no offers: has not agreed to any channel yet")
        hints.append(Alert(text, "notifications_off", "plain"))
    return hints


def _challenge(member: Member, held: Holdings, at: datetime) -> Alert | None:
    near = challenge_hints.nearest(
        member_id=member.pk, rank=held.tier.rank, terms=programs.kept(), at=at
    )
    if near is None:
        return None
    return Alert(challenge_sentences.left(near.challenge, near.standing), "flag", "good")
