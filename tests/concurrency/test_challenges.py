"""Eight workers hear of one member's orders and returns at the same moment: each award once."""

from datetime import timedelta

from loyalty.models import Challenge, ChallengeAward, PrizeGrant
from loyalty.selectors import ledger_checks
from members.models import Dispatch
from members.services import dispatches
from tests.concurrency.processes import at_once
from tests.loyalty import till
from tests.loyalty.challenge_shop import buy, challenge, value
from tests.loyalty.till import NOW, give_back


def test_orders_and_returns_that_come_at_once_give_each_award_once(alice):
    bob = till.register("13900139000", "Bob")
    challenge(since=NOW - timedelta(days=9))
    challenge("spend", counts="SPEND", target=2_000, since=NOW - timedelta(days=9))

    def work(number):
        phone = "13800138000" if number % 2 else "13900139000"
        for turn in range(3):
            sold = buy(f"O{number}-{turn}", phone=phone)
            if turn == 2:
                give_back(sold, f"R{number}")
            # One dispatch at a time, so that the workers really share the members.
            while dispatches.drain(at=NOW, limit=1):
                pass

    at_once(work)
    later = NOW + timedelta(hours=3)
    while dispatches.drain(at=later):
        pass

    assert not Dispatch.objects.exists()
    assert (value(alice), value(bob)) == (8, 8)
    assert (value(alice, "spend"), value(bob, "spend")) == (8_000, 8_000)
    for made in Challenge.objects.all():
        due = {"third": 2, "spend": 4}[made.code]
        standing = ChallengeAward.objects.filter(challenge=made, undone_at=None)
        assert standing.filter(member=alice).count() == standing.filter(member=bob).count() == due
    assert PrizeGrant.objects.filter(state="GIVEN").count() == 12
    assert ledger_checks.findings() == []
    assert till.balances(alice) == till.balances(bob) == (0, 80 + 6 * 200, 0)
