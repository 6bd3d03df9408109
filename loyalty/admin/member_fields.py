"""What rules of tags may ask about a member's points, tier and purchases."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from loyalty.admin import amount_fields
from loyalty.models import Tier
from loyalty.rules import money
from members.admin.member_fields import field_of
from members.registry import member_fields
from members.registry.fields import Choices, Wording
from members.registry.member_fields import MemberField
from members.rules.conditions import Type

_HOLDS = _("Points and tier")
_BUYS = _("Purchases")
JOINS = {
    "account": "LEFT JOIN loyalty_account ac ON ac.member_id = m.id",
    "tier": "LEFT JOIN loyalty_tier ti ON ti.id = ac.tier_id",
}
# Orders stay with the card that they were made with (docs/decisions/0039): a survivor's are those
# of all their cards.
_SPENT = """
SELECT COALESCE(sum(o.net_amount - o.refunded_amount), 0)::bigint FROM loyalty_order o
WHERE o.member_id = ANY(ARRAY(
  SELECT r.id FROM members_member r WHERE r.id = m.id OR r.merged_into_id = m.id
)){since}
"""
_YEAR = " AND o.business_date > %(today)s::date - 365 AND o.business_date <= %(today)s::date"


def register() -> None:
    """Called by `apps.ready`."""
    member_fields.add(
        (*_held(), *_bought()),
        joins=JOINS,
        digits=lambda: money.digits(amount_fields.currency()),
    )


def _held() -> Iterable[MemberField]:
    yield MemberField(
        field=field_of("member.tier", Type.CHOICE),
        wording=Wording(label=_("tier"), group=_HOLDS, choices=_tiers),
        sql="ti.code",
        joins=("account", "tier"),
    )
    yield MemberField(
        field=field_of("points.available", Type.INTEGER, least=0),
        wording=Wording(
            label=_("points available"), group=_HOLDS, hint=_("As the last nightly run left them.")
        ),
        sql="CASE WHEN ac.debt_points > 0 THEN 0 ELSE ac.active_points - ac.held_points END",
        joins=("account",),
    )
    yield MemberField(
        field=field_of("points.earned", Type.INTEGER, least=0),
        wording=Wording(label=_("points earned so far"), group=_HOLDS),
        sql="ac.earned_points",
        joins=("account",),
    )
    yield MemberField(
        field=field_of("measure.clv", Type.AMOUNT),
        wording=Wording(label=_("lifetime value"), group=_BUYS, show=_amount),
        sql="SELECT me.value FROM members_measure me WHERE me.member_id = m.id AND me.code = 'clv'",
    )


def _bought() -> Iterable[MemberField]:
    yield MemberField(
        field=field_of("orders.count", Type.INTEGER, least=0),
        wording=Wording(label=_("number of purchases"), group=_BUYS),
        sql="ac.orders_count",
        joins=("account",),
    )
    yield MemberField(
        field=field_of("orders.last_days", Type.INTEGER, least=0),
        wording=Wording(
            label=_("days since the last purchase"),
            group=_BUYS,
            hint=_("Who never bought has none, and meets no comparison with it."),
        ),
        sql="%(today)s::date - (ac.last_order_at AT TIME ZONE %(zone)s)::date",
        joins=("account",),
    )
    yield MemberField(
        field=field_of("spend.total", Type.AMOUNT),
        wording=Wording(
            label=_("spent so far"), group=_BUYS, show=_amount, hint=_("Less what came back.")
        ),
        sql=_SPENT.format(since=""),
    )
    yield MemberField(
        field=field_of("spend.year", Type.AMOUNT),
        wording=Wording(
            label=_("spent in the last 365 days"),
            group=_BUYS,
            show=_amount,
            hint=_("Less what came back."),
        ),
        sql=_SPENT.format(since=_YEAR),
    )


def _amount(value: int) -> str:
    return money.text(value, amount_fields.currency(), short=True)


def _tiers() -> Choices:
    return [(tier.code, tier.name) for tier in Tier.objects.order_by("rank")]
