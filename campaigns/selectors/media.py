"""Which media are set up, and which of the others somebody counts on."""

import json
from dataclasses import dataclass

from django.conf import settings

from campaigns.models import Campaign
from campaigns.transports.registry import TRANSPORTS

_ON_THEIR_WAY = (Campaign.State.SCHEDULED, Campaign.State.RUNNING, Campaign.State.PAUSED)


@dataclass(frozen=True, slots=True)
class Lack:
    """A medium that reaches nobody. `is_missed`: it was begun to be set up, or a campaign that is
    on its way writes by it."""

    medium: str
    missing: tuple[str, ...]
    is_missed: bool


def lacking() -> list[Lack]:
    """Media that aren't set up, with what they lack, in the order of the registry."""
    found = {medium: tuple(one.lacks()) for medium, one in TRANSPORTS.items()}
    lacks = {medium: missing for medium, missing in found.items() if missing}
    used = _used() if lacks else frozenset()
    return [
        Lack(medium, missing, is_missed=medium in used or _is_begun(medium))
        for medium, missing in lacks.items()
    ]


def _is_begun(medium: str) -> bool:
    return any(getattr(settings, name, "") for name in TRANSPORTS[medium].settings)


def _used() -> frozenset[str]:
    rows = Campaign.objects.filter(state__in=_ON_THEIR_WAY).values_list("steps", flat=True)
    written = [json.dumps(steps) for steps in rows]
    return frozenset(
        medium for medium in TRANSPORTS if any(f'"{medium}"' in text for text in written)
    )
