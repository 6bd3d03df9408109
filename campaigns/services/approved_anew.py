"""What another approval changes for a run that had begun: who has got nothing yet gets what was
approved last, nobody who isn't in the audience that was approved last, and no more members.

Source: docs/algorithms/campaigns.md, "What the approval binds".
"""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from campaigns.models import Campaign, CampaignVersion, Delivery, Enrollment, Run
from campaigns.rules.journey_steps import Kind
from campaigns.selectors import audiences
from campaigns.services import campaign_versions, run_freezing

_QUEUED = Delivery.State.QUEUED
_PART = 5_000


def bring_up(*, run: Run, campaign: Campaign, at: datetime) -> None:
    """Behind the campaign's lock, when it goes on. Arms stay as they were drawn."""
    version = campaign.version
    assert version is not None
    if run.version_id != version.pk:
        is_other = _is_other_audience(run.version, version)
        rows = Enrollment.objects.filter(run=run).exclude(version=version)
        rows.filter(_has_nothing_yet(run.version, version)).update(version=version)
        run.version = version
        run.save(update_fields=["version"])
        if is_other:
            _bring_up_audience(run, campaign, at)
    if run.state == Run.State.RUNNING:
        run_freezing.leave_out(run=run, most=campaign.audience_limit, at=at)


def _is_other_audience(before: CampaignVersion, after: CampaignVersion) -> bool:
    """Of what was approved before audiences were bound nobody knows."""
    known = before.content.get("audience")
    return known is not None and known != after.content["audience"]


def _bring_up_audience(run: Run, campaign: Campaign, at: datetime) -> None:
    """Half an audience is frozen anew. Of a whole one, which doesn't grow any more, those who are
    in the other one too stay: the rest got nothing yet, and gets nothing."""
    begun = Enrollment.objects.filter(run=run)
    if run.state == Run.State.FREEZING:
        begun.filter(state=Enrollment.State.FROZEN).delete()
        run.frozen_up_to_id = 0
        run.save(update_fields=["frozen_up_to_id"])
        return
    waits = Delivery.objects.filter(enrollment=OuterRef("pk"), state=_QUEUED)
    done = Q(Exists(waits), state=Enrollment.State.DONE, version_id=run.version_id)
    rows = begun.filter(done | Q(state=Enrollment.State.FROZEN)).order_by("pk")
    member_ids = list(rows.values_list("member_id", flat=True))
    for start in range(0, len(member_ids), _PART):
        some = member_ids[start : start + _PART]
        stay = audiences.eligible(campaign, member_ids=some, at=at)
        out = rows.filter(member_id__in=[one for one in some if one not in stay])
        _let_go(list(out.values_list("pk", flat=True)), at)


def _let_go(enrollment_ids: list[int], at: datetime) -> None:
    """Who has not begun is left out; of who has, what waits isn't sent."""
    rows = Enrollment.objects.filter(pk__in=enrollment_ids, state=Enrollment.State.FROZEN)
    rows.update(state=Enrollment.State.EXCLUDED, reason="not_in_audience", ended_at=at)
    waiting = Delivery.objects.filter(enrollment_id__in=enrollment_ids, state=_QUEUED)
    waiting.update(state=Delivery.State.SKIPPED, reason=Delivery.Reason.EXITED)


def _has_nothing_yet(before: CampaignVersion, after: CampaignVersion) -> Q:
    """Who has not begun; and of journeys of one message, which is the same step in both, whose
    message has not been claimed: its text is written when it is."""
    not_begun = Q(state=Enrollment.State.FROZEN)
    step = _only_message(before)
    if step is None or step != _only_message(after):
        return not_begun
    own = Delivery.objects.filter(enrollment=OuterRef("pk"))
    waits = own.filter(state=_QUEUED, attempts=0, sent_again_at=None)
    others = own.exclude(state=_QUEUED)
    return not_begun | Q(Exists(waits), ~Exists(others), state=Enrollment.State.DONE)


def _only_message(version: CampaignVersion) -> str | None:
    steps = campaign_versions.flow_of_version(version).steps.values()
    kinds = [(step.kind, step.id) for step in steps if step.kind != Kind.END]
    if [kind for kind, _ in kinds] != [Kind.MESSAGE]:
        return None
    return kinds[0][1]
