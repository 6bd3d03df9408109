"""What surveys, communities and appointments add to the registries."""

from collections.abc import Iterable
from datetime import datetime

from members.registry import panels
from members.services import appointment_privacy, community_privacy, influence, survey_privacy


def register() -> None:
    """Called by `apps.ready`."""
    appointment_privacy.register()
    community_privacy.register()
    survey_privacy.register()
    panels.add_night_step(panels.NightStep("members.influence", 50, _publish_influence))


def _publish_influence(at: datetime) -> Iterable[int]:
    return influence.publish(at=at)
