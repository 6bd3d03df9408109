"""Orders from several tills at the same moment: nothing lost, nothing doubled, nobody stuck."""

from itertools import chain

from loyalty.models import Account, LedgerEntry, Order, OrderLine, Product, TierChange
from loyalty.selectors import ledger_checks
from loyalty.services import catalog, orders
from tests.concurrency.processes import at_once, shared_out
from tests.loyalty import till
from tests.loyalty.till import line


def _sell(external_id, *lines, **options):
    sent = till.document(external_id, *lines, **options)
    return orders.record(order=sent, source=till.TILL, at=till.NOW)


def test_a_hundred_orders_of_one_member_from_eight_processes_all_earn(alice):
    numbers = range(100)

    def work(number):
        return [
            _sell(f"o-{order}", line("1", 10_000)).answer["points"]["earned"]
            for order in shared_out(numbers, number)
        ]

    earned = list(chain.from_iterable(at_once(work)))

    # 5 orders and ¥3,000 make silver (120 %): the 30 orders up to there earn 100 each, the next
    # 70 (to ¥10,000, reached by the last) 120.
    assert sorted(earned) == [100] * 30 + [120] * 70
    account = Account.objects.get(member_id=alice.pk)
    assert account.active_points == 30 * 100 + 70 * 120 == sum(earned)
    assert account.orders_count == 100
    assert account.window_spend_amount == 1_000_000
    assert account.tier_id == TierChange.objects.order_by("-id")[0].to_tier_id
    entries = LedgerEntry.objects.filter(member_id=alice.pk, kind="EARN")
    assert entries.count() == 100
    lifts = TierChange.objects.filter(member_id=alice.pk, reason="UPGRADE").order_by("id")
    assert [change.to_tier.code for change in lifts] == ["silver", "gold"]
    assert ledger_checks.findings() == []


def test_one_order_sent_fifty_times_at_once_earns_once_and_answers_the_same(alice):
    def work(number):
        sent = [_sell("o-1", line("1", 10_000)) for _ in shared_out(range(50), number)]
        return [(one.answer, one.is_replayed) for one in sent]

    sent = list(chain.from_iterable(at_once(work)))

    assert len(sent) == 50
    assert [is_replayed for _, is_replayed in sent].count(False) == 1
    first = sent[0][0]
    assert all(answer == first for answer, _ in sent)
    assert LedgerEntry.objects.filter(member_id=alice.pk).count() == 1
    assert till.balances(alice) == (0, 100, 0)
    assert ledger_checks.findings() == []


def test_an_order_without_a_member_sent_at_once_is_recorded_once(shop):
    def work(number):
        sent = [_sell("o-1", line("1", 10_000), phone=None) for _ in range(6)]
        return [one.answer for one in sent]

    answers = list(chain.from_iterable(at_once(work)))

    assert len(answers) == 48
    assert all(answer == answers[0] for answer in answers)
    assert Order.objects.count() == 1
    assert OrderLine.objects.count() == 1
    assert LedgerEntry.objects.count() == 0


def test_batches_with_the_same_members_in_other_orders_all_go_through(shop):
    phones = [f"1380013{number:04d}" for number in range(40)]
    members = [till.register(phone) for phone in phones]

    def work(number):
        # Each process begins with another member; every second one goes backwards.
        turned = phones[number * 5 :] + phones[: number * 5]
        turned = turned[::-1] if number % 2 else turned
        for batch in range(3):
            documents = [
                till.document(f"o-{number}-{batch}-{phone}", line("1", 1_000), phone=phone)
                for phone in turned
            ]
            recorded = orders.record_batch(orders=documents, source=till.TILL, at=till.NOW)
            assert all(one.error is None for one in recorded)

    at_once(work)

    assert Order.objects.count() == 8 * 3 * 40
    assert {account.active_points for account in Account.objects.filter(member__in=members)} == {
        8 * 3 * 10
    }
    assert ledger_checks.findings() == []


def test_a_batch_that_two_processes_send_at_once_is_recorded_once(alice):
    documents = [till.document(f"o-{number}", line("1", 1_000)) for number in range(50)]

    def work(number):
        recorded = orders.record_batch(orders=documents, source=till.TILL, at=till.NOW)
        return [one.answer for one in recorded]

    answers = at_once(work, processes=4)

    assert all(answer == answers[0] for answer in answers)
    assert Order.objects.count() == 50
    assert till.balances(alice) == (0, 500, 0)
    assert ledger_checks.findings() == []


def test_unknown_products_in_other_orders_are_made_once_and_nobody_waits_for_ever(alice):
    skus = [f"NEW-{number:03d}" for number in range(60)]

    def work(number):
        catalog.forget()
        turned = skus[number * 7 :] + skus[: number * 7]
        turned = turned[::-1] if number % 2 else turned
        for part in range(0, 60, 12):
            lines = [line(sku, 100, sku=sku) for sku in turned[part : part + 12]]
            _sell(f"o-{number}-{part}", *lines)

    at_once(work)

    assert Product.objects.filter(is_provisional=True).count() == 60
    assert Order.objects.count() == 8 * 5
    assert OrderLine.objects.count() == 8 * 60
    assert till.balances(alice) == (0, 480, 0)
    assert ledger_checks.findings() == []
