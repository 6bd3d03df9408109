"""A reward in words: what it costs, who may have how many, until when, and where it is picked up.

Every piece is a pattern of its own, so that a translator can turn the order of words.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from loyalty.admin import coupon_sentences, words
from loyalty.models import Reward, RewardTier
from loyalty.rules import money
from loyalty.services import programs
from members.admin import condition_sentences

_Every = Reward.Every


def whole(reward: Reward) -> str:
    """`Goods for 300 points and ¥20; at most 2 per member in a month; 100 pieces in all.`"""
    parts = [cost(reward), _limit(reward.limit_member, reward.limit_every), *_stock(reward)]
    told = _joined(part for part in parts if part)
    return pgettext("the end of a sentence", "%(sentence)s.") % {"sentence": told}


def cost(reward: Reward) -> str:
    told = {"kind": reward.get_kind_display(), "price": price(reward)}
    return _("%(kind)s for %(price)s") % told


def price(reward: Reward, points: int | None = None) -> str:
    """`300 points + ¥20`"""
    shown = words.points(points or reward.price_points)
    if not reward.price_amount:
        return shown
    currency = programs.kept().currency
    return f"{shown} + {money.text(reward.price_amount, currency, short=True)}"


def terms(reward: Reward) -> list[str]:
    """What else holds, a line each."""
    lines = [_tier(reward, one) for one in reward.tiers.select_related("tier").order_by("tier")]
    if reward.valid_from or reward.valid_until:
        lines.append(coupon_sentences.between(reward.valid_from, reward.valid_until))
    if reward.coupon_type is not None:
        told = {"coupon": reward.coupon_type.name}
        lines.append(_("The coupon “%(coupon)s” is given at once") % told)
    if reward.kind not in (Reward.Kind.COUPON, Reward.Kind.DONATION):
        lines += _pick_up(reward)
    if reward.price_amount:
        text = ngettext(
            "%(count)s minute to pay", "%(count)s minutes to pay", reward.payment_minutes
        )
        lines.append(text % {"count": f"{reward.payment_minutes:,}"})
    return lines


def _tier(reward: Reward, row: RewardTier) -> str:
    told = _("%(tier)s: %(price)s") % {
        "tier": row.tier.name,
        "price": price(reward, row.price_points),
    }
    limit = _limit(row.limit_member, reward.limit_every)
    return _joined([told, limit]) if limit else told


def _pick_up(reward: Reward) -> Iterable[str]:
    names = [store.name for store in reward.stores.all()]
    yield (
        _("Picked up in %(stores)s") % {"stores": condition_sentences.both(names)}
        if names
        else _("Picked up in any store")
    )
    text = ngettext(
        "kept for %(count)s day, then the points come back",
        "kept for %(count)s days, then the points come back",
        reward.pickup_days,
    )
    if not reward.returns_points:
        text = ngettext(
            "kept for %(count)s day, then the points are lost",
            "kept for %(count)s days, then the points are lost",
            reward.pickup_days,
        )
    yield text % {"count": f"{reward.pickup_days:,}"}


def _limit(limit: int | None, every: str) -> str:
    if limit is None:
        return ""
    text = {
        _Every.DAY: _("at most %(count)s per member in a day"),
        _Every.MONTH: _("at most %(count)s per member in a month"),
        _Every.YEAR: _("at most %(count)s per member in a year"),
    }.get(_Every(every), _("at most %(count)s per member"))
    return text % {"count": f"{limit:,}"}


def _stock(reward: Reward) -> Iterable[str]:
    if reward.stock_count is not None:
        text = ngettext("%(count)s piece in all", "%(count)s pieces in all", reward.stock_count)
        yield text % {"count": f"{reward.stock_count:,}"}


def _joined(parts: Iterable[str]) -> str:
    return pgettext("between parts of a sentence", "; ").join(parts)
