"""Ways through campaigns when members are merged, erased, taken along, held and grown old."""

from datetime import timedelta

import pytest

from campaigns.models import (
    Campaign,
    CampaignVersion,
    ClerkTask,
    ContactCredit,
    Delivery,
    Enrollment,
    Receipt,
    Run,
    StepCall,
    StepRecord,
    Suppression,
    WebhookEndpoint,
)  # fmt: skip
from members.models import Identity, Job, MemberMerge
from members.registry import privacy
from members.registry.privacy import Erasing
from members.services import jobs, legal_holds, merge_undos, merges, privacy_packages, retention
from tests import world
from tests.campaigns import effect_shop
from tests.campaigns.shop import NOW, enroll, queued

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OLD = NOW - 1096 * DAY


@pytest.fixture
def two(shop):
    return enroll(), enroll(email="bob@example.org")


@pytest.fixture
def dpo(shop):
    return world.operator("wei", role="dpo")


def a_campaign(code="spring", state="RUNNING", **values):
    campaign = Campaign.objects.create(code=code, name_en=code, **values)
    version = CampaignVersion.objects.create(
        campaign=campaign, number=1, content={}, content_hash="0" * 64, created_at=NOW
    )
    campaign.version = version
    effect_shop.begin(campaign, *([state] if state != "RUNNING" else []))
    return campaign


def a_run(campaign, key="1", kind="FROZEN", **values):
    times = {"due_at": NOW, "started_at": NOW, "state": "RUNNING", **values}
    return Run.objects.create(
        campaign=campaign, version=campaign.version, key=key, kind=kind, **times
    )


def into(run, member, key="", **values):
    defaults = {"state": "WAITING", "step": "s1", "due_at": NOW + DAY, "entered_at": NOW}
    return Enrollment.objects.create(
        run=run,
        campaign=run.campaign,
        version=run.version,
        member=member,
        entry_key=key or f"{run.key}:{member.pk}",
        bucket=1,
        arm="a",
        **{**defaults, **values},
    )


def ended(run, member, at, **values):
    past = {"state": "DONE", "due_at": None, "entered_at": at, "ended_at": at, **values}
    return into(run, member, **past)


def credit(member, left, granted):
    return ContactCredit.objects.create(
        member=member,
        medium="WECHAT",
        template="t1",
        left_count=left,
        granted_count=granted,
        changed_at=NOW,
    )


def granted():
    rows = ContactCredit.objects.order_by("member_id")
    return list(rows.values_list("member_id", "left_count", "granted_count"))


def task(enrollment):
    return ClerkTask.objects.create(
        enrollment=enrollment,
        step="s2",
        member=enrollment.member,
        due_on=NOW.date(),
        created_at=NOW,
        name_en="Call",
    )


def call(enrollment, state="QUEUED", at=NOW):
    endpoint, _ = WebhookEndpoint.objects.get_or_create(
        code="crm", defaults={"url": "https://example.org", "secrets": "whsec_x", "created_at": NOW}
    )
    return StepCall.objects.create(
        endpoint=endpoint, enrollment=enrollment, step="s3", state=state, next_at=at, created_at=at
    )


def merged(two):
    merges.merge(survivor_id=two[0].pk, retired_id=two[1].pk, at=NOW)


def test_a_merge_moves_ways_tasks_and_adds_up_what_was_granted(two):
    alice, bob = two
    run = a_run(a_campaign())
    way = into(run, bob)
    asked = task(way)
    credit(alice, 1, 4)
    credit(bob, 2, 3)

    merged(two)

    way.refresh_from_db()
    asked.refresh_from_db()
    assert (way.member_id, way.state, asked.member_id) == (alice.pk, "WAITING", alice.pk)
    assert granted() == [(alice.pk, 3, 7)]


def test_who_stood_in_one_audience_with_both_cards_goes_on_with_one(two):
    alice, bob = two
    run = a_run(a_campaign())
    own, other = into(run, alice), into(run, bob)

    merged(two)

    own.refresh_from_db()
    other.refresh_from_db()
    assert own.state == "WAITING"
    assert (other.member_id, other.state, other.reason) == (alice.pk, "EXITED", "merged")


def test_a_merge_that_is_taken_back_gives_each_card_its_own(two):
    alice, bob = two
    run = a_run(a_campaign())
    into(run, alice)
    other = into(run, bob)
    asked = task(other)
    credit(alice, 1, 4)
    credit(bob, 2, 3)
    merged(two)
    # Two were sent since.
    ContactCredit.objects.filter(member=alice).update(left_count=1)

    row = MemberMerge.objects.get()
    merge_undos.undo(merge_id=row.pk, at=NOW + DAY)

    other.refresh_from_db()
    asked.refresh_from_db()
    assert (other.member_id, other.state, other.step) == (bob.pk, "WAITING", "s1")
    assert (other.due_at, other.ended_at, other.reason) == (NOW + DAY, None, "")
    assert asked.member_id == bob.pk
    assert granted() == [(alice.pk, 0, 4), (bob.pk, 1, 3)]


def test_an_erasure_ends_what_is_on_its_way_and_forgets_what_began_it(two):
    alice, bob = two
    run = a_run(a_campaign(), kind="STANDING")
    way = into(run, alice, key="alice:SKU-9", context={"product": "SKU-9"})
    other = into(run, bob)
    asked, told = task(way), call(way)
    credit(alice, 1, 1)
    identity = Identity.objects.get(member=alice, kind="EMAIL")
    Suppression.objects.create(
        medium="EMAIL", digest=identity.digest, reason="BY_HAND", note="Alice", created_at=NOW
    )

    step = privacy.ERASURE_STEPS["campaigns.journeys"]
    counts = step.run(Erasing(member_ids=(alice.pk,), actor_id=None, at=NOW))
    again = step.run(Erasing(member_ids=(alice.pk,), actor_id=None, at=NOW))

    way.refresh_from_db()
    asked.refresh_from_db()
    told.refresh_from_db()
    other.refresh_from_db()
    assert (way.state, way.reason, way.ended_at) == ("EXITED", "erased", NOW)
    assert (way.context, way.entry_key) == ({}, f"erased:{way.pk}")
    assert (asked.state, told.state, granted()) == ("CANCELED", "KILLED", [])
    assert other.state == "WAITING"
    row = Suppression.objects.get()
    assert (bytes(row.digest), row.note) == (bytes(identity.digest), "")
    assert counts["campaigns_enrollment"] == 1
    assert again["campaigns_enrollment"] == 0


def test_a_package_says_which_campaigns_one_was_in_and_what_became_of_messages(two):
    alice, _ = two
    campaign = a_campaign()
    way = into(a_run(campaign), alice)
    StepRecord.objects.create(
        enrollment=way, step="s1", kind="WAIT", outcome="DONE", recorded_at=NOW
    )
    task(way)
    credit(alice, 1, 2)
    message = queued(campaign, alice, enrollment=way, run=way.run)
    receipt(message, NOW)

    sections = privacy.EXPORT_SECTIONS
    rows = {
        code: list(sections[f"campaigns.{code}"].rows([alice.pk], NOW))
        for code in ("campaigns", "steps", "receipts", "credits", "tasks")
    }

    assert {code: len(found) for code, found in rows.items()} == dict.fromkeys(rows, 1)
    for code, found in rows.items():
        assert tuple(found[0]) == sections[f"campaigns.{code}"].columns
    assert rows["campaigns"][0]["campaign"] == "spring"
    assert rows["receipts"][0]["kind"] == "OPENED"
    privacy_packages.build(member_ids=[alice.pk], about={}, at=NOW)


def receipt(message, at, key="r1"):
    return Receipt.objects.create(
        delivery=message,
        kind="OPENED",
        source="local",
        external_id=key,
        occurred_at=at,
        recorded_at=at,
    )


def due():
    rows = retention.dry_run(at=NOW)
    return {one.category.code: one.count for one in rows if one.count}


def swept(dpo):
    job = retention.enqueue(actor_id=dpo.pk, at=NOW)
    jobs.run(job_id=job.pk, clock=lambda: NOW)
    return Job.objects.get(pk=job.pk)


def test_members_of_campaigns_that_are_over_go_with_their_steps_and_messages_stay(two, dpo):
    alice, bob = two
    over = a_run(a_campaign("over", "FINISHED"), state="FINISHED")
    gone = ended(over, alice, OLD)
    StepRecord.objects.create(
        enrollment=gone, step="s1", kind="WAIT", outcome="DONE", recorded_at=OLD
    )
    task(gone)
    call(gone, "SENT", OLD)
    message = queued(over.campaign, alice, enrollment=gone, run=over, state="KILLED")
    receipt(message, OLD)
    # Once only: it is asked for as long as the campaign may begin again.
    kept = ended(a_run(a_campaign("live"), state="FINISHED"), bob, OLD)

    assert {code: due()[f"campaigns.{code}"] for code in ("enrollments", "receipts")} == {
        "enrollments": 1,
        "receipts": 1,
    }
    job = swept(dpo)

    assert (job.state, job.result["campaigns.enrollments"]) == ("DONE", 1)
    assert list(Enrollment.objects.values_list("pk", flat=True)) == [kept.pk]
    assert Delivery.objects.get().enrollment_id is None
    for model in (StepRecord, Receipt, StepCall, ClerkTask):
        assert not model.objects.exists()


def test_who_may_come_in_again_anyway_is_forgotten_when_the_run_is_over(two):
    alice, bob = two
    ended(a_run(a_campaign("a", re_entry_days=30), state="FINISHED"), alice, OLD - 40 * DAY)
    ended(a_run(a_campaign("b", re_entry_days=3000), state="FINISHED"), bob, OLD)
    ended(a_run(a_campaign("c", re_entry_days=30)), bob, OLD - 40 * DAY)

    assert due()["campaigns.enrollments"] == 1


def test_ways_of_members_under_a_legal_hold_stay(two, dpo):
    alice, _ = two
    ended(a_run(a_campaign("over", "FINISHED"), state="FINISHED"), alice, OLD)
    legal_holds.place(member_id=alice.pk, reason="a lawsuit", actor_id=dpo.pk, at=NOW)

    assert "campaigns.enrollments" not in due()
