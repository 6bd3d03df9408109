"""What segments and rules of tags may ask about a member's coupons."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from loyalty.models import CouponType
from members.admin.member_fields import field_of
from members.registry import member_fields
from members.registry.fields import Choices, Wording
from members.registry.member_fields import MemberField
from members.rules.conditions import Codes, Days, Type

_HAS = _("Coupons")
_COUNTED = """
SELECT co.member_id, count(*) AS coupons_count FROM loyalty_coupon co
JOIN loyalty_coupontype ct ON ct.id = co.type_id
WHERE co.member_id IS NOT NULL AND {test} AND {{of[ct.code]}} AND {{whose[co.member_id]}}
GROUP BY co.member_id"""
# A lock lasts minutes; who holds a coupon holds it meanwhile. No job need have run.
_HELD = "co.state IN ('CLAIMED', 'LOCKED') AND (co.expires_at IS NULL OR co.expires_at > %(at)s)"
SOURCES = {
    "coupons_held": _COUNTED.format(test=_HELD),
    "coupons_redeemed": _COUNTED.format(test="co.state = 'REDEEMED' AND {window[co.redeemed_at]}"),
}


def register() -> None:
    """Called with the fields of points and tier."""
    member_fields.add(_fields(), sources=SOURCES)


def _fields() -> Iterable[MemberField]:
    yield MemberField(
        field=field_of("coupons.held", Type.INTEGER, least=0, of=Codes()),
        wording=Wording(label=_("coupons held"), group=_HAS, of_choices=_types),
        sql="{s}.coupons_count",
        source="coupons_held",
        missing=0,
    )
    yield MemberField(
        field=field_of("coupons.redeemed", Type.INTEGER, least=0, days=Days(), of=Codes()),
        wording=Wording(label=_("coupons used"), group=_HAS, of_choices=_types),
        sql="{s}.coupons_count",
        source="coupons_redeemed",
        missing=0,
    )


def _types() -> Choices:
    rows = CouponType.objects.order_by("code")[: member_fields.MOST_CHOICES]
    return [(row.code, row.name) for row in rows]
