"""A tier as sentences: who reaches it, what it gives, how it ends."""

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty.admin import words
from loyalty.models import Tier
from loyalty.rules import money


def needs(tier: Tier) -> str:
    """What a member must reach: `From ¥3,000 net and 5 orders, or for 1,000 points.`"""
    parts = [_by_figures(tier)]
    if tier.price_points is not None:
        parts.append(_("or for %(points)s") % {"points": words.points(tier.price_points)})
    return capfirst(", ".join(part for part in parts if part))


def gives(tier: Tier) -> str:
    """`Points × 1.5, 500 points on the upgrade, never taken away`"""
    parts = [_("points × %(factor)s") % {"factor": f"{tier.coefficient_percent / 100:g}"}]
    if tier.gift_points:
        gift = words.points(tier.gift_points)
        parts.append(_("%(points)s as a gift on the upgrade") % {"points": gift})
    if tier.never_downgrade:
        parts.append(_("never taken away"))
    return capfirst(", ".join(parts))


def _by_figures(tier: Tier) -> str:
    if tier.is_invite_only:
        return _("by invitation only")
    reached = _reached(tier)
    limit = _limit(tier)
    if limit:
        return (
            _("%(limit)s of those %(reached)s") % {"limit": limit, "reached": reached}
            if (reached)
            else limit
        )
    if reached:
        return reached
    return _("everyone starts here") if tier.rank == 0 else _("by hand only")


def _reached(tier: Tier) -> str:
    things = list(_things(tier))
    if not things:
        return ""
    link = _(" and ") if tier.match == Tier.Match.ALL else _(" or ")
    return _("from %(things)s") % {"things": link.join(things)}


def _things(tier: Tier) -> list[str]:
    currency, things = tier.program.currency, []
    if tier.spend_amount:
        amount = money.text(tier.spend_amount, currency, short=True)
        things.append(_("%(amount)s net") % {"amount": amount})
    if tier.orders_count:
        things.append(words.orders(tier.orders_count))
    if tier.qualifying_points:
        things.append(
            ngettext(
                "%(count)s qualifying point", "%(count)s qualifying points", tier.qualifying_points
            )
            % {"count": f"{tier.qualifying_points:,}"}
        )
    if tier.clv_amount:
        amount = money.text(tier.clv_amount, currency, short=True)
        things.append(_("%(amount)s lifetime value") % {"amount": amount})
    return things


def _limit(tier: Tier) -> str:
    """`the best 1 %`, `the best 100 members`"""
    parts = []
    if tier.cap_percent is not None:
        parts.append(_("the best %(percent)s %%") % {"percent": f"{float(tier.cap_percent):g}"})
    if tier.cap_count is not None:
        members = ngettext(
            "the best %(count)s member", "the best %(count)s members", tier.cap_count
        )
        parts.append(members % {"count": f"{tier.cap_count:,}"})
    return _(", at most ").join(parts)
