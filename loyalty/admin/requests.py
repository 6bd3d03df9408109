"""What requests of this app ask for, in the checker's language."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty.admin import coupon_sentences, reward_sentences, rule_sentences, words
from loyalty.models import AdjustmentLimit, CouponType, EarningRule, Operation, Reward
from members.models import ApprovalRequest
from members.registry import roles


def adjustment(request: ApprovalRequest) -> list[str]:
    """How many points, and why."""
    asked = request.payload
    told = _("Give %(points)s") if asked["points"] > 0 else _("Take %(points)s")
    lines = [told % {"points": words.points(asked["points"])}, words.reason(asked["reason"])]
    if asked.get("may_owe"):
        lines.append(_("What is not there becomes a debt"))
    return [*lines, asked["note"]] if asked["note"] else lines


def limit(request: ApprovalRequest) -> list[str]:
    """Whose limit, and how much one person may then adjust alone."""
    now = AdjustmentLimit.objects.filter(role_id=request.target_id).first()
    return [
        _("Role: %(name)s") % {"name": roles.label_of(request.summary)},
        _("Alone: %(before)s now, %(after)s then")
        % {
            "before": words.points(now.points if now else 0),
            "after": words.points(request.payload["points"]),
        },
    ]


def tier(request: ApprovalRequest) -> list[str]:
    """Which tier, through which day, and why."""
    asked = request.payload
    until_on = date.fromisoformat(asked["until_on"]) if asked["until_on"] else None
    told = _("Tier: %(tier)s") % {"tier": request.summary}
    ends = _("Through %(day)s") % {"day": date_format(until_on)} if until_on else _("For one term")
    return [told, ends, words.reason(asked["reason"])]


def publishing(request: ApprovalRequest) -> list[str]:
    """The rule as its sentence."""
    rule = EarningRule.objects.filter(pk=request.target_id).select_related("program").first()
    return [] if rule is None else [rule.name, rule_sentences.whole(rule)]


def coupon_type(request: ApprovalRequest) -> list[str]:
    """The coupon as its sentence, and what else holds."""
    found = CouponType.objects.filter(pk=request.target_id).first()
    if found is None:
        return []
    return [found.name, coupon_sentences.whole(found), *coupon_sentences.terms(found)]


def reward(request: ApprovalRequest) -> list[str]:
    """The reward as its sentence, and what else holds."""
    found = Reward.objects.filter(pk=request.target_id).first()
    if found is None:
        return []
    return [found.name, reward_sentences.whole(found), *reward_sentences.terms(found)]


def operation(request: ApprovalRequest) -> list[str]:
    """What it does for how many, and the points in all."""
    asked = request.payload
    kind = Operation.Kind(asked["kind"]).label
    members = ngettext("%(count)s member", "%(count)s members", asked["members"])
    return [
        str(kind),
        members % {"count": f"{asked['members']:,}"},
        _("%(points)s in all") % {"points": words.points(asked["points"])},
        words.reason(asked["reason"]),
    ]
