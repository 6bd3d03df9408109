"""kill -9 on a real worker between commit and message, with a real broker and mail server.

The moment is chosen by a lock on the table that the worker is about to write, so that nothing in
the product knows of these tests. What beat does after a restart is done here by hand.
"""

from datetime import timedelta

import pytest
from celery import current_app
from django.core.cache import cache
from django.utils import timezone

from campaigns.models import Campaign, Delivery
from campaigns.services import campaign_approvals, campaigns, defaults, deliveries
from loyalty.services import programs
from loyalty.services.programs import TierPlan
from members.models import Dispatch, Event
from tests import world
from tests.campaigns import made
from tests.campaigns.mail_server import MailServer
from tests.campaigns.shop import enroll
from tests.campaigns.worker import locked, until, waits_for, working
from tests.loyalty import till

pytestmark = [pytest.mark.kill, pytest.mark.django_db(transaction=True)]
PHONE = world.ALICE_PHONE


@pytest.fixture
def mail():
    with MailServer() as server:
        yield server


@pytest.fixture
def shop(keys_made):
    """A programme whose second tier one order reaches, and a campaign that never rests."""
    current_app.control.purge()
    cache.clear()
    tiers = (
        TierPlan("member", "普通会员", "Member", 100),
        TierPlan("gold", "金卡", "Gold", 150, spend_amount=10_000, orders_count=1),
    )
    programs.set_up(at=timezone.now() - timedelta(days=1), tiers=tiers)
    world.open_shop()
    defaults.install(at=timezone.now())
    says(made.message("INBOX", "EMAIL", template=defaults.CODE, mode="EACH"))
    return enroll(phone=PHONE)


def says(step):
    """The campaign says this, and never rests."""
    Campaign.objects.filter(code=defaults.CODE).update(state="PAUSED")
    campaign = Campaign.objects.get(code=defaults.CODE)
    values = {"quiet_from": None, "quiet_until": None, "steps": [step]}
    campaigns.change(campaign_id=campaign.pk, values=values, at=timezone.now())
    campaign.refresh_from_db()
    campaign_approvals.begin_unasked(campaign=campaign, at=timezone.now())


def upgrade():
    """An order through the product's own door; when this returns it is committed."""
    now = timezone.now()
    till.sell("o-1", till.line("1", 20_000), phone=PHONE, when=now, now=now)
    assert Event.objects.filter(type="loyalty.tier.upgraded").count() == 1


def sweep():
    """What beat sends every few seconds."""
    current_app.send_task("members.tasks.sweep_dispatches")
    current_app.send_task("campaigns.tasks.send_due")


def states():
    return dict(Delivery.objects.values_list("medium", "state"))


def told():
    sent = Event.objects.filter(type="campaigns.message.sent")
    return sorted(payload["medium"] for payload in sent.values_list("payload", flat=True))


def until_idle():
    """Two more sweeps have come and gone, so nothing is left that could be sent again."""
    for _ in range(2):
        sweep()
        until(lambda: not queue_length(), "the queue is empty")
    until(lambda: not Dispatch.objects.exists(), "every dispatch is done")
    assert deliveries.send_due(at=timezone.now()) == 0


def queue_length():
    with current_app.connection_for_read() as broker:
        return broker.default_channel.client.llen("celery")


def test_killed_between_the_order_and_its_message_the_message_is_sent_once_after_restart(
    shop, mail
):
    with locked("campaigns_delivery"), working(email_url=mail.url) as worker:
        upgrade()
        until(lambda: waits_for("campaigns_delivery"), "the worker begins with the message")
        worker.kill()
    assert states() == {}
    assert mail.taken == []
    assert Dispatch.objects.filter(subscriber="campaigns.triggers").count() == 1

    with working(email_url=mail.url):
        sweep()
        until(lambda: told() == ["EMAIL", "INBOX"], "both messages are sent")
        until_idle()

    assert states() == {"INBOX": "SENT", "EMAIL": "SENT"}
    assert [letter["To"] for letter in mail.taken] == ["alice@example.org"]
    email = Delivery.objects.get(medium="EMAIL")
    # A long header is folded after its name.
    assert mail.taken[0]["Message-ID"].strip() == email.provider_ref
    assert told() == ["EMAIL", "INBOX"]


def test_killed_while_the_inbox_is_written_the_message_is_there_once_after_restart(shop, mail):
    says(made.message("INBOX", template=defaults.CODE))
    upgrade()
    with locked("members_event"), working(email_url=mail.url) as worker:
        sweep()
        until(lambda: waits_for("members_event"), "the worker writes the message")
        worker.kill()
    assert (states(), told()) == ({"INBOX": "QUEUED"}, [])

    with working(email_url=mail.url):
        sweep()
        until(lambda: states() == {"INBOX": "SENT"}, "the message is there")
        until_idle()

    assert (states(), told()) == ({"INBOX": "SENT"}, ["INBOX"])


def test_killed_after_the_provider_took_it_the_mail_is_unknown_and_never_sent_again(shop, mail):
    says(made.message("EMAIL", template=defaults.CODE))
    upgrade()
    with locked("members_event"), working(email_url=mail.url) as worker:
        sweep()
        until(lambda: mail.taken and waits_for("members_event"), "the worker notes the mail")
        worker.kill()
    assert states() == {"EMAIL": "CLAIMED"}

    with working(email_url=mail.url):
        until_idle()
        assert states() == {"EMAIL": "CLAIMED"}
        let_the_lease_run_out()
        sweep()
        until(lambda: states() == {"EMAIL": "UNKNOWN"}, "the mail is unknown")
        until_idle()

    assert len(mail.taken) == 1
    assert Delivery.objects.get().reason == "sender_died"
    assert told() == []


def test_killed_before_the_provider_answered_the_mail_is_unknown_and_not_sent(shop, mail):
    says(made.message("EMAIL", template=defaults.CODE))
    upgrade()
    mail.greets.clear()
    with working(email_url=mail.url) as worker:
        sweep()
        until(lambda: mail.callers == 1, "the worker calls the mail server")
        worker.kill()
    mail.greets.set()
    assert states() == {"EMAIL": "CLAIMED"}

    with working(email_url=mail.url):
        let_the_lease_run_out()
        sweep()
        until(lambda: states() == {"EMAIL": "UNKNOWN"}, "the mail is unknown")
        until_idle()

    assert (mail.taken, mail.callers, told()) == ([], 1, [])


def let_the_lease_run_out():
    """A quarter of an hour goes by: as far as the row can tell."""
    Delivery.objects.update(claimed_at=timezone.now() - deliveries.LEASE)
