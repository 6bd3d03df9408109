"""What a template may say, by the event that triggers it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal

from django.utils import translation

from loyalty.models import Tier
from loyalty.selectors import accounts
from loyalty.services import programs
from members.models import Event, Member
from members.selectors import appointments

Variables = dict[str, object]


def variables_of(*, event: Event, member: Member, at: datetime) -> Variables:
    """The variables of `event` in the member's language; amounts are minor units.

    A name that isn't known is left out, so that a template which needs it says so.
    """
    more = _BY_TYPE.get(event.type)
    with translation.override(member.language or None):
        return _of_member(member, at) | (more(event.payload) if more else {})


def _of_member(member: Member, at: datetime) -> Variables:
    terms = programs.current()
    known: Variables = {"currency": terms.currency, "card_number": member.card_number}
    if member.name:
        known["name"] = member.name
    if account := accounts.account(member_id=member.pk, at=at):
        known["available_points"] = account.available
        known["available_amount"] = terms.amount_of(account.available)
    return known


def _of_upgrade(payload: Mapping[str, str]) -> Variables:
    codes = (payload["from_tier"], payload["to_tier"])
    rows = Tier.objects.filter(program__is_current=True, code__in=codes)
    tiers = {tier.code: tier for tier in rows}
    known: Variables = {}
    if tier := tiers.get(payload["to_tier"]):
        coefficient = Decimal(tier.coefficient_percent) / 100
        known |= {"tier": tier.name, "coefficient": f"{coefficient.normalize():f}"}
    if former := tiers.get(payload["from_tier"]):
        known["former_tier"] = former.name
    return known


def _of_appointment(payload: Mapping[str, str]) -> Variables:
    """Nothing, once it was canceled or is at another time: the text says so by not being."""
    booked = appointments.booked_at(
        uid=payload["appointment"], starts_at=datetime.fromisoformat(payload["starts_at"])
    )
    if booked is None:
        return {}
    local = booked.starts_at.astimezone(appointments.zone_of(booked.store))
    return {
        "appointment": booked.kind.name,
        "store": booked.store.name,
        "starts_at": f"{local:%Y-%m-%d %H:%M}",
    }


_BY_TYPE: dict[str, Callable[[Mapping[str, str]], Variables]] = {
    "loyalty.tier.upgraded": _of_upgrade,
    "members.appointment.due": _of_appointment,
}
