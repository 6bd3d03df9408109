"""Recipes: campaigns that are ready to run, but for what only the shop can choose.

What each does is written in `campaigns/recipes/`; its text in `campaigns/registry/ready_texts`.
"""

import copy
from datetime import datetime
from typing import Any

from django.db import transaction

from campaigns.models import Campaign
from campaigns.recipes import buying, friends, returning, standing
from campaigns.recipes.shape import QUIET, Recipe
from campaigns.services import campaigns, template_gallery
from campaigns.services.campaigns import Draft
from members.models import User

__all__ = ["RECIPES", "Recipe", "make"]

RECIPES: dict[str, Recipe] = {
    one.code: one
    for one in (*buying.RECIPES, *standing.RECIPES, *returning.RECIPES, *friends.RECIPES)
}


@transaction.atomic
def make(*, code: str, actor: User | None, at: datetime) -> Campaign:
    """The draft of a recipe, with its text; each time another draft. What the operator has to
    choose is left open: `campaign_checks.problems` says what.

    Raises: KeyError.
    """
    recipe = RECIPES[code]
    template_gallery.install(code)
    draft = Draft(
        code=_free_code(code),
        name_zh=recipe.name_zh,
        name_en=recipe.name_en,
        recipe=code,
        values=_values(recipe),
    )
    return campaigns.create(draft=draft, actor=actor, at=at)


def _values(recipe: Recipe) -> dict[str, Any]:
    return copy.deepcopy(
        {
            **QUIET,
            "goal": recipe.goal,
            "description": str(recipe.sentence),
            "entry": recipe.entry,
            "entry_rule": dict(recipe.rule),
            "steps": [dict(step) for step in recipe.steps],
            **recipe.values,
        }
    )


def _free_code(code: str) -> str:
    """The recipe's own, or with the first number that is free behind it."""
    taken = set(Campaign.objects.filter(code__startswith=code).values_list("code", flat=True))
    numbered = (f"{code}-{number}" for number in range(2, len(taken) + 3))
    return next(one for one in (code, *numbered) if one not in taken)
