"""Tills that sell to a member at the moment in which the member is erased."""

import contextlib

from django.db import connection, transaction

from loyalty.models import Account, LedgerEntry, Order
from loyalty.selectors import ledger_checks
from loyalty.services.erasures import FORGOTTEN
from members.errors import MemberErased
from members.models import Identity, Member, MemberTag, PrivacyRequest, Tag
from members.services import (
    approvals,
    erasures,
    members,
    privacy_deeds,
    privacy_requests,
    tags,
)
from tests.campaigns.worker import until
from tests.concurrency.processes import at_once
from tests.loyalty import till
from tests.privacy import cases

EACH = 15


def test_an_order_is_never_lost_and_never_attached_to_an_erased_member(shop):
    alice = till.register("13800138000", "Alice")
    till.sell("T-first", till.line("1", 10_000))
    maker, checker = cases.people()
    request = cases.asked(alice, "DELETION", at=till.NOW)
    row = erasures.ask(request_id=request.pk, reason="letter", maker=maker, at=till.NOW)

    def work(number):
        if number == 0:
            approvals.approve(request_id=row.pk, checker=checker, at=till.NOW)
            return []
        return [
            till.sell(f"T-{number}-{count}", till.line("1", 10_000))["id"] for count in range(EACH)
        ]

    sold = [uid for uids in at_once(work, processes=4) for uid in uids]

    assert len(set(sold)) == 3 * EACH
    assert {str(uid) for uid in Order.objects.values_list("uid", flat=True)} >= set(sold)
    assert Member.objects.get(pk=alice.pk).state == "ERASED"
    # What is theirs was theirs before: the erasure saw it and forgot what was sent.
    theirs = Order.objects.filter(member=alice)
    assert {bytes(one.fingerprint) for one in theirs} == {FORGOTTEN}
    assert theirs.count() + Order.objects.filter(member=None).count() == 3 * EACH + 1
    earned = LedgerEntry.objects.filter(member=alice, kind="EARN").count()
    assert earned == theirs.count()
    # Enough of them lift the tier, and earn more.
    points = sum(theirs.values_list("earned_points", flat=True))
    assert points >= 100 * earned
    assert Account.objects.get(member=alice).active_points == points
    assert ledger_checks.findings() == []


def test_who_registers_again_in_that_moment_leaves_no_trace_on_the_erased_member(shop):
    alice = till.register("13800138000", "Alice")
    maker, checker = cases.people()
    request = cases.asked(alice, "DELETION", at=till.NOW)
    row = erasures.ask(request_id=request.pk, reason="letter", maker=maker, at=till.NOW)
    tag = Tag.objects.create(code="vip", name_en="VIP")

    def work(number):
        if number == 0:
            approvals.approve(request_id=row.pk, checker=checker, at=till.NOW)
            return []
        return [again(number, count) for count in range(EACH)]

    def again(number, count):
        told = members.Registration(
            identities=(
                members.IdentityClaim("PHONE", "13800138000"),
                members.IdentityClaim("EMAIL", f"a{number}-{count}@example.org"),
            ),
            consents=(members.ConsentGiven("MARKETING", "SMS", False, "1"),),
        )
        found = members.register(registration=told, at=till.NOW).member
        with contextlib.suppress(MemberErased):
            tags.give(members=[found], code=tag.code, at=till.NOW)
        return found.pk

    registered = {pk for pks in at_once(work, processes=4) for pk in pks}

    assert Member.objects.get(pk=alice.pk).state == "ERASED"
    assert not Identity.objects.filter(member=alice).exists()
    assert not MemberTag.objects.filter(member=alice).exists()
    # Whoever came afterwards is one new member.
    assert len(registered - {alice.pk}) == 1


def test_another_wish_of_the_member_and_the_erasure_wait_in_no_ring(shop):
    """A request leads to its member, and an erasure leads to all requests of the member."""
    alice = till.register("13800138000", "Alice")
    maker, checker = cases.people()
    deletion = cases.asked(alice, "DELETION", at=till.NOW)
    row = erasures.ask(request_id=deletion.pk, reason="letter", maker=maker, at=till.NOW)
    other = cases.asked(alice, "RESTRICTION", at=till.NOW)

    def work(number):
        if number:
            until(lambda: not is_free(other), "the other wish is at work")
            approvals.approve(request_id=row.pk, checker=checker, at=till.NOW)
            return
        with transaction.atomic():
            privacy_requests.lock(other.pk)
            until(somebody_waits, "the erasure waits")
            privacy_deeds.carry_out(request_id=other.pk, at=till.NOW)

    at_once(work, processes=2)

    assert Member.objects.get(pk=alice.pk).state == "ERASED"
    states = PrivacyRequest.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["DONE", "DONE"]


def is_free(request):
    with transaction.atomic():
        rows = PrivacyRequest.objects.select_for_update(skip_locked=True)
        return rows.filter(pk=request.pk).exists()


def somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE NOT l.granted AND a.datname = current_database()"
        )
        return cursor.fetchone()[0]
