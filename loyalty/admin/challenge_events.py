"""What the events of challenges and badges say on the timeline."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from members.registry.sentences import BAD, GOOD, Sentence

TAB = "challenges"


def _joined(payload: dict[str, Any], names: Any) -> Sentence:
    return _said(
        _("Takes part in the challenge “%(name)s”"), _challenge(payload, names), "flag", GOOD
    )


def _reached(payload: dict[str, Any], names: Any) -> Sentence:
    text = _("Reached the target of “%(name)s”")
    return _said(text, _challenge(payload, names), "emoji_events", GOOD)


def _owed(payload: dict[str, Any], names: Any) -> Sentence:
    text = _("A prize of “%(name)s” couldn't be given yet")
    return _said(text, _challenge(payload, names), "hourglass_empty", BAD)


def _undone(payload: dict[str, Any], names: Any) -> Sentence:
    text = _("The target of “%(name)s” is no longer reached")
    return _said(text, _challenge(payload, names), "undo", BAD)


def _earned(payload: dict[str, Any], names: Any) -> Sentence:
    return _said(_("Earned the badge “%(name)s”"), _badge(payload, names), "military_tech", GOOD)


def _lost(payload: dict[str, Any], names: Any) -> Sentence:
    return _said(_("Lost the badge “%(name)s”"), _badge(payload, names), "undo", BAD)


def _said(text: str, name: str, icon: str, tone: str) -> Sentence:
    return Sentence(text=text % {"name": name}, icon=icon, tone=tone, tab=TAB)


def _challenge(payload: dict[str, Any], names: Any) -> str:
    code = str(payload["challenge"])
    return str(names.challenges.get(code, code))


def _badge(payload: dict[str, Any], names: Any) -> str:
    code = str(payload["badge"])
    return str(names.badges.get(code, code))


TELL: dict[str, Callable[[dict[str, Any], Any], Sentence]] = {
    "loyalty.challenge.joined": _joined,
    "loyalty.challenge.reached": _reached,
    "loyalty.challenge.prize_owed": _owed,
    "loyalty.challenge.undone": _undone,
    "loyalty.badge.earned": _earned,
    "loyalty.badge.lost": _lost,
}
