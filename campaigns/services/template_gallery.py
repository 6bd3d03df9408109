"""Templates that are ready to send, for recipes and for whoever begins with a good text."""

from typing import Any

from campaigns.models import MessageTemplate
from campaigns.registry.ready_texts import READY
from members.errors import NotFound

PREFIX = "recipe-"


def code_of(recipe: str) -> str:
    """The code of the template of a recipe."""
    return f"{PREFIX}{recipe}"


def install(code: str) -> MessageTemplate:
    """The recipe's template; one that is there already stays as operators changed it.

    Raises: NotFound.
    """
    ready = READY.get(code)
    if ready is None:
        raise NotFound
    values = dict(vars(ready))
    values.pop("code")
    template, _ = MessageTemplate.objects.get_or_create(code=code_of(code), defaults=values)
    return template


def install_all() -> list[MessageTemplate]:
    """Every ready template; those that are there stay as they are."""
    return [install(code) for code in READY]


def frozen(code: str) -> dict[str, Any]:
    """The ready text in the shape of `templates.freeze`, without keeping it.

    Raises: NotFound.
    """
    ready = READY.get(code)
    if ready is None:
        raise NotFound
    names = ("subject_zh", "subject_en", "body_zh", "body_en")
    return {**{name: getattr(ready, name) for name in names}, "media_options": {}}
