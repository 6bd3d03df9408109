"""A benefit in words: what it brings, to whom, how often, and what else holds.

Every piece is a pattern of its own, so that a translator can turn the order of words.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from loyalty.admin import coupon_sentences
from loyalty.models import Benefit, BenefitRule
from loyalty.rules import money
from loyalty.services import programs

_Kind = Benefit.Kind
_Every = Benefit.Every


def whole(benefit: Benefit, rules: Iterable[BenefitRule] | None = None) -> str:
    """`5% off from ¥50 on; for members of the tier Gold, 2 a month.` `rules` stand for those of a
    benefit that isn't saved."""
    told = [worth(benefit), audience(benefit, rules), *_conditions(benefit)]
    joined = pgettext("between parts of a sentence", "; ").join(part for part in told if part)
    return pgettext("the end of a sentence", "%(sentence)s.") % {"sentence": joined}


def worth(benefit: Benefit) -> str:
    """What it brings, in a few words."""
    told = _thing(benefit)
    if not benefit.min_spend_amount:
        return told
    amount = money.text(benefit.min_spend_amount, programs.kept().currency)
    return _("%(worth)s from %(amount)s on") % {"worth": told, "amount": amount}


def _thing(benefit: Benefit) -> str:
    if benefit.coupon_type is not None:
        return _("coupons: %(type)s") % {"type": benefit.coupon_type.name}
    if benefit.kind == _Kind.DISCOUNT:
        return coupon_sentences.off_text(benefit.off_basis_points)
    if benefit.kind == _Kind.FREE_SHIPPING:
        return _("Free shipping")
    if benefit.kind == _Kind.GOODS and benefit.gift_sku:
        return _("gift: %(sku)s") % {"sku": benefit.gift_sku}
    if benefit.kind == _Kind.IDENTITY and benefit.badge is not None:
        return _("the badge %(name)s") % {"name": benefit.badge.name}
    return str(benefit.get_kind_display())


def audience(benefit: Benefit, rules: Iterable[BenefitRule] | None = None) -> str:
    """For whom, and how often each."""
    rows = list(benefit.rules.all()) if rules is None else list(rules)
    if not rows:
        return _("for nobody by itself: it is given by hand, as a prize or by a campaign")
    told = [who(row, benefit) for row in rows]
    return pgettext("between groups of members", ", ").join(told)


def who(rule: BenefitRule, benefit: Benefit) -> str:
    """`members of the tier Gold, 2 a month`."""
    values = {"who": _group(rule), "often": often(rule.quota, benefit.every)}
    return _("%(who)s: %(often)s") % values


def _group(rule: BenefitRule) -> str:
    if rule.audience == BenefitRule.Audience.TIER and rule.tier is not None:
        return _("members of the tier %(name)s") % {"name": rule.tier.name}
    if rule.audience == BenefitRule.Audience.TAG and rule.tag is not None:
        return _("members with the tag %(name)s") % {"name": rule.tag.name}
    return _("every member")


def often(quota: int | None, every: str) -> str:
    """`2 times a month`."""
    if quota is None:
        return _("without a limit")
    return _TIMES[_Every(every)](quota) % {"count": quota}


_TIMES = {
    _Every.NEVER: lambda n: ngettext("%(count)s time in all", "%(count)s times in all", n),
    _Every.DAY: lambda n: ngettext("%(count)s time a day", "%(count)s times a day", n),
    _Every.WEEK: lambda n: ngettext("%(count)s time a week", "%(count)s times a week", n),
    _Every.MONTH: lambda n: ngettext("%(count)s time a month", "%(count)s times a month", n),
    _Every.QUARTER: lambda n: ngettext("%(count)s time a quarter", "%(count)s times a quarter", n),
    _Every.YEAR: lambda n: ngettext("%(count)s time a year", "%(count)s times a year", n),
}


def _conditions(benefit: Benefit) -> list[str]:
    stores = list(benefit.stores.all()) if benefit.pk else []
    return [
        _("in the month of the birthday") if benefit.in_birthday_month else "",
        _cap(benefit),
        _claim(benefit),
        coupon_sentences.places(stores),
        coupon_sentences.between(benefit.valid_from, benefit.valid_until)
        if benefit.valid_from or benefit.valid_until
        else "",
    ]


def _cap(benefit: Benefit) -> str:
    told = []
    if benefit.cap_percent is not None:
        told.append(
            _("%(percent)s%% of active members") % {"percent": f"{float(benefit.cap_percent):g}"}
        )
    if benefit.cap_count is not None:
        members = ngettext("%(count)s member", "%(count)s members", benefit.cap_count)
        told.append(members % {"count": f"{benefit.cap_count:,}"})
    if not told:
        return ""
    return _("for the best of them by spend: %(most)s at most") % {"most": " / ".join(told)}


def _claim(benefit: Benefit) -> str:
    if benefit.giving != Benefit.Giving.CLAIMED:
        return ""
    if benefit.claim_days is None:
        return _("claimed by the member, then usable to the end of the period")
    days = ngettext(
        "claimed by the member, then usable for %(count)s day",
        "claimed by the member, then usable for %(count)s days",
        benefit.claim_days,
    )
    return days % {"count": benefit.claim_days}
