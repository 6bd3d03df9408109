"""An offer in words: what it does, to which carts, with which others, how often, until when."""

from collections.abc import Collection

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from campaigns.admin.offer_effects import Teller, pieces
from campaigns.models import Offer
from campaigns.selectors.offer_uses import Standing
from loyalty.admin import coupon_sentences
from loyalty.models import Stacking
from members.admin import condition_problems, condition_sentences
from members.models import Store
from members.rules.conditions import BadCondition

# More stores than these are counted, not listed.
MOST_STORES = 3
# Prices of pieces: their times are pieces.
_PRICES = (Offer.Kind.LIMITED_PRICE, Offer.Kind.MEMBER_PRICE)
# What a stepped offer says at each step.
_STEPPED = (Offer.Kind.STEPPED, Offer.Kind.GIFT)


def whole(
    offer: Offer,
    teller: Teller | None = None,
    *,
    stores: Collection[Store] | None = None,
    standing: Standing | None = None,
) -> str:
    """All that decides what the offer does: `Spend ¥100, save ¥20, if the item is of category
    skincare. Only in Jing'an. With others. At most 1 per member. Budget ¥10,000, ¥9,420 left.`

    `teller` is shared by the offers of a page; `stores` stand for those of an offer that isn't
    saved; `standing` is what is left of its budget and count.
    """
    teller = teller or Teller()
    parts = (
        rule(offer, teller, stores=stores, standing=standing),
        _budget(offer, teller, standing),
        period(offer),
    )
    return " ".join(part for part in parts if part)


def rule(
    offer: Offer,
    teller: Teller | None = None,
    *,
    stores: Collection[Store] | None = None,
    standing: Standing | None = None,
) -> str:
    """The whole but for budget and period, which lists show beside it."""
    teller = teller or Teller()
    live_in = list(offer.stores.all()) if stores is None else list(stores)
    counted = () if offer.kind == Offer.Kind.MULTIPLIER else (together(offer),)
    parts = (
        brief(offer, teller),
        _times(offer),
        _pilot(live_in),
        *counted,
        _limits(offer, standing),
    )
    return " ".join(part for part in parts if part)


def brief(offer: Offer, teller: Teller | None = None) -> str:
    """What it does and to which carts: for lists where the rest is no matter."""
    teller = teller or Teller()
    return " ".join(part for part in (_head(offer, teller), _threshold(offer, teller)) if part)


def together(offer: Offer) -> str:
    """Which discounts it goes with."""
    if offer.stacking == Stacking.EXCLUSIVE:
        return _("Alone: no other discount goes with it.")
    if offer.stacking == Stacking.BEST_OF:
        group = {"group": offer.stacking_group}
        return _("Of the group “%(group)s” only the best one counts.") % group
    return _("Goes with others.")


def period(offer: Offer) -> str:
    """`Valid from 1 Mar 2026 through 31 Mar 2026.`; empty while nobody said since when."""
    if offer.valid_from is None:
        return ""
    text = coupon_sentences.between(offer.valid_from, offer.valid_until)
    return pgettext("the end of a sentence", "%(sentence)s.") % {"sentence": capfirst(text)}


def _head(offer: Offer, teller: Teller) -> str:
    effect = teller.effect(offer)
    try:
        condition = teller.condition(offer.condition)
    except BadCondition as problem:
        values = {"effect": effect, "problem": condition_problems.text(problem)}
        return _("%(effect)s. Its scope must be mended: %(problem)s") % values
    if not condition:
        return _("%(effect)s.") % {"effect": effect}
    return _("%(effect)s, if %(condition)s.") % {"effect": effect, "condition": condition}


def _threshold(offer: Offer, teller: Teller) -> str:
    if offer.kind in _STEPPED:
        return ""
    values = {
        "amount": teller.amount(offer.min_amount),
        "pieces": pieces(offer.min_quantity),
    }
    if offer.min_amount and offer.min_quantity:
        return _("Only from %(amount)s and %(pieces)s of these goods on.") % values
    if offer.min_amount:
        return _("Only from %(amount)s of these goods on.") % values
    if offer.min_quantity:
        return _("Only from %(pieces)s of these goods on.") % values
    return ""


def _times(offer: Offer) -> str:
    if not offer.max_times:
        return ""
    if offer.kind in _PRICES:
        return _("At most %(pieces)s per purchase.") % {"pieces": pieces(offer.max_times)}
    text = ngettext(
        "At most %(count)s time per purchase.",
        "At most %(count)s times per purchase.",
        offer.max_times,
    )
    return text % {"count": f"{offer.max_times:,}"}


def _pilot(stores: Collection[Store]) -> str:
    if not stores:
        return ""
    if len(stores) > MOST_STORES:
        return _("Only in %(count)s pilot stores.") % {"count": f"{len(stores):,}"}
    names = condition_sentences.both([store.name for store in stores])
    return _("Only in %(stores)s.") % {"stores": names}


def _limits(offer: Offer, standing: Standing | None) -> str:
    limits = (
        (offer.limit_member, _("%(count)s per member")),
        (offer.limit_member_day, _("%(count)s per member and day")),
        (offer.limit_count, _("%(count)s in all")),
    )
    told = [text % {"count": f"{limit:,}"} for limit, text in limits if limit is not None]
    if not told:
        return ""
    values = {"limits": condition_sentences.both(told)}
    left = None if standing is None or offer.limit_count is None else standing.left_count
    if left is None:
        return _("Purchases at most: %(limits)s.") % values
    return _("Purchases at most: %(limits)s, %(left)s left.") % {**values, "left": f"{left:,}"}


def _budget(offer: Offer, teller: Teller, standing: Standing | None) -> str:
    if offer.budget_amount is None:
        return ""
    values = {"budget": teller.amount(offer.budget_amount)}
    if standing is None or standing.left_amount is None:
        return _("Budget %(budget)s.") % values
    left = teller.amount(standing.left_amount)
    return _("Budget %(budget)s, %(left)s left.") % {**values, "left": left}
