"""Events as the wizard's forms offer them."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.admin import event_words

EMPTY = ("", "–")


def choices(own: str = "") -> list[tuple[str, Any]]:
    """What a member may do; with `own`, which is chosen already, where it isn't among them."""
    offered: list[tuple[str, Any]] = event_words.choices()
    known = {code for code, _name in offered}
    more = [] if not own or own in known else [(own, own)]
    return [EMPTY, *offered, *more]


def entering(own: str = "") -> list[tuple[str, Any]]:
    """What may begin a campaign: behaviors too, which are told apart by their kind."""
    noticed = (event_words.NOTICED, _("does something in a channel"))
    first, *others = choices("" if own == event_words.NOTICED else own)
    return [first, noticed, *[one for one in others if one[0] != event_words.NOTICED]]


def endings(own: str = "") -> list[tuple[str, Any]]:
    """What may end it for a member: behaviors too, by their kind."""
    offered: list[tuple[str, Any]] = event_words.endings()
    more = [] if not own or own in dict(offered) else [(own, own)]
    return [EMPTY, *offered, *more]


def behaviors() -> list[tuple[str, Any]]:
    return [
        ("", _("Any behavior")),
        *((code, said.does) for code, said in event_words.BEHAVIORS.items()),
    ]
