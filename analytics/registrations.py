"""What this app adds to the registries below it; called by `apps.ready`."""

from analytics.services import member_days
from members.registry import changes, panels
from members.services.merges import Merge


def register() -> None:
    # As in the migrations that set the triggers.
    changes.track("analytics_analyticspolicy", "analytics_classtag")
    # After the orders have moved.
    panels.add_merge_step("analytics.member_days", 20, _member_days, undo=_member_days_again)


def _member_days(done: Merge) -> None:
    member_days.follow_merge(survivor_id=done.survivor_id, retired_id=done.retired_id)


def _member_days_again(done: Merge, moved: None) -> None:
    member_days.follow_undo(survivor_id=done.survivor_id, retired_id=done.retired_id)
