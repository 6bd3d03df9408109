"""Two taps, or eight, at the same moment count once."""

from datetime import timedelta

from loyalty.models import BehaviorAward, LedgerEntry, Program
from loyalty.selectors import ledger_checks
from loyalty.services import behavior_plans, behaviors
from loyalty.services.behaviors import Behavior, Teller
from tests.concurrency.processes import at_once
from tests.loyalty import till

TILL = Teller(source="mini")


def earning():
    behavior_plans.set_up(program=Program.objects.get(), at=till.NOW - timedelta(days=99))


def test_eight_taps_of_a_check_in_count_once_and_are_answered_alike(alice):
    earning()

    def work(number):
        tap = Behavior(member_id=alice.pk, code="check-in", occurred_at=till.NOW)
        return behaviors.record(behavior=tap, teller=TILL, at=till.NOW).answer

    answers = at_once(work)

    assert sorted(one.pop("already_counted") for one in answers) == [False] + [True] * 7
    assert all(one == answers[0] for one in answers)
    assert till.balances(alice) == (0, 5, 0)
    assert BehaviorAward.objects.count() == LedgerEntry.objects.count() == 1
    assert ledger_checks.findings() == []


def test_eight_shares_at_once_never_pass_the_cap_of_a_day(alice):
    earning()

    def work(number):
        share = Behavior(
            member_id=alice.pk, code="share", object_ref=f"SKU-{number}", occurred_at=till.NOW
        )
        return behaviors.record(behavior=share, teller=TILL, at=till.NOW).award.points

    assert sorted(at_once(work)) == [0, 0, 0, 0, 0, 20, 20, 20]
    assert till.balances(alice) == (0, 60, 0)
