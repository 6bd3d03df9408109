"""An approval is for whom the segments meant when it was given: a segment that means others by now
takes the approval with it, whoever rewrote it and however deep it lies."""

from datetime import timedelta

import pytest
from django.utils import translation

from analytics.models import Segment
from analytics.services import segments
from campaigns import tasks
from campaigns.models import Campaign, Delivery, Enrollment, Run
from campaigns.selectors import definitions
from campaigns.services import campaign_approvals, campaigns, enrollments, run_jobs, runs
from campaigns.services.campaigns import NeedsApproval
from campaigns.services.enrollments import Entering
from members.errors import StaleTarget
from members.models import Member, Store, Tag, TagRule
from members.services import approvals
from tests import world
from tests.campaigns import made
from tests.campaigns.shop import enroll

pytestmark = pytest.mark.django_db
NOW = world.NOW
HOUR = NOW + timedelta(hours=1)
SHANGHAI = {"field": "store.code", "op": "eq", "value": "SH01"}
BEIJING = {"field": "store.code", "op": "eq", "value": "BJ01"}


def segment(code="vip", condition=SHANGHAI, kind="DYNAMIC"):
    draft = segments.Draft(code=code, name_en=code.upper(), kind=kind, condition=condition)
    return segments.define(draft=draft, at=NOW)


def rewrite(found, condition, **more):
    found.refresh_from_db()
    draft = segments.Draft(
        code=found.code, name_en="VIP", kind=found.kind, condition=condition, **more
    )
    return segments.change(segment_id=found.pk, version=found.version, draft=draft, at=NOW)


def inside(code):
    return {"field": "segments", "op": "contains", "value": code}


def mondays(**values):
    """Each Monday at 15:00 in Shanghai, which is in an hour."""
    at_clock = {"entry": "RECURRING", "entry_rule": {"clock": "15:00", "weekdays": [0]}}
    return made.running(**{**at_clock, "late_policy": "SEND", **values})


def once(**values):
    at_hour = {"entry": "AT", "entry_rule": {"at": HOUR.isoformat()}, "late_policy": "SEND"}
    return made.running(**{**at_hour, "steps": [made.message("EMAIL")], **values})


def move(*members):
    store = Store.objects.get(code="BJ01")
    Member.objects.filter(pk__in=[one.pk for one in members]).update(store=store)


def state_of(campaign):
    return Campaign.objects.values_list("state", "pause_reason").get(pk=campaign.pk)


def resume(campaign):
    return campaigns.resume(campaign_id=campaign.pk, reason="on", actor_id=None, at=HOUR)


def ask(campaign, people):
    return campaigns.submit(campaign_id=campaign.pk, reason="again", maker=people[0], at=NOW)


def approve(campaign, people):
    request = ask(campaign, people)
    approvals.approve(request_id=request.pk, checker=people[1], at=NOW)
    campaign.refresh_from_db()


def test_a_segment_that_means_others_pauses_the_campaign_before_its_next_run(alice):
    vip = segment()
    campaign = mondays(segment=vip)

    rewrite(vip, BEIJING)

    assert state_of(campaign) == ("PAUSED", "redefined")
    assert runs.begin_due(at=HOUR) == []
    with translation.override("en"):
        campaign.refresh_from_db()
        assert campaign.paused_because == (
            "a segment or a tag that it reads means others than when it was approved"
        )
    with pytest.raises(NeedsApproval):
        resume(campaign)


def test_the_segment_as_it_was_is_what_was_approved(alice):
    vip = segment()
    campaign = mondays(segment=vip)
    rewrite(vip, BEIJING)

    rewrite(vip, SHANGHAI)

    assert resume(campaign).state == "SCHEDULED"


def test_another_name_of_the_segment_changes_nothing(alice):
    vip = segment()
    campaign = mondays(segment=vip)

    rewrite(vip, SHANGHAI, description="for the spring")

    assert state_of(campaign) == ("SCHEDULED", "")


def test_approved_anew_it_goes_on_and_reaches_whom_the_segment_means_now(alice, people):
    vip = segment()
    campaign = mondays(segment=vip)
    rewrite(vip, BEIJING)

    approve(campaign, people)

    assert (campaign.state, campaign.pause_reason) == ("SCHEDULED", "")
    made.run_through(at=HOUR)
    assert Run.objects.get().members_count == 0


def test_a_request_is_outdated_when_the_segment_means_others(alice, people):
    vip = segment()
    campaign = mondays(segment=vip)
    campaigns.pause(campaign_id=campaign.pk, reason="wait", actor_id=None, at=NOW)
    request = ask(campaign, people)
    rewrite(vip, BEIJING)

    with pytest.raises(StaleTarget):
        approvals.approve(request_id=request.pk, checker=people[1], at=HOUR)

    request.refresh_from_db()
    campaign.refresh_from_db()
    assert (request.status, campaign.state) == ("STALE", "DRAFT")


@pytest.mark.parametrize("asks", ["segment", "condition", "branch"])
def test_segments_inside_segments_are_bound_too(alice, asks):
    inner = segment("inner")
    outer = segment("outer", inside("inner"))
    branch = {"id": "b1", "kind": "BRANCH", "condition": inside("outer"), "yes": [], "no": []}
    values = {
        "segment": {"segment": outer},
        "condition": {"condition": inside("outer")},
        "branch": {
            "condition": made.EVERYBODY,
            "steps": [{**branch, "yes": [made.message("INBOX")]}],
        },
    }[asks]
    campaign = mondays(**values)

    rewrite(inner, BEIJING)

    assert state_of(campaign) == ("PAUSED", "redefined")
    campaign = Campaign.objects.select_related("segment", "version").get()
    assert definitions.changed(campaign) == ["segment:inner"]


@pytest.mark.parametrize("how", ["other", "off", "gone"])
def test_the_rule_of_a_tag_that_the_condition_asks_for_is_bound_too(alice, how):
    tag = Tag.objects.create(code="gold", name_en="Gold")
    rule = TagRule.objects.create(tag=tag, condition=SHANGHAI)
    campaign = mondays(condition={"field": "member.tags", "op": "contains", "value": "gold"})

    if how == "gone":
        rule.delete()
    else:
        values = {"other": {"condition": BEIJING}, "off": {"is_active": False}}[how]
        TagRule.objects.filter(pk=rule.pk).update(**values)

    assert state_of(campaign) == ("PAUSED", "redefined")


def test_a_static_segment_put_together_by_hand_is_bound_by_its_count(alice):
    chosen = segment("chosen", {}, kind="STATIC")
    campaign = mondays(segment=chosen)

    Segment.objects.filter(pk=chosen.pk).update(members_count=900, built_at=NOW)

    assert state_of(campaign) == ("SCHEDULED", "")
    assert campaign_approvals.pause_redefined() == 0


def test_whoever_rewrites_the_row_pauses_it(alice):
    vip = segment()
    campaign = mondays(segment=vip)

    Segment.objects.filter(pk=vip.pk).update(condition=BEIJING)

    assert state_of(campaign) == ("PAUSED", "redefined")


def test_a_tag_that_a_segment_was_published_as_since_is_found_within_a_minute(alice):
    tag = Tag.objects.create(code="gold", name_en="Gold")
    campaign = mondays(condition={"field": "member.tags", "op": "contains", "value": "gold"})
    vip = segment()
    # As a publishing would, without its event.
    Segment.objects.filter(pk=vip.pk).update(tag=tag)

    tasks.run_due()

    assert state_of(campaign) == ("PAUSED", "redefined")
    assert not Run.objects.exists()


def test_nobody_comes_in_by_an_event_behind_the_change(alice):
    vip = segment()
    campaign = made.running(segment=vip)
    rewrite(vip, BEIJING)

    entering = [Entering(member_id=alice.pk, entry_key="k")]
    enrollments.enter(campaign=campaign, entering=entering, at=NOW)

    row = Enrollment.objects.get()
    assert (row.state, row.reason) == ("EXCLUDED", "campaign_state")


def test_a_run_whose_audience_is_frozen_goes_on(alice, provider):
    vip = segment()
    campaign = once(segment=vip)
    made.run_through(at=HOUR)

    rewrite(vip, BEIJING)

    assert state_of(campaign) == ("RUNNING", "")
    assert campaign_approvals.pause_redefined() == 0


def test_but_one_whose_branches_ask_it_does_not(alice):
    segment()
    branch = {"id": "b1", "kind": "BRANCH", "condition": inside("vip"), "no": []}
    steps = [{**branch, "yes": [made.message("INBOX")]}]
    campaign = once(condition=made.EVERYBODY, steps=steps)
    made.run_through(at=HOUR)

    rewrite(Segment.objects.get(), BEIJING)

    assert state_of(campaign) == ("PAUSED", "redefined")


def test_an_audience_that_was_half_frozen_is_frozen_anew_by_what_was_approved_last(
    shop, people, monkeypatch
):
    members = [enroll(email=f"m{number}@example.org") for number in range(6)]
    vip = segment()
    campaign = once(segment=vip)
    [run] = runs.begin_due(at=HOUR)
    monkeypatch.setattr(run_jobs, "FREEZE_PART", members[2].pk)
    run_jobs.freeze_part(run_id=run.pk, last=members[-1].pk, at=HOUR)
    assert Enrollment.objects.count() == 3
    move(*members[4:])

    rewrite(vip, BEIJING)
    assert run_jobs.freeze_part(run_id=run.pk, last=members[-1].pk, at=HOUR) is None
    approve(campaign, people)
    while run_jobs.freeze_part(run_id=run.pk, last=members[-1].pk, at=HOUR) is not None:
        pass

    frozen = Enrollment.objects.order_by("member_id").values_list("member_id", flat=True)
    assert list(frozen) == [one.pk for one in members[4:]]


def test_of_a_frozen_audience_who_is_not_in_the_one_approved_last_gets_nothing(shop, people):
    members = [enroll(email=f"m{number}@example.org") for number in range(4)]
    vip = segment()
    campaign = once(segment=vip)
    [run] = runs.begin_due(at=HOUR)
    while run_jobs.freeze_part(run_id=run.pk, last=members[-1].pk, at=HOUR) is not None:
        pass
    run_jobs.plan_part(run_id=run.pk, at=HOUR, limit=2)
    campaigns.pause(campaign_id=campaign.pk, reason="wait", actor_id=None, at=HOUR)
    move(members[0], members[2])
    rewrite(vip, BEIJING)

    approve(campaign, people)
    made.plan(run.pk, at=HOUR)

    rows = Enrollment.objects.order_by("member_id").values_list("member_id", "state", "reason")
    assert list(rows) == [
        (members[0].pk, "DONE", ""),
        (members[1].pk, "DONE", ""),
        (members[2].pk, "DONE", ""),
        (members[3].pk, "EXCLUDED", "not_in_audience"),
    ]
    messages = Delivery.objects.order_by("member_id").values_list("member_id", "state", "reason")
    assert list(messages) == [
        (members[0].pk, "QUEUED", ""),
        (members[1].pk, "SKIPPED", "exited"),
        (members[2].pk, "QUEUED", ""),
    ]
    run.refresh_from_db()
    assert run.members_count == 4
