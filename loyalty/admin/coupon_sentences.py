"""A coupon type in words: what it is worth, on what, until when, and how many there are.

Every piece is a pattern of its own, so that a translator can turn the order of words.
"""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from loyalty.admin import cart_fields
from loyalty.models import CouponType
from loyalty.models.stacking import Stacking
from loyalty.rules import calendar, money
from loyalty.services import programs
from members.admin import condition_problems, condition_sentences
from members.models import Store
from members.registry.fields import Words
from members.rules import conditions
from members.rules.conditions import BadCondition

_Kind = CouponType.Kind
_WHOLE = 10_000


def whole(
    coupon_type: CouponType, said: Words | None = None, stores: Collection[Store] | None = None
) -> str:
    """`¥20 off from ¥100 on if the item is of category skincare; 30 days from the day after the
    claim; one per member; 1,000 in all.`

    `said` is shared by the types of a page; `stores` stand for those of a type that isn't saved.
    """
    said = said or Words(cart_fields.VOCABULARY)
    valid_in = list(coupon_type.stores.all()) if stores is None else list(stores)
    parts = (
        head(coupon_type, said),
        places(valid_in),
        validity(coupon_type),
        _claims(coupon_type),
        *_limits(coupon_type),
        stacking(coupon_type.stacking, coupon_type.stacking_group),
    )
    told = _joined([part for part in parts if part])
    return pgettext("the end of a sentence", "%(sentence)s.") % {"sentence": told}


def head(coupon_type: CouponType, said: Words | None = None) -> str:
    """What it gives, from which spend on and on what: `¥20 off from ¥100 on if …`"""
    told = {
        "worth": worth(coupon_type),
        "amount": _money(coupon_type.min_spend_amount or 0),
        "condition": condition(coupon_type, said or Words(cart_fields.VOCABULARY)),
    }
    if coupon_type.min_spend_amount and told["condition"]:
        return _("%(worth)s from %(amount)s on if %(condition)s") % told
    if coupon_type.min_spend_amount:
        return _("%(worth)s from %(amount)s on") % told
    if told["condition"]:
        return _("%(worth)s if %(condition)s") % told
    return told["worth"]


def worth(coupon_type: CouponType) -> str:
    """What it takes off or gives, in a few words: `¥20 off`, `20% off, at most ¥50`."""
    kind = coupon_type.kind
    if kind == _Kind.MONEY_OFF:
        return _("%(amount)s off") % {"amount": _money(coupon_type.amount or 0)}
    if kind == _Kind.PERCENT_OFF:
        return _percent(coupon_type)
    if kind == _Kind.GIFT:
        return _pieces_of_gift(coupon_type)
    if kind == _Kind.FREE_SHIPPING:
        return _("Free shipping")
    if kind == _Kind.EXCHANGE:
        return _exchange(coupon_type)
    factor = decimal(coupon_type.multiplier_percent or 0)
    return _("Points × %(factor)s") % {"factor": factor}


def condition(coupon_type: CouponType, said: Words) -> str:
    """The scope in words; empty where it is everything, and what is wrong with a bad one."""
    try:
        parsed = conditions.parse(coupon_type.condition or {}, said.vocabulary.fields)
    except BadCondition as problem:
        return condition_problems.text(problem)
    return condition_sentences.sentence(parsed, said)


def validity(coupon_type: CouponType) -> str:
    """`30 days from the day after the claim`, `valid from 1 Mar 2026 through 31 Mar 2026`"""
    if coupon_type.validity == CouponType.Validity.DAYS:
        return _days(coupon_type.valid_days or 0, starts_at_once=coupon_type.starts_at_once)
    return between(coupon_type.valid_from, coupon_type.valid_until)


def _days(days: int, *, starts_at_once: bool) -> str:
    if starts_at_once:
        text = ngettext(
            "from the claim through %(count)s day after it",
            "from the claim through %(count)s days after it",
            days,
        )
    else:
        text = ngettext(
            "%(count)s day from the day after the claim",
            "%(count)s days from the day after the claim",
            days,
        )
    return text % {"count": f"{days:,}"}


def between(start: datetime | None, end: datetime | None) -> str:
    """When it holds, in the shop's time; an end at midnight by the last day before it."""
    if start and end:
        return _("valid from %(start)s %(end)s") % {"start": moment(start), "end": until(end)}
    if start:
        return _("valid from %(start)s on") % {"start": moment(start)}
    if end:
        return _("valid %(end)s") % {"end": until(end)}
    return _("valid without an end")


def until(end: datetime) -> str:
    """`through 31 Mar 2026`, or `until 31 Mar 2026, 18:00`; the end itself is outside."""
    local = localtime(end)
    if not (local.hour or local.minute):
        day = calendar.last_day(end, get_current_timezone())
        return _("through %(day)s") % {"day": date_format(day, "DATE_FORMAT")}
    return _("until %(moment)s") % {"moment": date_format(local, "DATETIME_FORMAT")}


def moment(start: datetime) -> str:
    """A day, with the hour where it isn't midnight."""
    local = localtime(start)
    has_hour = local.hour or local.minute
    return date_format(local, "DATETIME_FORMAT" if has_hour else "DATE_FORMAT")


def places(stores: Collection[Store]) -> str:
    """`only in Jing'an and Sanlitun`; empty for all stores."""
    if not stores:
        return ""
    names = condition_sentences.both([store.name for store in stores])
    return _("only in %(stores)s") % {"stores": names}


def stacking(mode: str, group: str) -> str:
    """How it goes with other discounts, where it does not go with all."""
    if mode == Stacking.EXCLUSIVE:
        return _("not together with other discounts")
    if mode == Stacking.BEST_OF:
        return _("only the best of the group “%(group)s” counts") % {"group": group}
    return ""


def terms(coupon_type: CouponType) -> list[str]:
    """What else staff need to know of a type: each line a sentence."""
    told = [
        _("Members claim it in the app and mini-program.")
        if coupon_type.is_claimable
        else _("Staff, batches and offers give it; members can't claim it."),
        _("It may be given to a friend.")
        if coupon_type.is_transferable
        else _("It can't be given to a friend."),
        _("It comes back with a full refund, if it still holds.")
        if coupon_type.returns_on_refund
        else _("It does not come back with a refund."),
    ]
    minutes = coupon_type.lock_minutes
    text = ngettext(
        "A checkout keeps it aside for %(count)s minute.",
        "A checkout keeps it aside for %(count)s minutes.",
        minutes,
    )
    return [*told, text % {"count": minutes}]


def decimal(hundredths: int) -> str:
    """`12.5` for 1250 hundredths, `20` for 2000."""
    return f"{(Decimal(hundredths) / 100).normalize():f}"


def _percent(coupon_type: CouponType) -> str:
    off = coupon_type.off_basis_points or 0
    told = off_text(off)
    if coupon_type.cap_amount is None:
        return told
    most = _money(coupon_type.cap_amount)
    return _("%(worth)s, at most %(amount)s") % {"worth": told, "amount": most}


def off_text(basis_points: int) -> str:
    """`20% off`; in Chinese by what is left of ten: 8折."""
    if basis_points >= _WHOLE:
        return _("free")
    if (get_language() or "zh").startswith("zh"):
        tenths = f"{(Decimal(_WHOLE - basis_points) / 1_000).normalize():f}"
        return pgettext("what is left of ten parts, as Chinese tells", "%(tenths)s tenths") % {
            "tenths": tenths
        }
    return _("%(percent)s%% off") % {"percent": decimal(basis_points)}


def _pieces_of_gift(coupon_type: CouponType) -> str:
    pieces = coupon_type.quantity or 1
    told = {"sku": coupon_type.gift_sku, "count": f"{pieces:,}"}
    if pieces == 1:
        return _("%(sku)s as a gift") % told
    return _("%(count)s × %(sku)s as a gift") % told


def _exchange(coupon_type: CouponType) -> str:
    pieces = coupon_type.quantity or 1
    told = {"count": f"{pieces:,}", "amount": _money(coupon_type.amount or 0)}
    if coupon_type.amount:
        text = ngettext(
            "%(count)s piece for %(amount)s", "Up to %(count)s pieces for %(amount)s each", pieces
        )
        return text % told
    return ngettext("%(count)s piece for free", "Up to %(count)s pieces for free", pieces) % told


def _claims(coupon_type: CouponType) -> str:
    """How members come by it, where they do by themselves."""
    told = []
    if coupon_type.public_code:
        told.append(_("with the code %(code)s") % {"code": coupon_type.public_code})
    if coupon_type.is_claimable:
        told.append(_claimed_when(coupon_type))
    return _joined(told)


def _claimed_when(coupon_type: CouponType) -> str:
    start, end = coupon_type.claim_from, coupon_type.claim_until
    if start and end:
        return _("claimed by members from %(start)s %(end)s") % {
            "start": moment(start),
            "end": until(end),
        }
    if start:
        return _("claimed by members from %(start)s on") % {"start": moment(start)}
    if end:
        return _("claimed by members %(end)s") % {"end": until(end)}
    return _("claimed by members")


def _limits(coupon_type: CouponType) -> list[str]:
    """How many, per member and in all."""
    each, daily = coupon_type.limit_member, coupon_type.limit_member_day
    told = []
    if each is not None:
        told.append(_("one per member") if each == 1 else _per_member(each))
    if daily is not None:
        text = _("%(count)s per member and day")
        told.append(_("one per member and day") if daily == 1 else text % {"count": f"{daily:,}"})
    if coupon_type.stock_count is not None:
        told.append(
            pgettext("coupons", "%(count)s in all") % {"count": f"{coupon_type.stock_count:,}"}
        )
    if coupon_type.budget_amount is not None:
        told.append(_("budget %(amount)s") % {"amount": _money(coupon_type.budget_amount)})
    return told


def _per_member(count: int) -> str:
    return _("%(count)s per member") % {"count": f"{count:,}"}


def _joined(parts: Collection[str]) -> str:
    return pgettext("between the parts of a sentence", "; ").join(parts)


def _money(amount: int) -> str:
    return money.text(amount, programs.kept().currency, short=True)
