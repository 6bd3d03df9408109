"""Recipes: campaigns that are ready to run."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.models import Campaign
from members.models import User


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A campaign that is nearly ready: `make` makes its draft."""

    code: str
    goal: str
    title: Any
    sentence: Any


RECIPES: dict[str, Recipe] = {}


def make(*, code: str, actor: User | None, at: datetime) -> Campaign:
    """The draft of a recipe.

    Raises: KeyError.
    """
    raise KeyError(code)
