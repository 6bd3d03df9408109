"""Coupons in words that a shop's page can show, in the reader's language."""

from django.utils.translation import gettext, ngettext

from loyalty.admin import cart_fields, coupon_sentences
from loyalty.models import CouponType
from loyalty.selectors.coupon_lists import Claimable
from members.registry.fields import Words

# So many left are worth telling: it hurries nobody who needn't.
_FEW = 50


def said() -> Words:
    """For the coupons of a page: what their conditions name is read once."""
    return Words(cart_fields.VOCABULARY)


def describe(one: CouponType, words: Words | None = None) -> str:
    """What it gives: `¥20 off from ¥100 on`."""
    return coupon_sentences.head(one, words)


def left(found: Claimable) -> tuple[str, str]:
    """(PLENTY, FEW or NONE, the same in words)."""
    count = found.left_count
    if count is not None and count <= 0:
        return "NONE", gettext("All gone")
    if count is None or count > _FEW:
        return "PLENTY", gettext("Available")
    told = ngettext("Only %(count)s left", "Only %(count)s left", count)
    return "FEW", told % {"count": count}
