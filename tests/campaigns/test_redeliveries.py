"""Failed and unknown messages: sent once more by a person, once however many people try."""

import pytest

from campaigns.models import Campaign, Delivery
from campaigns.services import deliveries, redeliveries
from campaigns.services.redeliveries import Asked, MayHaveArrived, NotDead, TooManyAgain
from members.errors import ReasonRequired
from members.models import AuditRecord
from tests import world
from tests.campaigns.letters import HOUR, sent, tell
from tests.campaigns.redeliveries import dead
from tests.campaigns.shop import NOW, queued
from tests.parallel import at_once

LATER = NOW + 100 * HOUR


@pytest.fixture
def boss(shop):
    return world.operator("boss", role="marketing_manager")


@pytest.fixture
def failed(campaign, alice):
    return dead(campaign, alice)


def again(*rows, reason="gateway is back", doubled=False, at=LATER, actor=None):
    asked = Asked(
        delivery_ids=[row.pk for row in rows], reason=reason, is_doubling_accepted=doubled
    )
    outcome = redeliveries.send_again(asked=asked, actor_id=actor.pk, at=at)
    for row in rows:
        row.refresh_from_db()
    return outcome.count, dict(outcome.refused)


@pytest.mark.django_db
def test_a_failed_message_goes_out_once_more_with_a_new_time_to_live(failed, boss, provider):
    assert again(failed, actor=boss) == (1, {})
    assert (failed.state, failed.reason, failed.sent_again_at) == ("QUEUED", "", LATER)
    assert failed.expires_at == LATER + 48 * HOUR

    deliveries.send_due(at=LATER)

    failed.refresh_from_db()
    assert (failed.state, failed.attempts, len(provider.got)) == ("SENT", 6, 1)
    line = AuditRecord.objects.get(action="delivery.send_again")
    assert (line.actor_id, line.reason, line.member_id) == (
        boss.pk,
        "gateway is back",
        failed.member_id,
    )
    assert line.details == {"deliveries": [failed.pk], "unknown_count": 0}


@pytest.mark.django_db
def test_what_may_have_arrived_needs_a_person_who_says_so(campaign, alice, boss):
    unknown = dead(campaign, alice, "UNKNOWN")

    with pytest.raises(MayHaveArrived):
        again(unknown, actor=boss)
    unknown.refresh_from_db()
    assert (unknown.state, AuditRecord.objects.count()) == ("UNKNOWN", 0)

    assert again(unknown, actor=boss, doubled=True) == (1, {})
    assert AuditRecord.objects.get().details["unknown_count"] == 1


@pytest.mark.django_db
def test_news_that_the_first_one_arrived_keeps_the_second_at_home(campaign, alice, boss, provider):
    unknown = dead(campaign, alice, "UNKNOWN")
    again(unknown, actor=boss, doubled=True)

    tell(unknown, "DELIVERED")
    deliveries.send_due(at=LATER)

    unknown.refresh_from_db()
    assert (unknown.state, provider.got) == ("DELIVERED", [])


@pytest.mark.django_db
def test_of_many_those_go_that_can_and_the_rest_is_counted_by_reason(campaign, alice, boss):
    rows = [
        dead(campaign, alice, number=1),
        dead(campaign, alice, "UNKNOWN", number=2),
        sent(campaign, alice, number=3),
    ]

    assert again(*rows, actor=boss) == (1, {"may_have_arrived": 1, "not_dead": 1})

    assert [row.state for row in rows] == ["QUEUED", "UNKNOWN", "SENT"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "count", "ends"),
    [("FINISHED", 1, "SENT"), ("PAUSED", 1, "QUEUED"), ("KILLED", 0, "FAILED")],
)
def test_a_campaign_that_is_over_sends_it_and_one_that_was_stopped_does_not(
    campaign, alice, boss, provider, state, count, ends
):
    rows = [dead(campaign, alice, number=number) for number in (1, 2)]
    waits = queued(campaign, alice, number=3, not_before_at=LATER, expires_at=LATER + HOUR)
    Campaign.objects.update(state="PAUSED")
    Campaign.objects.update(state=state)

    assert again(*rows, actor=boss)[0] == 2 * count
    deliveries.send_due(at=LATER)

    assert set(Delivery.objects.exclude(pk=waits.pk).values_list("state", flat=True)) == {ends}
    waits.refresh_from_db()
    assert waits.state != "SENT"


@pytest.mark.django_db
def test_without_a_reason_or_with_too_many_nothing_is_sent(failed, boss):
    with pytest.raises(ReasonRequired):
        again(failed, reason=" ", actor=boss)
    asked = Asked(delivery_ids=range(1_001), reason="all of them")
    with pytest.raises(TooManyAgain):
        redeliveries.send_again(asked=asked, actor_id=boss.pk, at=LATER)
    failed.refresh_from_db()
    assert failed.state == "FAILED"


@pytest.mark.django_db(transaction=True)
def test_of_two_people_at_once_one_has_it_sent(failed, boss):
    def send():
        asked = Asked(delivery_ids=[failed.pk], reason="at once")
        return redeliveries.send_again(asked=asked, actor_id=boss.pk, at=LATER)

    results = at_once(send, send)

    assert sorted(type(one).__name__ for one in results) == ["NotDead", "Outcome"]
    assert any(isinstance(one, NotDead) for one in results)
    assert AuditRecord.objects.filter(action="delivery.send_again").count() == 1
