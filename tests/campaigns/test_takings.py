"""What can't go uses nothing up: no credit, no money, no place under a cap; and a ghost is one only
where a message would have gone."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from django.db import connection

from campaigns.models import ContactCredit, ContactPolicy, Delivery, Enrollment
from campaigns.services import deliveries, enrollments, forecasts
from campaigns.transports import registry
from campaigns.transports.contract import NotSent, Transport
from members.services import members
from members.services.identities import IdentityClaim
from tests import world
from tests.campaigns import made
from tests.campaigns.shop import enroll

pytestmark = pytest.mark.django_db
NOW = world.NOW
HOUR = NOW + timedelta(hours=1)
GREETING = "Your day is {{ birthday | day }}"


@pytest.fixture
def wechat(monkeypatch, provider):
    transport = Transport(
        medium="WECHAT", identity_kind="WECHAT_OPENID", send=provider.send, needs_credit=True
    )
    monkeypatch.setitem(registry.TRANSPORTS, "WECHAT", transport)


def news(**values):
    return made.running(
        **{
            "entry": "AT",
            "entry_rule": {"at": HOUR.isoformat()},
            "condition": made.EVERYBODY,
            "late_policy": "SEND",
            **values,
        }
    )


def send(at=HOUR):
    while deliveries.send_due(at=at):
        pass


def left_of_the_budget():
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(\"left\") FROM loyalty_pool WHERE key LIKE 'campaign:%%:cost'")
        return int(cursor.fetchone()[0])


def follower(*media):
    person = world.register(
        members.Registration(
            identities=(IdentityClaim("WECHAT_OPENID", "oAlice"),),
            name="Alice",
            language="en",
            channel="mini",
            consents=world.yes(*media),
        )
    )
    ContactCredit.objects.create(
        member=person,
        medium="WECHAT",
        template="T1",
        left_count=1,
        granted_count=1,
        changed_at=NOW,
    )
    return person


def birthday_letter(**fields):
    return made.template("birthday", body_zh=GREETING, body_en=GREETING, **fields)


def result():
    return list(Delivery.objects.order_by("pk").values_list("medium", "state", "reason"))


def test_a_message_that_can_not_be_written_takes_neither_credit_nor_money(shop, wechat):
    follower("WECHAT")
    birthday_letter(media_options={"WECHAT": {"template": "T1"}})
    ContactPolicy.objects.create(pk=1, costs={"WECHAT": 5})
    news(budget_amount=5, steps=[made.message("WECHAT", template="birthday")])
    made.run_through(at=HOUR)

    send()

    assert result() == [("WECHAT", "SKIPPED", "missing_variable")]
    assert (ContactCredit.objects.get().left_count, left_of_the_budget()) == (1, 5)


def test_what_one_medium_can_not_say_the_next_one_does(shop, wechat):
    follower("WECHAT", "INBOX")
    options = {"WECHAT": {"template": "T1", "fields": {"thing1": "{{ birthday }}"}}}
    made.template(media_options=options)
    news(steps=[made.message("WECHAT", "INBOX")])
    made.run_through(at=HOUR)

    send()

    assert result() == [("INBOX", "SENT", "")]
    assert Delivery.objects.get().tried == [{"medium": "WECHAT", "reason": "missing_variable"}]
    assert ContactCredit.objects.get().left_count == 1


def test_an_event_s_message_that_one_medium_can_not_say_goes_by_the_next_one(shop, wechat):
    person = follower("WECHAT", "INBOX")
    options = {"WECHAT": {"template": "T1", "fields": {"thing1": "{{ birthday }}"}}}
    made.template(media_options=options)
    campaign = made.running(steps=[made.message("WECHAT", "INBOX")])

    entering = [enrollments.Entering(member_id=person.pk, entry_key="k")]
    enrollments.enter(campaign=campaign, entering=entering, at=NOW)
    send()

    assert result() == [("INBOX", "SENT", "")]


def test_a_retry_that_finds_the_budget_used_up_brings_no_money_back_that_was_not_taken(
    shop, provider
):
    for name in ("one", "two", "three"):
        enroll(email=f"{name}@example.org")
    ContactPolicy.objects.create(pk=1, costs={"EMAIL": 5})
    news(budget_amount=5, steps=[made.message("EMAIL")])
    made.run_through(at=HOUR)
    provider.error = NotSent()
    deliveries.send_due(at=HOUR, limit=1)
    assert (left_of_the_budget(), Delivery.objects.filter(cost_amount__gt=0).count()) == (5, 0)

    provider.error = None
    deliveries.send_due(at=HOUR, limit=1)
    send(at=HOUR + timedelta(minutes=5))

    assert sorted(result()) == [
        ("EMAIL", "SENT", ""),
        ("EMAIL", "SKIPPED", "budget"),
        ("EMAIL", "SKIPPED", "budget"),
    ]
    assert left_of_the_budget() == 0
    assert len(provider.got) == 2  # one of them was not taken


def test_a_held_out_member_whose_text_can_not_be_written_is_no_ghost(shop):
    written = world.register(replace(world.ALICE, consents=world.yes("INBOX")))
    for number in range(7):
        enroll(email=f"m{number}@example.org")
    birthday_letter()
    campaign = news(
        control_share=5_000,
        arms=[{"code": "a", "share": 5_000}],
        steps=[made.message("INBOX", template="birthday")],
    )
    told = forecasts.forecast(campaign_id=campaign.pk, at=NOW)
    made.run_through(at=HOUR)
    send()

    held_out = Enrollment.objects.filter(arm="control").exclude(member=written)
    assert held_out.exists()
    assert set(held_out.values_list("state", "reason")) == {("EXCLUDED", "missing_variable")}
    assert told.excluded == {"missing_variable": 7}
    ghosts = Delivery.objects.filter(state="GHOST").count()
    assert (told.sendable_count, told.held_out_count) == (1 - ghosts, ghosts)


def test_a_held_out_member_whose_message_would_expire_in_the_night_is_no_ghost(shop):
    for number in range(8):
        enroll(email=f"m{number}@example.org")
    news(
        control_share=5_000,
        arms=[{"code": "a", "share": 5_000}],
        # 15:00 in Shanghai, quiet to 18:00, and good for an hour.
        quiet_from=time(14),
        quiet_until=time(18),
        expires_hours=1,
    )
    made.run_through(at=HOUR)
    send(at=HOUR + timedelta(hours=3))

    assert Enrollment.objects.filter(arm="control").exists()
    reasons = set(Enrollment.objects.filter(state="EXCLUDED").values_list("arm", "reason"))
    # Both arms alike, and at once: who can't be written to in time has no message at all.
    assert reasons == {("control", "expired"), ("a", "expired")}
    assert not Delivery.objects.exists()


def test_the_forecast_knows_the_budget(shop, provider):
    for number in range(5):
        enroll(email=f"m{number}@example.org")
    ContactPolicy.objects.create(pk=1, costs={"EMAIL": 5})
    campaign = news(budget_amount=12, steps=[made.message("EMAIL")])

    told = forecasts.forecast(campaign_id=campaign.pk, at=NOW)
    made.run_through(at=HOUR)
    send()

    assert (told.sendable_count, told.excluded, told.cost_amount) == (2, {"budget": 3}, 10)
    assert len(provider.got) == 2
    assert left_of_the_budget() == 2


def test_the_forecast_asks_who_wrote_before_the_hour_at_which_it_goes_out(shop, alice):
    ContactPolicy.objects.create(pk=1, priority_hours=3)
    louder = made.running("louder", priority=9)
    Delivery.objects.create(
        campaign=louder,
        member=alice,
        medium="INBOX",
        send_key="x",
        state="SENT",
        language="en",
        queued_at=NOW,
        not_before_at=NOW,
        expires_at=NOW,
        claimed_at=NOW - timedelta(hours=1),
        sent_at=NOW - timedelta(hours=1),
    )
    campaign = news(entry_rule={"at": (NOW + timedelta(hours=4)).isoformat()})

    told = forecasts.forecast(campaign_id=campaign.pk, at=NOW)

    assert (told.sendable_count, told.excluded) == (1, {})
