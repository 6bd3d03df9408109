"""The steps of a draft as somebody builds them: kept as they are, also while they have mistakes."""

import json
from datetime import datetime
from typing import Any

from campaigns.models import Campaign
from campaigns.services import campaigns
from members.errors import DomainError
from members.models import User

# Of both parts together: 50 steps with conditions are far below it.
MOST_CHARACTERS = 200_000
MOST_EXITS = 10
_SAME = ("", "product", "order")


class UnreadableJourney(DomainError):
    """The steps of this journey can't be kept as they were sent."""

    code = "unreadable_journey"


def save(
    *,
    campaign_id: int,
    steps: Any,
    exits: Any,
    expected: str,
    actor: User | None,
    at: datetime,
) -> Campaign:
    """The campaign with these steps. Mistakes within steps don't matter yet: whoever asks for
    approval is told them. `expected` is the fingerprint that the editor saw.

    Raises: NotFound; NotEditable; ChangedMeanwhile; UnreadableJourney.
    """
    if not can_be_kept(steps, exits):
        raise UnreadableJourney
    values = {"steps": steps, "exits": [_exit(one) for one in exits]}
    return campaigns.change(
        campaign_id=campaign_id, values=values, at=at, actor=actor, expected=expected
    )


def can_be_kept(steps: Any, exits: Any) -> bool:
    """Whether these are lists that the database takes: of bearable size, without signs that no
    text can have."""
    if not isinstance(steps, list) or not all(isinstance(one, dict) for one in steps):
        return False
    if not isinstance(exits, list) or len(exits) > MOST_EXITS:
        return False
    try:
        text = json.dumps([steps, exits], ensure_ascii=False, allow_nan=False)
        text.encode()
    except (ValueError, RecursionError):
        # No number, half a sign, or nested without end.
        return False
    return len(text) <= MOST_CHARACTERS and "\\u0000" not in text


def _exit(written: Any) -> dict[str, Any]:
    """As written, without what has no meaning."""
    if not isinstance(written, dict):
        raise UnreadableJourney
    matches = written.get("matches") or {}
    if not isinstance(matches, dict) or len(matches) > MOST_EXITS:
        raise UnreadableJourney
    event, same = written.get("event"), written.get("same", "")
    if not isinstance(event, str) or not 0 < len(event) <= 60 or same not in _SAME:
        raise UnreadableJourney
    told = {"event": event, "same": same}
    return {**told, "matches": matches} if matches else told
