"""The gallery of recipes: by what they are for, each with a sentence; or an empty beginning."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from campaigns.admin import campaign_words
from campaigns.admin.wizard_goal import LINES
from campaigns.models import Campaign
from campaigns.services import campaign_drafts, recipes
from members.errors import NotFound
from members.models import User
from members.services import submissions

_ACTION = "campaign.begin"


def shown() -> dict[str, Any]:
    """For the template: goals in their order, each with its recipes."""
    groups = [
        {
            "goal": goal,
            "title": goal.label,
            "line": LINES[goal.value],
            "icon": campaign_words.GOAL_ICONS[goal.value],
            "recipes": [one for one in recipes.RECIPES.values() if one.goal == goal.value],
        }
        for goal in Campaign.Goal
    ]
    return {"groups": [one for one in groups if one["recipes"]], "submission": uuid.uuid4()}


def begin(*, posted: Mapping[str, Any], actor: User, at: datetime) -> Campaign | None:
    """The draft of the chosen recipe, or an empty one; None for a form that was sent twice.

    Raises: NotFound, for a recipe that nobody knows.
    """
    code = posted.get("recipe", "")
    if code and code not in recipes.RECIPES:
        raise NotFound

    def make() -> Campaign:
        if code:
            return recipes.make(code=code, actor=actor, at=at)
        return campaign_drafts.begin(actor=actor, at=at)

    sent = submissions.run_once(
        uid=_uid(posted.get("submission", "")),
        action=_ACTION,
        actor_id=actor.pk,
        at=at,
        do=make,
        member_of=lambda made: None,
    )
    return sent.result


def _uid(text: str) -> UUID:
    """Raises: NotFound, for a text that is no id."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
