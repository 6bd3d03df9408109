"""Ten thousand members: paused after three thousand, resumed the next day, each counted once."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import Max

from campaigns.models import Campaign, Delivery, Enrollment, Run
from campaigns.services import campaigns, deliveries, run_jobs, runs
from members.models import Consent, Member, MemberKey
from members.sealing import keys
from tests import world
from tests.analytics import crowd
from tests.campaigns import made

pytestmark = [pytest.mark.volume, pytest.mark.django_db]
NOW = world.NOW
MEMBERS = 10_000
_SAID = (
    *("purpose", "medium", "is_granted", "policy_version", "source", "occurred_at"),
    "recorded_at",
)


@pytest.fixture
def members(keys_made):
    crowd.gather(MEMBERS)
    made.template(body_en="Hello", body_zh="您好")
    rows = Member.objects.filter(state="ACTIVE").order_by("pk")
    made_keys = [
        MemberKey(member=one, kek_version=version, wrapped=wrapped)
        for one in rows.filter(key=None)
        for _, version, wrapped in [keys.new_member_key()]
    ]
    MemberKey.objects.bulk_create(made_keys)
    agreed = Consent(
        purpose="MARKETING",
        medium="INBOX",
        is_granted=True,
        policy_version="1",
        source="test",
        occurred_at=NOW,
        recorded_at=NOW,
    )
    Consent.objects.bulk_create(
        Consent(member_id=pk, **{name: getattr(agreed, name) for name in _SAID})
        for pk in rows.values_list("pk", flat=True)
    )


def send(at, most):
    """Sends in batches until so many went out, or nothing is due."""
    while Delivery.objects.filter(state="SENT").count() < most:
        if not deliveries.send_due(at=at, limit=500):
            return


def test_paused_after_three_thousand_and_resumed_the_next_day_each_of_them_counts_once(members):
    campaign = made.running(
        entry="AT",
        entry_rule={"at": NOW.isoformat()},
        condition={"all": [{"field": "member.joined_days", "op": "gte", "value": 0}]},
        steps=[
            made.message("INBOX", step="m1", expires_hours=30),
        ],
        at=NOW - timedelta(hours=1),
    )
    runs.begin_due(at=NOW)
    run = Run.objects.get()
    last = Member.objects.aggregate(last=Max("pk"))["last"]
    while run_jobs.freeze_part(run_id=run.pk, last=last, at=NOW) is not None:
        pass
    made.plan(run.pk, at=NOW)
    reachable = Delivery.objects.count()
    send(NOW, reachable // 10 * 3)
    first_day = Delivery.objects.filter(state="SENT").count()
    campaigns.pause(campaign_id=campaign.pk, reason="wait", actor_id=None, at=NOW)
    # Of those that wait a third is no news any more by tomorrow.
    waiting = Delivery.objects.filter(state="QUEUED").order_by("pk").values_list("pk", flat=True)
    short = list(waiting[: len(waiting) // 3])
    Delivery.objects.filter(pk__in=short).update(expires_at=NOW + timedelta(hours=12))

    next_day = NOW + timedelta(hours=24)
    campaigns.resume(campaign_id=campaign.pk, reason="go on", actor_id=None, at=next_day)
    send(next_day, reachable)
    runs.settle(at=next_day)

    states = Counter(Delivery.objects.values_list("state", flat=True))
    assert states == {"SENT": reachable - len(short), "EXPIRED": len(short)}
    assert reachable > 8_000
    assert first_day >= reachable // 10 * 3
    assert Delivery.objects.values("member").distinct().count() == reachable
    excluded = Enrollment.objects.filter(state="EXCLUDED").count()
    run.refresh_from_db()
    assert reachable + excluded == run.members_count == Enrollment.objects.count()
    assert (run.state, Campaign.objects.get().state) == ("FINISHED", "FINISHED")
