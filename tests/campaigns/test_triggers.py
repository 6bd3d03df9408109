"""An upgrade becomes messages: one per medium, each a row with its state and its reason."""

from datetime import timedelta

import pytest

from campaigns.models import Campaign, Delivery, Enrollment, MessageTemplate
from campaigns.services import defaults, deliveries
from loyalty.events import TierUpgraded
from members.models import Dispatch, Event, Member
from members.services import dispatches, events
from tests import world
from tests.campaigns import made
from tests.campaigns.shop import NOW, YES, enroll

pytestmark = pytest.mark.django_db
UPGRADE = TierUpgraded(from_tier="member", to_tier="gold", order="o-1")


def upgrade(member, occurred_at=NOW):
    return events.record(fact=UPGRADE, member_id=member.pk, occurred_at=occurred_at, at=occurred_at)


def hear(at=NOW):
    while dispatches.drain(at=at):
        pass
    assert not Dispatch.objects.exists()


def outcome():
    rows = Delivery.objects.order_by("id")
    return [(row.medium, row.state, row.reason) for row in rows]


def test_an_upgrade_is_told_in_the_inbox_and_by_email(campaign, alice, mailoutbox):
    event = upgrade(alice)

    hear()
    deliveries.send_due(at=NOW)

    row = Enrollment.objects.get()
    assert (row.entry_key, row.context["event"]) == (f"m:{alice.pk}:e{event.uid.hex}", event.pk)
    inbox, email = Delivery.objects.order_by("id")
    assert outcome() == [("INBOX", "SENT", ""), ("EMAIL", "SENT", "")]
    assert inbox.send_key == f"e{row.pk}:s1:INBOX"
    assert inbox.expires_at == NOW + timedelta(hours=48)
    assert inbox.subject == "Congratulations: you are now Gold"
    assert "at 1.5 times the base rate" in inbox.body
    assert "You have 0 points to spend, worth ¥0.00." in inbox.body
    assert [letter.to for letter in mailoutbox] == [["alice@example.org"]]
    assert (mailoutbox[0].subject, mailoutbox[0].body) == (email.subject, email.body)
    assert mailoutbox[0].message()["Message-ID"] == email.provider_ref


def test_a_chinese_member_reads_chinese(campaign):
    upgrade(enroll(language="zh-hans"))

    hear()

    assert Delivery.objects.earliest("id").subject == "恭喜您升级为金卡会员"


def test_the_same_event_heard_twice_sends_once(campaign, alice, mailoutbox):
    event = upgrade(alice)
    hear()
    deliveries.send_due(at=NOW)
    Dispatch.objects.create(event=event, subscriber="campaigns.triggers", next_at=NOW)

    hear()
    deliveries.send_due(at=NOW)

    assert len(outcome()) == 2
    assert len(mailoutbox) == 1


def test_two_upgrades_are_two_messages(campaign, alice):
    upgrade(alice)
    upgrade(alice)

    hear()

    assert len(outcome()) == 4


def test_no_consent_row_is_no_consent_and_each_medium_stands_alone(campaign, mailoutbox):
    upgrade(enroll(consents=YES[:1]))

    hear()
    deliveries.send_due(at=NOW)

    assert outcome() == [("INBOX", "SENT", ""), ("EMAIL", "SKIPPED", "consent")]
    assert mailoutbox == []
    assert Delivery.objects.get(medium="EMAIL").has_text is False


def test_a_member_without_an_address_still_gets_the_inbox(campaign):
    upgrade(enroll(email=""))

    hear()

    assert outcome() == [("INBOX", "QUEUED", ""), ("EMAIL", "SKIPPED", "address")]


def test_at_night_messages_wait_for_the_morning(campaign, alice):
    at_night = NOW + timedelta(hours=10)
    upgrade(alice, occurred_at=at_night)

    hear(at=at_night)

    assert outcome() == [("INBOX", "QUEUED", "quiet_hours"), ("EMAIL", "QUEUED", "quiet_hours")]
    # 09:00 in Shanghai.
    assert {row.not_before_at for row in Delivery.objects.all()} == {NOW + timedelta(hours=19)}


def test_a_store_in_another_zone_has_its_own_night(campaign, alice):
    alice.store.time_zone = "America/New_York"
    alice.store.save()
    upgrade(alice)

    hear()

    # 01:00 there; 09:00 is eight hours away.
    assert outcome()[0] == ("INBOX", "QUEUED", "quiet_hours")
    assert Delivery.objects.earliest("id").not_before_at == NOW + timedelta(hours=8)


def test_an_upgrade_of_last_week_is_no_news(campaign, alice):
    upgrade(alice, occurred_at=NOW - timedelta(hours=48))

    hear()

    assert outcome() == []


def test_a_paused_campaign_says_why_it_is_silent_and_a_finished_one_hears_nothing(campaign, alice):
    Campaign.objects.update(state="PAUSED")
    upgrade(alice)
    hear()
    assert [(one.state, one.reason) for one in Enrollment.objects.all()] == [
        ("EXCLUDED", "campaign_state")
    ]
    assert outcome() == []

    Campaign.objects.update(state="FINISHED")
    upgrade(alice)
    hear()
    assert Enrollment.objects.count() == 1


@pytest.mark.parametrize("state", ["RESTRICTED", "ERASED"])
def test_only_active_members_come_in(campaign, alice, state):
    Member.objects.update(state=state)
    upgrade(alice)

    hear()

    assert not Enrollment.objects.exists()


@pytest.mark.parametrize("body", ["{{ nickname }}", "{{ tier"])
def test_a_text_that_can_not_be_written_is_not_sent(shop, alice, body):
    made.template("bad", body_en=body)
    made.running(steps=[made.message("INBOX", "EMAIL", template="bad", mode="EACH")])
    upgrade(alice)

    hear()
    deliveries.send_due(at=NOW)

    assert outcome() == [
        ("INBOX", "SKIPPED", "missing_variable"),
        ("EMAIL", "SKIPPED", "missing_variable"),
    ]


def test_what_is_sent_is_told_on_the_members_timeline(campaign, alice):
    upgrade(alice)
    hear()
    deliveries.send_due(at=NOW)

    told = Event.objects.filter(type="campaigns.message.sent", member_id=alice.pk)
    assert sorted(event.payload["medium"] for event in told) == ["EMAIL", "INBOX"]


def test_twenty_upgrades_are_judged_with_a_fixed_number_of_queries(
    campaign, django_assert_max_num_queries
):
    for number in range(20):
        upgrade(enroll(email=f"m{number}@example.org", consents=()))

    # A round for each subscriber that hears of newcomers, not for each of them.
    with django_assert_max_num_queries(75):
        hear()

    assert outcome() == [("INBOX", "SKIPPED", "consent"), ("EMAIL", "SKIPPED", "consent")] * 20


def test_installing_again_keeps_what_an_operator_changed(campaign):
    campaign.state = "PAUSED"
    campaign.save()
    MessageTemplate.objects.update(subject_en="Ours")

    again = defaults.install(at=NOW)

    assert (again.pk, again.state) == (campaign.pk, "PAUSED")
    assert MessageTemplate.objects.get().subject_en == "Ours"
    assert Campaign.objects.count() == 1


def test_a_medium_without_a_transport_has_no_address(shop):
    made.running(steps=[made.message("PUSH")])
    upgrade(enroll(consents=world.yes("PUSH")))

    hear()

    assert outcome() == [("PUSH", "SKIPPED", "address")]
