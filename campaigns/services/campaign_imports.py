"""Brings in campaigns that ran elsewhere: whom they were for, when, and which coupons they gave.

What other systems don't say (who got a letter, who read it) is not made up: the version says that
it was brought in, and the effect shows those steps as not known. Source:
docs/algorithms/effects.md, "Campaigns that were brought in".
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from campaigns.models import Campaign, CampaignPrize, CampaignVersion, Enrollment, Run
from campaigns.rules import arms
from campaigns.selectors.effect_parts import IMPORTED
from campaigns.services import campaign_approvals
from members.errors import DomainError
from members.services import audit

_BATCH = 1_000
_State = Campaign.State
_WAY = (_State.IN_REVIEW, _State.APPROVED, _State.SCHEDULED, _State.FINISHED)
ARM = "a"


class CodeTaken(DomainError):
    """A campaign of ours has this code already: bring this one in by another code."""

    code = "campaign_code_taken"
    status = 409


@dataclass(frozen=True, kw_only=True)
class Past:
    """A campaign that is over. `source` names the system that it comes from; half-open
    [`starts_at`, `ends_at`); `coupon_type_ids` are the types that it gave."""

    code: str
    name_zh: str
    name_en: str
    description: str
    source: str
    starts_at: datetime
    ends_at: datetime
    coupon_type_ids: tuple[int, ...] = ()


@transaction.atomic
def bring_in(*, past: Past, member_ids: Collection[int], at: datetime) -> int:
    """How many members of `member_ids` are new to the campaign. Again it is 0; with other members
    those are added as a further audience. It sends and gives nothing, and nobody hears of it.

    Raises: CodeTaken.
    """
    campaign = _campaign(past, at)
    known = Enrollment.objects.filter(campaign=campaign).values_list("member_id", flat=True)
    new = sorted(set(member_ids) - set(known))
    if new or not campaign.runs.exists():
        _enroll(campaign, past, new, at)
    return len(new)


def _campaign(past: Past, at: datetime) -> Campaign:
    # Whoever brings in the same at once waits here for the unique code.
    campaign, is_new = Campaign.objects.get_or_create(
        code=past.code,
        defaults={
            "name_zh": past.name_zh,
            "name_en": past.name_en,
            "description": past.description[:200],
            "state": Campaign.State.DRAFT,
            "entry": Campaign.Entry.AT,
            "entry_rule": {"at": past.starts_at.isoformat()},
            "starts_at": past.starts_at,
            "ends_at": past.ends_at,
            "goal_days": _days(past),
            "salt": past.code[:40],
            "created_at": at,
        },
    )
    if is_new:
        _freeze(campaign, past, at)
    elif campaign.version is None or IMPORTED not in campaign.version.content:
        raise CodeTaken
    return campaign


def _days(past: Past) -> int:
    """Its days, as those in which its effect is counted."""
    return max(1, min(365, -(-(past.ends_at - past.starts_at) // timedelta(days=1))))


def _freeze(campaign: Campaign, past: Past, at: datetime) -> None:
    content = {
        "steps": [],
        "exits": [],
        "goal_event": "",
        "goal_days": campaign.goal_days,
        "is_over_at_goal": False,
        "arms": [{"code": ARM, "share": arms.BUCKETS}],
        "control_share": 0,
        "texts": {},
        IMPORTED: {"source": past.source},
    }
    campaign.version = CampaignVersion.objects.create(
        campaign=campaign,
        number=1,
        content=content,
        content_hash=campaign_approvals.digest(content),
        created_at=at,
    )
    CampaignPrize.objects.bulk_create(
        CampaignPrize(
            version=campaign.version,
            step=f"c{number}",
            what=CampaignPrize.What.COUPON,
            coupon_type_id=type_id,
        )
        for number, type_id in enumerate(past.coupon_type_ids, 1)
    )
    campaign.save(update_fields=["version"])
    # The database lets a campaign go one way only; this one has gone it long ago.
    for state in _WAY:
        campaign.state = state
        campaign.save(update_fields=["state"])
    details = {"campaign": campaign.code, "source": past.source}
    audit.record(action="campaign.bring_in", at=at, actor_id=None, reason="", details=details)


def _enroll(campaign: Campaign, past: Past, member_ids: list[int], at: datetime) -> None:
    """One run with its whole audience; members of a later part are a run of their own."""
    assert campaign.version is not None
    ends_at = min(past.ends_at, at)
    run = Run.objects.create(
        campaign=campaign,
        version=campaign.version,
        key=f"{IMPORTED}:{campaign.runs.count() + 1}",
        kind=Run.Kind.FROZEN,
        state=Run.State.RUNNING,
        due_at=past.starts_at,
        started_at=past.starts_at,
    )
    Enrollment.objects.bulk_create(
        (_enrollment(run, campaign, member_id, ends_at) for member_id in member_ids),
        batch_size=_BATCH,
    )
    run.state, run.finished_at = Run.State.FINISHED, ends_at
    run.frozen_at, run.members_count = past.starts_at, len(member_ids)
    run.save(update_fields=["state", "finished_at", "frozen_at", "members_count"])


def _enrollment(run: Run, campaign: Campaign, member_id: int, ends_at: datetime) -> Enrollment:
    return Enrollment(
        run=run,
        campaign=campaign,
        version_id=run.version_id,
        member_id=member_id,
        entry_key=f"{IMPORTED}:{member_id}",
        bucket=arms.bucket(campaign.salt, member_id),
        arm=ARM,
        state=Enrollment.State.DONE,
        entered_at=run.started_at,
        ended_at=ends_at,
    )
