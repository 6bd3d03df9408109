"""A challenge in words: `Every third order within a month brings 200 points.`

Every piece is a pattern of its own, so that a translator can turn the order of words.
"""

from collections.abc import Iterable, Sequence

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from loyalty.admin import challenge_fields, coupon_sentences, referral_sentences
from loyalty.models import BehaviorRule, Challenge, ChallengePrize, Prize
from loyalty.rules import challenges as rules
from loyalty.rules import money
from loyalty.rules.challenges import Standing
from loyalty.services import programs
from members.admin import condition_problems, condition_sentences
from members.models import ApprovalRequest
from members.registry.fields import Words
from members.rules import conditions
from members.rules.conditions import BadCondition

_Counts, _Window = Challenge.Counts, Challenge.Window
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth",
    "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth",
)  # fmt: skip


def whole(challenge: Challenge, prizes: Sequence[ChallengePrize] | None = None) -> list[str]:
    """Each line a sentence: what brings what, which orders count, for whom, how often, when."""
    return [head(challenge, prizes), *terms(challenge)]


def head(challenge: Challenge, prizes: Sequence[ChallengePrize] | None = None) -> str:
    """What brings what; `prizes` stand for those of a challenge that isn't saved."""
    given = list(challenge.prizes.all()) if prizes is None else prizes
    told = [prize(one) for one in given]
    values = {
        "subject": subject(challenge),
        "prizes": condition_sentences.both(told) if told else _("nothing yet"),
    }
    return _pattern(challenge.window) % values


def prize(one: ChallengePrize) -> str:
    """`200 points`, `2 × 10 yuan off`, `Gold for 30 days`, `the badge “Regular”`."""
    if one.what == Prize.What.BADGE and one.badge is not None:
        return _("the badge “%(name)s”") % {"name": one.badge.name}
    return referral_sentences.prize(one)


def subject(challenge: Challenge) -> str:
    """`Every third order`, `¥1,000 spent`, `“Checks in” on 7 days in a row`."""
    target = challenge.target or 1
    if challenge.counts in (_Counts.ORDERS, _Counts.REPEAT_ORDERS):
        return _orders(challenge, target)
    told = _amounts(challenge, target)
    if not challenge.is_repeating or challenge.counts == _Counts.TIER:
        return told
    return _("Again and again: %(what)s") % {"what": told}


def _orders(challenge: Challenge, target: int) -> str:
    is_repeat = challenge.counts == _Counts.REPEAT_ORDERS
    if challenge.is_repeating and target == 1:
        return _("Every repeat order") if is_repeat else _("Every order")
    if challenge.is_repeating:
        text = _("Every %(nth)s repeat order") if is_repeat else _("Every %(nth)s order")
    else:
        text = _("The %(nth)s repeat order") if is_repeat else _("The %(nth)s order")
    return text % {"nth": _nth(target)}


def _amounts(challenge: Challenge, target: int) -> str:
    counts = challenge.counts
    told = {"count": f"{target:,}", "behavior": _behavior(challenge.behavior)}
    if counts == _Counts.SPEND:
        return _("%(amount)s spent") % {"amount": _money(target)}
    if counts == _Counts.PIECES:
        text = ngettext("%(count)s piece bought", "%(count)s pieces bought", target)
    elif counts == _Counts.FRIENDS:
        text = ngettext("%(count)s friend recommended", "%(count)s friends recommended", target)
    elif counts == _Counts.TIER:
        tier = challenge.tier.name if challenge.tier else "–"
        return _("Reaching %(tier)s for the first time") % {"tier": tier}
    elif challenge.is_streak:
        text = ngettext(
            "“%(behavior)s” on %(count)s day", "“%(behavior)s” on %(count)s days in a row", target
        )
    else:
        text = ngettext("“%(behavior)s” once", "“%(behavior)s” %(count)s times", target)
    return text % told


def _pattern(window: str) -> str:
    return {
        _Window.DAY: _("%(subject)s within a day brings %(prizes)s."),
        _Window.WEEK: _("%(subject)s within a week brings %(prizes)s."),
        _Window.MONTH: _("%(subject)s within a month brings %(prizes)s."),
        _Window.QUARTER: _("%(subject)s within a quarter brings %(prizes)s."),
        _Window.YEAR: _("%(subject)s within a year brings %(prizes)s."),
    }.get(_Window(window), _("%(subject)s brings %(prizes)s."))


def terms(challenge: Challenge) -> list[str]:
    """What else holds, each line a sentence."""
    told = [*_which_orders(challenge), *_for_whom(challenge)]
    if challenge.limit_times is not None:
        text = ngettext(
            "At most %(count)s time per member.",
            "At most %(count)s times per member.",
            challenge.limit_times,
        )
        told.append(text % {"count": f"{challenge.limit_times:,}"})
    if challenge.valid_from or challenge.valid_until:
        when = coupon_sentences.between(challenge.valid_from, challenge.valid_until)
        told.append(_("It counts what happens in its time: %(when)s.") % {"when": when})
    return told


def _which_orders(challenge: Challenge) -> Iterable[str]:
    if challenge.counts not in rules.OF_ORDERS:
        return
    if challenge.min_order_amount:
        amount = _money(challenge.min_order_amount)
        yield _("Orders count from %(amount)s on, after returns.") % {"amount": amount}
    asked = _condition(challenge)
    if asked:
        yield _("Counted: %(condition)s.") % {"condition": asked}
    yield _("What comes back is counted no more, and its prize is taken back.")


def _for_whom(challenge: Challenge) -> Iterable[str]:
    if challenge.for_tier:
        yield _("For members from %(tier)s on.") % {"tier": challenge.for_tier.name}
    if challenge.for_tag:
        yield _("For members with the tag “%(tag)s”.") % {"tag": challenge.for_tag.name}
    if challenge.needs_joining:
        yield _("Members join it first; it counts from then on.")
    if challenge.is_hidden:
        yield _("A surprise: members see it once they reached it.")


def _condition(challenge: Challenge) -> str:
    said = Words(challenge_fields.VOCABULARY)
    try:
        parsed = conditions.parse(challenge.condition or {}, said.vocabulary.fields)
    except BadCondition as problem:
        return condition_problems.text(problem)
    return condition_sentences.sentence(parsed, said)


def left(challenge: Challenge, standing: Standing) -> str:
    """`2 more orders to “Every third order”`, for who serves the member."""
    count = standing.left
    told = {"count": f"{count:,}", "name": challenge.name, "amount": _money(count)}
    if challenge.counts == _Counts.SPEND:
        return _("%(amount)s more to “%(name)s”") % told
    if challenge.counts in (_Counts.ORDERS, _Counts.REPEAT_ORDERS):
        text = ngettext(
            "%(count)s more order to “%(name)s”", "%(count)s more orders to “%(name)s”", count
        )
        return text % told
    return _("%(count)s more to “%(name)s”") % told


def amount(challenge: Challenge, value: int) -> str:
    """A figure of what it counts."""
    return _money(value) if challenge.counts == _Counts.SPEND else f"{value:,}"


def request(asked: ApprovalRequest) -> list[str]:
    """The challenge as its sentences, for the one who decides."""
    found = Challenge.objects.filter(pk=asked.target_id).first()
    return [] if found is None else [found.name, *whole(found)]


def _nth(number: int) -> str:
    """`third`; in Chinese the number, which stands between 第 and what is counted."""
    if (get_language() or "zh").startswith("zh"):
        return f"{number:,}"
    if number <= len(_ORDINALS):
        return _ORDINALS[number - 1]
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{'th' if 11 <= number % 100 <= 13 else ending}"


def _behavior(code: str) -> str:
    found = BehaviorRule.objects.filter(program__is_current=True, code=code).first()
    return found.name if found else code


def _money(minor: int) -> str:
    return money.text(minor, programs.kept().currency, short=True)
