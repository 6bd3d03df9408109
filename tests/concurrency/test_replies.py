"""The same STOP told several times at once, and one told while its owner's card becomes another."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from campaigns.models import CreditReport, Receipt, Suppression
from campaigns.services import replies
from campaigns.transports.contract import ProviderReply
from members.models import Consent
from members.services import merges
from tests import world
from tests.campaigns import made
from tests.campaigns.shop import NOW, enroll, queued
from tests.concurrency import processes

PHONE = "+8613800138000"
MERGING, ANSWERING = range(2)


@pytest.fixture
def bob(transactional_db, keys_made, empty_cache):
    world.open_shop()
    return enroll(email="", phone=PHONE, consents=world.yes("SMS"))


def stop(address=PHONE):
    reply = ProviderReply(address=address, text="TD", occurred_at=NOW, external_id="SM1")
    return replies.hear(source="sms-basic", medium="SMS", reply=reply, at=NOW)


def refusals(member):
    return Consent.objects.filter(member=member, medium="SMS", is_granted=False).count()


def test_the_same_stop_eight_times_at_once_counts_once(bob):
    at = NOW - timedelta(minutes=1)
    queued(made.running(), bob, "SMS", state="SENT", claimed_at=at, sent_at=at)

    told = processes.at_once(lambda _number: stop())

    assert sorted(told) == [False] * 7 + [True]
    assert (refusals(bob), Receipt.objects.count(), CreditReport.objects.count()) == (1, 1, 1)


def test_a_number_that_is_nobodys_is_suppressed_once_by_eight_at_once(bob):
    processes.at_once(lambda _number: stop("+8613900139000"))

    assert Suppression.objects.count() == 1


def test_a_stop_during_a_merge_is_the_survivors(bob):
    survivor = enroll(email="b@example.org", consents=world.yes("SMS"))
    pids, merged = processes.pids(2), processes.barrier(2)

    def work(number):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pids[number] = cursor.fetchone()[0]
            if number == MERGING:
                merges.merge(survivor_id=survivor.pk, retired_id=bob.pk, at=NOW)
                merged.wait(processes.SECONDS)
                processes.until_blocked(pids[ANSWERING], by_pid=pids[MERGING])
                return None
            merged.wait(processes.SECONDS)
            return stop()

    assert processes.at_once(work, processes=2) == [None, True]
    assert (refusals(bob), refusals(survivor)) == (0, 1)
    assert not Suppression.objects.exists()
