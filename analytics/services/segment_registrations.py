"""What segments add to the registries below and beside them; called by `apps.ready`."""

from collections.abc import Iterable
from datetime import datetime

from analytics.registry import segment_users
from analytics.selectors import segment_graphs
from analytics.services import segment_builds, segment_privacy, segment_refreshes, segments
from members.registry import changes, member_fields, panels


def register() -> None:
    changes.track("analytics_segment")
    segment_builds.register()
    segment_privacy.register()
    segment_users.add("analytics.segments", segment_graphs.segments_using)
    segment_users.add("members.tag_rules", segment_graphs.tag_rules_using)
    segment_users.add("members.tags", segment_graphs.tag_using)
    member_fields.add_rule_check("analytics.segments", segments.check_tag_rule)
    # Behind the scores and the rules of tags that they are made of.
    panels.add_night_step(panels.NightStep("analytics.segments", 84, _nightly))


def _nightly(at: datetime) -> Iterable[int]:
    return segment_refreshes.nightly(at=at)
