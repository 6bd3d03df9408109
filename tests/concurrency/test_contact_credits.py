"""Granted messages that come back while two cards become one: none is lost, none is made."""

import pytest
from django.db import connection, transaction

from campaigns.models import ContactCredit
from campaigns.services import contact_credits
from campaigns.services.contact_credits import Grant
from members.services import merges
from tests import world
from tests.campaigns.shop import NOW, enroll
from tests.concurrency import processes

MERGING, SENDING = range(2)


@pytest.fixture
def cards(transactional_db, keys_made, empty_cache):
    world.open_shop()
    return enroll(email="a@example.org"), enroll(email="b@example.org")


def named(member):
    return {"member_id": member.pk, "medium": "WECHAT", "template": "t-1"}


def grant(member, count):
    given = Grant(**named(member), count=count, source="mini", key=f"k{member.pk}")
    contact_credits.grant(grant=given, at=NOW)


def left():
    return dict(ContactCredit.objects.values_list("member_id", "left_count"))


@pytest.mark.parametrize("own", [0, 3])
def test_a_credit_that_comes_back_during_a_merge_is_the_survivors(cards, own):
    survivor, retired = cards
    grant(retired, 2)
    if own:
        grant(survivor, own)
    assert contact_credits.take(**named(retired), at=NOW)
    pids, merged = processes.pids(2), processes.barrier(2)

    def work(number):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pids[number] = cursor.fetchone()[0]
            if number == MERGING:
                merges.merge(survivor_id=survivor.pk, retired_id=retired.pk, at=NOW)
                merged.wait(processes.SECONDS)
                processes.until_blocked(pids[SENDING], by_pid=pids[MERGING])
                return None
            merged.wait(processes.SECONDS)
            return contact_credits.give_back(**named(retired), at=NOW)

    told = processes.at_once(work, processes=2)

    assert (told, left()) == ([None, True], {survivor.pk: own + 2})


def test_a_credit_that_comes_back_behind_a_merge_is_the_survivors(cards):
    survivor, retired = cards
    grant(retired, 1)
    assert contact_credits.take(**named(retired), at=NOW)
    merges.merge(survivor_id=survivor.pk, retired_id=retired.pk, at=NOW)

    assert contact_credits.give_back(**named(retired), at=NOW)
    assert left() == {survivor.pk: 1}


def test_a_credit_of_somebody_who_was_erased_comes_back_to_nobody(cards):
    _survivor, retired = cards
    assert not contact_credits.give_back(**named(retired), at=NOW)
    assert left() == {}
