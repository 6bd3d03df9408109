"""Several workers plan and send one run: one message a member, and nobody is lost."""

import os
import random
import signal
from collections import Counter
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.db.models import Max

from campaigns.models import ContactCredit, Delivery, Enrollment, FrequencyCap, Run
from campaigns.services import deliveries, enrollments, run_jobs, runs
from campaigns.services.enrollments import Entering
from members.models import Identity, Member
from members.services import members
from members.services.identities import IdentityClaim
from tests import world
from tests.campaigns import made
from tests.campaigns.mail_server import MailServer
from tests.campaigns.shop import enroll
from tests.campaigns.wechat_server import APP_ID, TEMPLATE, WechatServer
from tests.concurrency import processes

NOW = world.NOW
EVERYBODY = {"all": [{"field": "member.joined_days", "op": "gte", "value": 0}]}
PROCESSES = 8


@pytest.fixture
def shop(transactional_db, keys_made, empty_cache):
    world.open_shop()


@pytest.fixture
def mail(settings):
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.server_address[1]
        settings.EMAIL_USE_TLS = False
        settings.EMAIL_TIMEOUT = 10
        yield server


def crowd(count):
    """So many members with an address; every fourth allows no mail."""
    for number in range(count):
        consents = () if number % 4 == 3 else world.yes("EMAIL")
        enroll(email=f"m{number}@example.org", consents=consents)


def newsletter():
    return made.running(
        entry="AT",
        entry_rule={"at": NOW.isoformat()},
        condition=EVERYBODY,
        steps=[made.message("EMAIL")],
        at=NOW - timedelta(hours=1),
    )


def work(_number):
    """What a worker does, whatever others do meanwhile."""
    runs.begin_due(at=NOW)
    for run_id in Run.objects.values_list("pk", flat=True):
        last = Member.objects.aggregate(last=Max("pk"))["last"]
        while run_jobs.freeze_part(run_id=run_id, last=last, at=NOW) is not None:
            pass
        while run_jobs.plan_part(run_id=run_id, at=NOW, limit=7):
            pass
    while deliveries.send_due(at=NOW, limit=5):
        pass
    runs.settle(at=NOW)


def addresses(mail):
    return Counter(letter["To"] for letter in mail.taken)


def conserved():
    """Members by what became of them; deliveries and exclusions are the snapshot."""
    run = Run.objects.get()
    excluded = Enrollment.objects.filter(state="EXCLUDED").count()
    assert Delivery.objects.count() + excluded == run.members_count
    assert Delivery.objects.values("enrollment").distinct().count() == Delivery.objects.count()
    return Counter(Delivery.objects.values_list("state", flat=True)), excluded


def test_eight_workers_plan_and_send_one_run_and_every_member_gets_one_mail(shop, mail):
    crowd(60)
    newsletter()

    processes.at_once(work, processes=PROCESSES)
    # What a worker left to another one that had just gone.
    work(0)

    states, excluded = conserved()
    assert (states, excluded) == ({"SENT": 45}, 15)
    assert len(mail.taken) == 45
    assert set(addresses(mail).values()) == {1}
    assert Run.objects.get().state == "FINISHED"


def test_of_eight_campaigns_at_once_a_member_with_a_cap_of_one_hears_one(shop):
    FrequencyCap.objects.create(most_count=1, window="DAY")
    everyone = [
        enroll(email=f"m{number}@example.org", consents=world.yes("INBOX")) for number in range(5)
    ]
    for number in range(PROCESSES):
        enrollments.enter(
            campaign=made.running(f"c{number}"),
            entering=[Entering(member_id=one.pk, entry_key=f"k{one.pk}") for one in everyone],
            at=NOW,
        )

    processes.at_once(lambda number: send_all(), processes=PROCESSES)

    sent = Counter(Delivery.objects.filter(state="SENT").values_list("member_id", flat=True))
    assert sent == {one.pk: 1 for one in everyone}
    reasons = Counter(Delivery.objects.values_list("state", "reason"))
    assert reasons == {("SENT", ""): 5, ("SKIPPED", "frequency_cap"): 35}


def send_all():
    while deliveries.send_due(at=NOW, limit=3):
        pass


def test_one_credit_and_two_campaigns_are_one_message(shop, settings):
    with WechatServer() as server:
        for name, value in server.settings().items():
            setattr(settings, name, value)
        cache.clear()
        follower = members.register(
            registration=members.Registration(
                identities=(
                    IdentityClaim("PHONE", "13800138000"),
                    IdentityClaim("WECHAT_OPENID", "oAlice", issuer=APP_ID),
                ),
                name="Alice",
                channel="mini",
                consents=world.yes("WECHAT"),
            ),
            at=NOW,
        ).member
        assert Identity.objects.filter(member=follower, kind="WECHAT_OPENID").exists()
        ContactCredit.objects.create(
            member=follower,
            medium="WECHAT",
            template=TEMPLATE,
            left_count=1,
            granted_count=1,
            changed_at=NOW,
        )
        options = {"WECHAT": {"template": TEMPLATE, "fields": {"thing1": "{{ name }}"}}}
        made.template(media_options=options)
        for code in ("a", "b"):
            enrollments.enter(
                campaign=made.running(code, steps=[made.message("WECHAT")]),
                entering=[Entering(member_id=follower.pk, entry_key="k")],
                at=NOW,
            )

        processes.at_once(lambda number: send_all(), processes=2)

        rows = Counter(Delivery.objects.values_list("state", "reason"))
        assert rows == {("SENT", ""): 1, ("SKIPPED", "contact_credit"): 1}
        assert len(server.taken) == 1
        assert ContactCredit.objects.get().left_count == 0


def _mortal(statements):
    """A worker that is killed at its n-th statement."""
    seen = 0

    def wrapper(execute, sql, parameters, many, context):
        nonlocal seen
        seen += 1
        if seen > statements:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(wrapper):
        work(0)


def _run_mortals(pairs):
    connections.close_all()
    children = [
        processes._context.Process(target=_mortal, args=(statements,)) for statements in pairs
    ]
    for child in children:
        child.start()
    for child in children:
        child.join(processes.SECONDS)
    return [child.exitcode for child in children]


@pytest.mark.kill
def test_workers_killed_at_random_send_each_mail_at_most_once_and_lose_nobody(shop, mail):
    crowd(40)
    newsletter()
    dice = random.Random(20260302)
    killed = 0
    for _ in range(60):
        codes = _run_mortals([dice.randrange(5, 90) for _ in range(2)])
        killed += sum(code == -signal.SIGKILL for code in codes)
        if Run.objects.filter(state="FINISHED").exists():
            break
    # Claims whose sender died are unknown after their lease: nobody sends them again.
    Delivery.objects.filter(state="CLAIMED").update(claimed_at=NOW - deliveries.LEASE)
    work(0)

    states, excluded = conserved()
    assert killed > 10
    assert excluded == 10
    assert set(states) <= {"SENT", "UNKNOWN"}
    assert sum(states.values()) == 30
    assert set(addresses(mail).values()) == {1}
    # Each that was marked as sent is there; of the unknown ones some are, none twice.
    assert states["SENT"] <= len(mail.taken) <= 30
    assert Run.objects.get().state == "FINISHED"
