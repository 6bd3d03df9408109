"""A referral programme in words: what recommending brings, to whom, when, and how often.

Every piece is a pattern of its own, so that a translator can turn the order of words.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from loyalty.admin import coupon_sentences, words
from loyalty.models import Prize, PrizeWhat, ReferralBoost, ReferralPrize, ReferralProgram
from loyalty.rules import money
from loyalty.services import programs
from members.models import ApprovalRequest

_Moment, _Side = ReferralPrize.Moment, ReferralPrize.Side


def whole(program: ReferralProgram) -> list[str]:
    """Each line a sentence: registration, first order, ladder, who gets more, limits."""
    prizes = sorted(program.prizes.all(), key=lambda one: (one.step or 0, one.pk))
    told = [
        *_moments(program, prizes),
        *_ladder(program, prizes),
        *(_boost(one) for one in program.boosts.all()),
        _claims(program),
    ]
    if program.limit_month is not None:
        text = ngettext(
            "At most %(count)s friend of a member brings prizes in a month.",
            "At most %(count)s friends of a member bring prizes in a month.",
            program.limit_month,
        )
        told.append(text % {"count": f"{program.limit_month:,}"})
    if program.valid_from or program.valid_until:
        when = coupon_sentences.between(program.valid_from, program.valid_until)
        told.append(_("Friends are recommended: %(when)s.") % {"when": when})
    return told


def prize(one: Prize) -> str:
    """What it gives, in a few words: `50 points`, `2 × 10 yuan off`, `Gold for 30 days`."""
    if one.what == PrizeWhat.POINTS:
        return words.points(one.points)
    thing = {
        PrizeWhat.COUPON: one.coupon_type,
        PrizeWhat.TIER: one.tier,
        PrizeWhat.BENEFIT: one.benefit,
        PrizeWhat.BADGE: one.badge,
    }[PrizeWhat(one.what)]
    told = thing.name if thing is not None else str(one.get_what_display())
    if one.what in (PrizeWhat.COUPON, PrizeWhat.BENEFIT) and one.count > 1:
        told = _("%(count)s × %(thing)s") % {"count": f"{one.count:,}", "thing": told}
    if one.days and one.what in (PrizeWhat.TIER, PrizeWhat.BENEFIT):
        text = ngettext("%(thing)s for %(count)s day", "%(thing)s for %(count)s days", one.days)
        return text % {"thing": told, "count": f"{one.days:,}"}
    return told


def request(asked: ApprovalRequest) -> list[str]:
    """The programme as its sentences, for the one who decides."""
    found = ReferralProgram.objects.filter(pk=asked.target_id).first()
    return [] if found is None else [found.name, *whole(found)]


def _moments(program: ReferralProgram, prizes: list[ReferralPrize]) -> Iterable[str]:
    for moment, side in (
        (_Moment.REGISTRATION, _Side.REFERRER),
        (_Moment.REGISTRATION, _Side.FRIEND),
        (_Moment.FIRST_ORDER, _Side.REFERRER),
        (_Moment.FIRST_ORDER, _Side.FRIEND),
    ):
        found = [prize(one) for one in prizes if (one.moment, one.side) == (moment, side)]
        if found:
            yield _pattern(moment, side) % {"prizes": _list(found), **_order(program)}


def _pattern(moment: str, side: str) -> str:
    if moment == _Moment.REGISTRATION:
        if side == _Side.REFERRER:
            return _("Who recommends gets %(prizes)s when the friend's phone is verified.")
        return _("The friend gets %(prizes)s when their phone is verified.")
    if side == _Side.REFERRER:
        return _("Who recommends gets %(prizes)s for the friend's first order%(from)s%(after)s.")
    return _("The friend gets %(prizes)s for their first order%(from)s%(after)s.")


def _order(program: ReferralProgram) -> dict[str, str]:
    least, days = program.min_order_amount, program.maturity_days
    currency = programs.kept().currency
    after = ngettext(", %(count)s day after it", ", %(count)s days after it", days)
    return {
        "from": _(" from %(amount)s on") % {"amount": money.text(least, currency, short=True)}
        if least
        else "",
        "after": after % {"count": f"{days:,}"} if days else "",
    }


def _ladder(program: ReferralProgram, prizes: list[ReferralPrize]) -> Iterable[str]:
    steps: dict[int, list[str]] = {}
    for one in prizes:
        if one.moment == _Moment.LADDER:
            steps.setdefault(one.step or 0, []).append(prize(one))
    if not steps:
        return
    is_registration = program.ladder_basis == ReferralProgram.Basis.REGISTRATION
    for step, found in sorted(steps.items()):
        if is_registration:
            text = ngettext(
                "With %(count)s friend whose phone is verified: %(prizes)s.",
                "With %(count)s friends whose phones are verified: %(prizes)s.",
                step,
            )
        else:
            text = ngettext(
                "With %(count)s friend whose first order has matured: %(prizes)s.",
                "With %(count)s friends whose first orders have matured: %(prizes)s.",
                step,
            )
        yield text % {"count": f"{step:,}", "prizes": _list(found)}


def _boost(one: ReferralBoost) -> str:
    factor = coupon_sentences.decimal(one.percent)
    return _("Who bears the tag %(tag)s gets points and coupons × %(factor)s.") % {
        "tag": one.tag.name,
        "factor": factor,
    }


def _claims(program: ReferralProgram) -> str:
    days = program.claim_days
    text = ngettext(
        "A friend names who recommended them when they join, or within %(count)s day.",
        "A friend names who recommended them when they join, or within %(count)s days.",
        days,
    )
    return text % {"count": f"{days:,}"}


def _list(parts: list[str]) -> str:
    return pgettext("between things of a list", " and ").join(parts)


def guards(program: ReferralProgram) -> list[str]:
    """What is looked at before it brings anything, and how many invitations are kept."""
    always = _(
        "Reviewed first: one phone, device or payment card on both sides, recommendations that "
        "lead back to the beginning, and friends who bought here before."
    )
    return [always, *_limits(program)]


def _limits(program: ReferralProgram) -> Iterable[str]:
    if program.device_limit is not None:
        text = ngettext(
            "After %(count)s friend from one device the next ones are reviewed first.",
            "After %(count)s friends from one device the next ones are reviewed first.",
            program.device_limit,
        )
        yield text % {"count": f"{program.device_limit:,}"}
    if program.hour_limit is not None:
        text = ngettext(
            "After %(count)s friend of one member in an hour the next ones are reviewed first.",
            "After %(count)s friends of one member in an hour the next ones are reviewed first.",
            program.hour_limit,
        )
        yield text % {"count": f"{program.hour_limit:,}"}
    text = ngettext(
        "%(count)s invitation of a member in a day is kept.",
        "%(count)s invitations of a member in a day are kept.",
        program.invitations_day,
    )
    yield text % {"count": f"{program.invitations_day:,}"}
