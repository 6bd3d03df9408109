"""When campaigns begin, go on and run again. Source: docs/algorithms/campaigns.md."""

from datetime import datetime

from campaigns.models import Campaign, Run
from campaigns.rules import entries, occurrences
from campaigns.services import approved_anew, event_wants
from loyalty.services import programs
from members.services import bell, jobs

RUN_DUE = "campaigns.tasks.run_due"
_State = Campaign.State


def begin(*, campaign: Campaign, at: datetime) -> None:
    """The approved campaign: running, or scheduled for its first time. In the transaction of the
    approval, behind the campaign's lock."""
    if _has_run(campaign):
        _take_up_again(campaign, at)
        return
    first = _first(campaign, at)
    is_now = first is not None and first <= at
    running = first is None or (is_now and campaign.entry == Campaign.Entry.EVENT)
    # A run that was paused goes on at once, not with the next one.
    is_open = running or campaign.runs.filter(state__in=Run.LIVE).exists()
    campaign.state = _State.RUNNING if is_open else _State.SCHEDULED
    campaign.next_run_at = None if running else first
    campaign.pause_reason = ""
    campaign.save(update_fields=["state", "next_run_at", "pause_reason"])
    _take_up_runs(campaign, at)


def go_on(*, campaign: Campaign, at: datetime) -> None:
    """The paused campaign, where it was. What was due meanwhile is found late, as one."""
    has_begun = campaign.runs.exists() or (
        campaign.entry == Campaign.Entry.EVENT and campaign.next_run_at is None
    )
    if campaign.next_run_at is None and not has_begun:
        begin(campaign=campaign, at=at)
        return
    campaign.state = _State.RUNNING if has_begun else _State.SCHEDULED
    campaign.pause_reason = ""
    campaign.save(update_fields=["state", "pause_reason"])
    _take_up_runs(campaign, at)


def _take_up_again(campaign: Campaign, at: datetime) -> None:
    """Approved once more after its one run began: the run goes on, there is no second one."""
    campaign.state, campaign.next_run_at, campaign.pause_reason = _State.RUNNING, None, ""
    campaign.save(update_fields=["state", "next_run_at", "pause_reason"])
    _take_up_runs(campaign, at)


def _take_up_runs(campaign: Campaign, at: datetime) -> None:
    for run in campaign.runs.filter(state__in=Run.LIVE, kind=Run.Kind.FROZEN):
        approved_anew.bring_up(run=run, campaign=campaign, at=at)
        take_up(run, at)
    wake()


def _has_run(campaign: Campaign) -> bool:
    """Whether the one run of a once-only campaign has begun."""
    is_once = campaign.entry in (Campaign.Entry.NOW, Campaign.Entry.AT)
    frozen = campaign.runs.filter(kind=Run.Kind.FROZEN).exclude(state=Run.State.MISSED)
    return is_once and frozen.exists()


def take_up(run: Run, at: datetime) -> None:
    """A job for what is left of the run's freezing and planning."""
    run.job = jobs.enqueue(kind="campaigns.run", params={"run": run.pk}, at=at)
    run.save(update_fields=["job"])


def wake() -> None:
    """Asks the worker, behind the commit, to look at what is due; this process listens anew."""
    event_wants.forget()
    bell.start_on_commit(RUN_DUE)


def next_after(campaign: Campaign, after: datetime) -> datetime | None:
    """The next time behind `after`, within the campaign's days; None: there is none."""
    entry = entries.read(campaign.entry, campaign.entry_rule)
    found = occurrences.next_after(entry, after, programs.current().zone)
    if found is None or (campaign.ends_at is not None and found >= campaign.ends_at):
        return None
    return found


def _first(campaign: Campaign, at: datetime) -> datetime | None:
    """None: members come in from now on."""
    starts_at = max(campaign.starts_at or at, at)
    if campaign.entry == Campaign.Entry.EVENT:
        return starts_at if starts_at > at else None
    if campaign.entry == Campaign.Entry.NOW:
        return starts_at
    entry = entries.read(campaign.entry, campaign.entry_rule)
    if isinstance(entry, entries.AtEntry):
        # Approved too late, it is found late: its policy says what becomes of it.
        return entry.at
    return next_after(campaign, starts_at)
