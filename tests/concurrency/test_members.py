"""Registrations and approvals from several places at the same moment."""

from itertools import chain

from loyalty.models import Account, LedgerEntry
from loyalty.services import points
from members.errors import AlreadyDecided
from members.models import Identity, Member, User
from members.services import approvals
from tests.concurrency.processes import at_once, shared_out
from tests.loyalty import till

SPELLINGS = (
    "13800138000",
    "138 0013 8000",
    "+86-138-0013-8000",
    "+8613800138000",
    "0086 138 0013 8000",
    "138-0013-8000",
    "１３８００１３８０００",
    "(138) 0013 8000",
)


def test_one_phone_registered_twenty_times_at_once_is_one_member(shop):
    spellings = [SPELLINGS[number % len(SPELLINGS)] for number in range(20)]

    def work(number):
        return [str(till.register(text).uid) for text in shared_out(spellings, number)]

    uids = list(chain.from_iterable(at_once(work)))

    assert len(uids) == 20
    assert set(uids) == {str(Member.objects.get().uid)}
    assert Identity.objects.filter(kind="PHONE").count() == 1
    assert Account.objects.count() == 1


def test_of_two_people_who_approve_at_once_one_does_and_the_points_come_once(shop):
    alice = till.register("13800138000")
    maker, *checkers = (_operator(name) for name in ("maker", "one", "two"))
    request = points.adjust(
        member_id=alice.pk, points=900, reason="goodwill", actor=maker, at=till.NOW
    ).approval

    def work(number):
        try:
            approvals.approve(request_id=request.pk, checker=checkers[number], at=till.NOW)
        except AlreadyDecided:
            return False
        return True

    assert sorted(at_once(work, processes=2)) == [False, True]
    assert till.balances(alice) == (0, 900, 0)
    assert LedgerEntry.objects.filter(kind="ADJUST").count() == 1


def _operator(name):
    # A superuser: even those are one of two.
    return User.objects.create_superuser(username=name, password="not-used-here")
