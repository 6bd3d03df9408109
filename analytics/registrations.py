"""What this app adds to the registries below it; called by `apps.ready`."""

from collections.abc import Iterable
from datetime import datetime

from analytics.registry import measures
from analytics.selectors.measures import everything
from analytics.services import (
    channel_spends,
    fact_privacy,
    fact_rebuilds,
    facts,
    member_days,
    member_scores,
    score_privacy,
    segment_registrations,
)
from members.registry import changes, panels
from members.services.merges import Merge


def register() -> None:
    measures.add(*everything.MEASURES)
    # As in the migrations that set the triggers.
    changes.track(
        "analytics_analyticspolicy",
        "analytics_channelspend",
        "analytics_classtag",
        "analytics_savedview",
        "analytics_scorecard",
        "analytics_scorecarditem",
    )
    # After the orders have moved.
    panels.add_merge_step("analytics.member_days", 20, _member_days, undo=_member_days_again)
    panels.add_job_kind(fact_rebuilds.KIND, fact_rebuilds.run)
    panels.add_job_kind(channel_spends.KIND, channel_spends.run)
    # Behind all that moves points, before the scores that are made of facts.
    panels.add_night_step(panels.NightStep("analytics.facts", 45, _facts))
    fact_privacy.register()
    member_scores.register()
    score_privacy.register()
    segment_registrations.register()


def _member_days(done: Merge) -> None:
    member_days.follow_merge(survivor_id=done.survivor_id, retired_id=done.retired_id)


def _member_days_again(done: Merge, moved: None) -> None:
    member_days.follow_undo(survivor_id=done.survivor_id, retired_id=done.retired_id)


def _facts(at: datetime) -> Iterable[int]:
    return facts.catching_up(at=at)
