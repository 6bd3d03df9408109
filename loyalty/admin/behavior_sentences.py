"""Behaviors and operations on many members in the operator's words."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from loyalty.admin import words
from loyalty.models import BehaviorRule
from members.registry.sentences import BAD, GOOD, Sentence

DEEDS: dict[str, Any] = {
    "REGISTER": gettext_lazy("Registered"),
    "CHECK_IN": gettext_lazy("Checked in"),
    "SHARE": gettext_lazy("Shared something"),
    "PROFILE_COMPLETE": gettext_lazy("Completed the profile"),
    "REVIEW": gettext_lazy("Wrote a review"),
    "SURVEY": gettext_lazy("Answered a survey"),
}
_ICONS = {
    "REGISTER": "person_add",
    "CHECK_IN": "event_available",
    "SHARE": "share",
    "PROFILE_COMPLETE": "badge",
    "REVIEW": "reviews",
    "SURVEY": "quiz",
}
LIMITS: dict[str, Any] = {
    "ONCE": gettext_lazy("once per member"),
    "PER_DAY": gettext_lazy("once a day"),
    "PER_OBJECT": gettext_lazy("once per object"),
    "EACH": gettext_lazy("each time"),
}
CAPS: dict[str, Any] = {
    "daily_cap": gettext_lazy("trimmed by the cap per day"),
    "monthly_cap": gettext_lazy("trimmed by the cap per month"),
    "member_cap": gettext_lazy("trimmed by the cap per member"),
}


def deed(kind: str, code: str) -> str:
    """`Checked in`; a behavior of the operator's own by its code."""
    return str(DEEDS.get(kind, code))


def rule(rule: BehaviorRule) -> str:
    """`5 points once a day; on day 7 in a row 20 points more; at most 60 points a day`"""
    parts = [
        _("%(points)s %(limit)s")
        % {"points": words.points(rule.points), "limit": LIMITS[rule.limit]}
    ]
    parts += [
        _("on day %(day)s in a row %(points)s more") % {"day": day, "points": words.points(count)}
        for day, count in sorted((int(day), count) for day, count in rule.streak.items())
    ]
    if rule.qualifying_points:
        parts.append(_("%(count)s qualifying points") % {"count": f"{rule.qualifying_points:,}"})
    return "; ".join([*parts, *_caps(rule)])


def _caps(rule: BehaviorRule) -> list[str]:
    caps = (
        (rule.cap_day_points, _("at most %(points)s a day")),
        (rule.cap_month_points, _("at most %(points)s a month")),
        (rule.cap_member_points, _("at most %(points)s per member")),
    )
    return [text % {"points": words.points(cap)} for cap, text in caps if cap is not None]


def streak(days: int) -> str:
    return ngettext("%(count)s day in a row", "%(count)s days in a row", days) % {"count": days}


def _rewarded(payload: dict[str, Any], names: Any) -> Sentence:
    filled = {
        "deed": deed(payload["kind"], payload["behavior"]),
        "points": words.points(payload["points"]),
    }
    days = payload.get("streak_days", 0)
    return Sentence(
        text=_("%(deed)s, earned %(points)s") % filled,
        details=(streak(days),) if days > 1 else (),
        icon=_ICONS.get(payload["kind"], "star"),
        tone=GOOD,
        tab="behaviors",
    )


def _granted(payload: dict[str, Any], names: Any) -> Sentence:
    return Sentence(
        text=_("%(points)s given, together with other members")
        % {"points": words.points(payload["points"])},
        details=(words.reason(payload.get("reason", "")),),
        icon="redeem",
        tone=GOOD,
        tab="ledger",
    )


def _grant_undone(payload: dict[str, Any], names: Any) -> Sentence:
    debt = payload.get("debt_points", 0)
    return Sentence(
        text=_("%(points)s taken back: they had been given by mistake")
        % {"points": words.points(payload["points"])},
        details=(_("%(points)s of it became a debt") % {"points": words.points(debt)},)
        if debt
        else (),
        icon="undo",
        tone=BAD,
        tab="ledger",
    )


def _extended(payload: dict[str, Any], names: Any) -> Sentence:
    return Sentence(
        text=_("%(points)s live longer, through %(day)s")
        % {"points": words.points(payload["points"]), "day": payload["last_on"]},
        icon="update",
        tone=GOOD,
        tab="ledger",
    )


def _extension_undone(payload: dict[str, Any], names: Any) -> Sentence:
    expired = payload.get("expired_points", 0)
    return Sentence(
        text=_("%(points)s have their old expiry again")
        % {"points": words.points(payload["points"])},
        details=(_("%(points)s of it had expired") % {"points": words.points(expired)},)
        if expired
        else (),
        icon="history",
        tone=BAD,
        tab="ledger",
    )


TELL = {
    "loyalty.behavior.rewarded": _rewarded,
    "loyalty.points.granted": _granted,
    "loyalty.points.grant_undone": _grant_undone,
    "loyalty.points.extended": _extended,
    "loyalty.points.extension_undone": _extension_undone,
}
