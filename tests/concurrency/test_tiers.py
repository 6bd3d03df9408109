"""Two and more workers on the night's work on tiers, and tills at the same moment."""

from loyalty.models import Account, LedgerEntry, Program, Tier, TierChange
from loyalty.selectors import ledger_checks
from loyalty.services import tier_grants, tier_reviews
from tests.concurrency.processes import at_once
from tests.loyalty import till
from tests.loyalty.till import line

NIGHT = till.at("2027-11-22T03:10")


def _members(count, yuan):
    found = []
    for number in range(count):
        found.append(till.register(f"139001390{number:02}", f"M{number}"))
        till.sell(f"o-{number}", line("1", yuan * 100), phone=f"139001390{number:02}")
    return found


def test_terms_that_ended_are_judged_once_however_many_workers_look(shop, monkeypatch):
    Tier.objects.update(orders_count=0)
    monkeypatch.setattr(tier_reviews, "CHUNK", 3)
    _members(12, 3_000)

    moved = at_once(lambda number: sum(tier_reviews.end_terms(at=NIGHT)), processes=4)

    assert sum(moved) == 12
    assert TierChange.objects.filter(reason="DOWNGRADE").count() == 12
    assert set(Account.objects.values_list("tier__code", flat=True)) == {"member"}
    assert ledger_checks.findings() == []


def test_a_run_that_is_stopped_goes_on_with_what_is_left(shop, monkeypatch):
    Tier.objects.update(orders_count=0)
    Program.objects.update(tier_grace_days=3)
    monkeypatch.setattr(tier_reviews, "CHUNK", 5)
    _members(12, 3_000)

    stopped = tier_reviews.end_terms(at=NIGHT)
    assert next(stopped) == 5
    stopped.close()

    assert sum(tier_reviews.end_terms(at=NIGHT)) == 7
    assert TierChange.objects.filter(reason="GRACE").count() == 12


def test_a_lift_at_the_till_and_at_the_review_brings_one_gift(alice):
    Tier.objects.update(orders_count=0)
    till.sell("o-1", line("1", 200_000))
    Tier.objects.filter(code="silver").update(spend_amount=200_000, gift_points=500)

    def work(number):
        if number % 2:
            return sum(tier_reviews.lift(at=till.NOW))
        return till.sell(f"o-{number}-x", line("1", 1_000)) and 0

    at_once(work)

    assert TierChange.objects.filter(reason="UPGRADE").count() == 1
    assert LedgerEntry.objects.filter(source_type="TIER").count() == 1
    assert ledger_checks.findings() == []


def test_a_tier_is_bought_once_however_often_the_app_asks(alice):
    Tier.objects.update(orders_count=0)
    Tier.objects.filter(code="silver").update(price_points=1_000)
    till.sell("o-1", line("1", 250_000))

    def work(number):
        return tier_grants.buy(
            member_id=alice.pk, tier_code="silver", key="buy-1", at=till.NOW
        ).is_repeat

    assert sorted(at_once(work)) == [False] + [True] * 7
    assert till.balances(alice) == (0, 1_500, 0)
    assert ledger_checks.findings() == []
