"""What the events of benefits say on the timeline."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from members.admin import condition_sentences
from members.registry.sentences import BAD, GOOD, PLAIN, Sentence

TAB = "benefits"


def _granted(payload: dict[str, Any], names: Any) -> Sentence:
    return _said(_("Was given the benefit “%(benefit)s”"), payload, names, "redeem", GOOD)


def _claimed(payload: dict[str, Any], names: Any) -> Sentence:
    return _said(_("Claimed the benefit “%(benefit)s”"), payload, names, "back_hand", GOOD)


def _used(payload: dict[str, Any], names: Any) -> Sentence:
    details = []
    if payload.get("left") is not None:
        details.append(_("%(count)s left of it.") % {"count": f"{payload['left']:,}"})
    text = _("Used the benefit “%(benefit)s”")
    return _said(text, payload, names, "workspace_premium", GOOD, details)


def _voided(payload: dict[str, Any], names: Any) -> Sentence:
    details = [] if payload["is_given_back"] else [_("Void, nothing came back")]
    text = _("The use of the benefit “%(benefit)s” was taken back")
    return _said(text, payload, names, "undo", BAD, details)


def _rated(payload: dict[str, Any], names: Any) -> Sentence:
    details = [_("%(rating)s of 10") % {"rating": payload["rating"]}]
    return _said(_("Rated the benefit “%(benefit)s”"), payload, names, "star", PLAIN, details)


def _ending(payload: dict[str, Any], names: Any) -> Sentence:
    told = condition_sentences.both([_name(code, names) for code in payload["benefits"]])
    day = date_format(date.fromisoformat(payload["last_on"]), "DATE_FORMAT")
    return Sentence(
        text=_("Reminded: %(benefits)s will end") % {"benefits": told},
        details=(_("through %(day)s") % {"day": day},),
        icon="hourglass_bottom",
        tab=TAB,
    )


def _left(payload: dict[str, Any], names: Any) -> Sentence:
    told = [f"{_name(code, names)} ({count:,})" for code, count in payload["left"].items()]
    text = _("Reminded of what is left this month: %(benefits)s")
    joined = condition_sentences.both(told)
    return Sentence(text=text % {"benefits": joined}, icon="notifications", tab=TAB)


def codes(payload: dict[str, Any]) -> Iterable[str]:
    """Of the benefits that an event names."""
    return [payload["benefit"]] if "benefit" in payload else _several(payload)


def _several(payload: dict[str, Any]) -> Iterable[str]:
    left = payload.get("left")
    return [*payload.get("benefits", ()), *(left if isinstance(left, dict) else ())]


def _said(
    text: str,
    payload: dict[str, Any],
    names: Any,
    icon: str,
    tone: str,
    details: Iterable[str] = (),
) -> Sentence:
    told = text % {"benefit": _name(payload["benefit"], names)}
    return Sentence(text=told, details=tuple(details), icon=icon, tone=tone, tab=TAB)


def _name(code: str, names: Any) -> str:
    return str(names.benefits.get(code, code))


TELL: dict[str, Callable[[dict[str, Any], Any], Sentence]] = {
    "loyalty.benefit.granted": _granted,
    "loyalty.benefit.claimed": _claimed,
    "loyalty.benefit.used": _used,
    "loyalty.benefit.voided": _voided,
    "loyalty.benefit.rated": _rated,
    "loyalty.benefit.ending": _ending,
    "loyalty.benefit.left": _left,
}
