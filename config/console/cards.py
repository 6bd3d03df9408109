"""The member card at the counter: who, what they hold, and what the clerk can do next."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from loyalty.admin import holdings
from loyalty.admin.holdings import Alert, Holdings
from loyalty.models import Order
from loyalty.selectors import orders
from members.admin.members import masked_name
from members.models import Consent, Member, User
from members.sealing import masking
from members.selectors import consents, scopes

RECENT_ORDERS = 4


@dataclass(frozen=True)
class Card:
    """What the counter shows of one member; nothing of the person in clear but the card."""

    member: Member
    name: str
    phone: str
    holdings: Holdings | None
    orders: list[Order]
    hints: list[Alert]
    page: str


def card(*, member: Member, operator: User, at: datetime) -> Card:
    """The card. `page` leads to the member's page where the operator may open it."""
    held = holdings.holdings(member_id=member.pk, at=at)
    recent = orders.latest(member_id=member.pk, limit=RECENT_ORDERS)
    may_open = scopes.scope_for(operator).contains(member.store_id)
    return Card(
        member=member,
        name=masked_name(member),
        phone=_masked_phone(member),
        holdings=held,
        orders=recent,
        hints=list(_hints(member, held, at)),
        page=reverse("admin:members_member_change", args=[member.pk]) if may_open else "",
    )


def _masked_phone(member: Member) -> str:
    phones = member.identities.filter(kind="PHONE").select_related("member__key").order_by("pk")
    found = phones.first()
    return masking.mask(found.kind, found.value) if found else ""


def _hints(member: Member, held: Holdings | None, at: datetime) -> list[Alert]:
    """What is worth saying now, the most useful first."""
    hints = list(held.alerts) if held else []
    if member.birthday_md is not None and member.birthday_md // 100 == timezone.localtime(at).month:
        hints.append(Alert(_("Birthday this month: congratulate!"), "cake", "good"))
    if held and held.account.available:
        text = _("Can pay %(amount)s with points now") % {"amount": held.worth}
        hints.append(Alert(text, "redeem", "good"))
    granted = {row.purpose for row in consents.current(member_id=member.pk) if row.is_granted}
    if Consent.Purpose.MARKETING not in granted:
        text = _("Gets no offers: has not agreed to any channel yet")
        hints.append(Alert(text, "notifications_off", "plain"))
    return hints
