"""What segments and rules of tags may ask about a member's points, tier and spending."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loyalty.admin import amount_fields, coupon_fields, purchase_fields
from loyalty.models import Tier
from loyalty.rules import money
from members.admin.member_fields import field_of
from members.registry import member_fields
from members.registry.fields import Choices, Wording
from members.registry.member_fields import MemberField
from members.rules.conditions import Days, Type

_HOLDS = _("Points and tier")
_BUYS = _("Purchases")
JOINS = {
    "account": "LEFT JOIN loyalty_account ac ON ac.member_id = m.id",
    "tier": "LEFT JOIN loyalty_tier ti ON ti.id = ac.tier_id",
    "clv": "LEFT JOIN members_measure clv ON clv.member_id = m.id AND clv.code = 'clv'",
}
# By the day of business, for rules that were there before windows; others take `days`.
SOURCES = {
    "year": """
SELECT o.member_id, sum(o.net_amount - o.refunded_amount + o.refunded_shipping_amount) AS net_amount
FROM loyalty_order o
WHERE o.business_date > %(today)s::date - 365 AND o.business_date <= %(today)s::date
  AND {whose[o.member_id]}
GROUP BY o.member_id""",
    "lapsing": """
SELECT lo.member_id, sum(lo.remaining_points - lo.held_points)::bigint AS points
FROM loyalty_lot lo
WHERE lo.is_open AND (NOT lo.is_pending OR lo.activates_at <= %(at)s) AND {ahead[lo.expires_at]}
  AND {whose[lo.member_id]}
GROUP BY lo.member_id""",
}
# Of the next tier that figures alone lead to; what one order can't bring leaves it unknown.
_MISSING = """(
  SELECT CASE WHEN nt.spend_amount > 0 AND (nt.match = 'ANY' OR (
      nt.clv_amount = 0 AND ac.window_orders_count + 1 >= nt.orders_count
      AND ac.window_qualifying_points >= nt.qualifying_points))
    THEN GREATEST(0, nt.spend_amount - ac.window_spend_amount) END
  FROM loyalty_tier nt
  WHERE nt.program_id = ti.program_id AND nt.rank > ti.rank AND NOT nt.is_invite_only
    AND nt.cap_percent IS NULL AND nt.cap_count IS NULL
  ORDER BY nt.rank LIMIT 1)"""
# What is usable at the instant, whether or not a job has run. Only accounts of which something
# began or lapsed since their last posting look at their lots.
_USABLE = """CASE
  WHEN ac.next_change_at IS NULL OR ac.next_change_at > %(at)s THEN
    CASE WHEN ac.debt_points > 0 THEN 0 ELSE ac.active_points - ac.held_points END
  ELSE GREATEST(0, (
    SELECT COALESCE(sum(lo.remaining_points - (
      SELECT COALESCE(sum(hp.points), 0) FROM loyalty_holdpart hp
      JOIN loyalty_hold ho ON ho.id = hp.hold_id
      WHERE hp.lot_id = lo.id AND ho.member_id = ac.member_id
        AND ho.state = 'OPEN' AND ho.expires_at > %(at)s)), 0)
    FROM loyalty_lot lo
    WHERE lo.member_id = ac.member_id AND lo.is_open
      AND (NOT lo.is_pending OR lo.activates_at <= %(at)s)
      AND (lo.expires_at IS NULL OR lo.expires_at > %(at)s)
  ) - ac.debt_points) END"""


def register() -> None:
    """Called by `apps.ready`."""
    member_fields.add(
        (*_held(), *_points(), *_bought()),
        joins=JOINS,
        sources=SOURCES,
        digits=lambda: money.digits(amount_fields.currency()),
    )
    purchase_fields.register()
    coupon_fields.register()


def _held() -> Iterable[MemberField]:
    yield MemberField(
        field=field_of("member.tier", Type.CHOICE),
        wording=Wording(
            label=_("tier"),
            group=_HOLDS,
            choices=_tiers,
            hint=_("As their last purchase or the last night left it."),
        ),
        sql="ti.code",
        joins=("account", "tier"),
    )
    yield MemberField(
        field=field_of("tier.missing_amount", Type.AMOUNT),
        wording=Wording(
            label=_("spending missing to the next tier"),
            group=_HOLDS,
            show=_amount,
            hint=_(
                "As their last purchase or the last night left it. Nobody whose next tier asks for "
                "more than that and one more order."
            ),
        ),
        sql=_MISSING,
        joins=("account", "tier"),
    )


def _points() -> Iterable[MemberField]:
    yield MemberField(
        field=field_of("points.available", Type.INTEGER, least=0),
        wording=Wording(label=_("points available"), group=_HOLDS),
        sql=_USABLE,
        joins=("account",),
    )
    yield MemberField(
        field=field_of("points.lapsing", Type.INTEGER, least=0, days=Days()),
        wording=Wording(
            label=_("points that lapse"),
            group=_HOLDS,
            window=_within,
        ),
        sql="{s}.points",
        source="lapsing",
        missing=0,
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
        sql="clv.value",
        joins=("clv",),
    )


def _bought() -> Iterable[MemberField]:
    yield MemberField(
        field=field_of("spend.total", Type.AMOUNT, days=Days()),
        wording=Wording(
            label=_("spent"), group=_BUYS, show=_amount, hint=_("Less what came back.")
        ),
        sql="{s}.net_amount",
        source="orders",
        missing=0,
    )
    yield MemberField(
        field=field_of("spend.year", Type.AMOUNT),
        wording=Wording(
            label=_("spent in the last 365 days"),
            group=_BUYS,
            show=_amount,
            hint=_("Less what came back."),
        ),
        sql="{s}.net_amount",
        source="year",
        missing=0,
    )
    yield MemberField(
        field=field_of("spend.average", Type.AMOUNT, days=Days()),
        wording=Wording(
            label=_("spent per purchase"),
            group=_BUYS,
            show=_amount,
            hint=_("Rounded down. Who bought nothing has none."),
        ),
        sql="({s}.net_amount / {s}.orders_count)",
        source="orders",
    )


def _within(days: int) -> str:
    return ngettext("within a day", "within %(days)s days", days) % {"days": days}


def _amount(value: int) -> str:
    return money.text(value, amount_fields.currency(), short=True)


def _tiers() -> Choices:
    return [(tier.code, tier.name) for tier in Tier.objects.order_by("rank")]
