"""Paid orders through the service: recorded always, judged once, in few statements."""

from datetime import timedelta

import pytest

from loyalty.errors import (
    BackdatingNotAllowed,
    CurrencyMismatch,
    DuplicateLine,
    OccurredInFuture,
    OrderConflict,
    PaymentsDoNotAddUp,
    UnknownChannel,
    UnknownStore,
)
from loyalty.models import Account, LedgerEntry, Order, OrderLine, Product, Program
from loyalty.selectors import ledger_checks
from loyalty.services import orders, points
from loyalty.services.documents import Source
from members.models import Dispatch, Event, Store
from tests.loyalty import till
from tests.loyalty.till import line

pytestmark = pytest.mark.django_db
STRICT = Source(name="till", channel="pos")


def _record(document, *, source=till.TILL, at=till.NOW):
    return orders.record(order=document, source=source, at=at)


def _nothing_changed():
    return (
        Order.objects.count(),
        OrderLine.objects.count(),
        LedgerEntry.objects.count(),
        Product.objects.count(),
        Event.objects.filter(type__startswith="loyalty.").count(),
    ) == (0, 0, 0, 0, 0)


def test_an_order_earns_a_point_a_yuan_and_answers_all_that_a_till_prints(alice):
    recorded = _record(till.document("o-1", line("1", 17_900)))
    order = Order.objects.get()
    assert not recorded.is_replayed
    assert recorded.answer == {
        "id": str(order.uid),
        "member": str(alice.uid),
        "points": {
            "earned": 179,
            "spent": 0,
            "pending": 0,
            "active_at": "2026-11-21T06:00:00+00:00",
            "expires_at": "2027-11-21T16:00:00+00:00",
            "breakdown": [{"id": "rule:base", "points": 179}],
        },
        "account": {"pending": 0, "active": 179, "held": 0, "available": 179, "debt": 0},
        "tier": {
            "code": "member",
            "changed_from": None,
            "until": None,
            "progress": {"next": "silver", "missing_amount": 282_100, "missing_orders": 4},
        },
        "refused": [],
    }
    assert order.trace["earned_points"] == 179
    assert "late" not in order.trace
    account = Account.objects.get(member_id=alice.pk)
    assert (account.orders_count, account.last_order_at) == (1, till.NOW)


def test_an_order_tells_its_events_and_who_hears_of_them(alice):
    _record(till.document("o-1", line("1", 17_900)))
    events = Event.objects.filter(type__startswith="loyalty.").order_by("id")
    assert [event.type for event in events] == ["loyalty.order.recorded", "loyalty.points.earned"]
    assert all(event.member_id == alice.pk for event in events)
    assert events[0].payload == {
        "order": str(Order.objects.get().uid),
        "order_id": Order.objects.get().pk,
        "net_amount": 17_900,
        "earned_points": 179,
        "spent_points": 0,
        "is_late": False,
    }
    subscribers = Dispatch.objects.filter(event=events[0].pk).values_list("subscriber", flat=True)
    assert "analytics.member_days" in subscribers


def test_the_same_order_again_gives_the_same_answer_and_no_effect(alice):
    first = _record(till.document("o-1", line("1", 17_900)))
    again = _record(till.document("o-1", line("1", 17_900)), at=till.NOW + timedelta(days=3))
    assert again.is_replayed
    assert again.answer == first.answer
    assert till.balances(alice) == (0, 179, 0)
    assert Order.objects.count() == LedgerEntry.objects.count() == 1


def test_the_same_number_with_another_content_is_a_conflict_and_changes_nothing(alice):
    _record(till.document("o-1", line("1", 17_900)))
    with pytest.raises(OrderConflict) as refused:
        _record(till.document("o-1", line("1", 17_901)))
    assert refused.value.status == 409
    assert till.balances(alice) == (0, 179, 0)
    assert Order.objects.count() == 1


def test_two_sources_may_use_the_same_number(alice):
    _record(till.document("o-1", line("1", 10_000)))
    _record(till.document("o-1", line("1", 20_000)), source=Source(name="web", channel="pos"))
    assert till.balances(alice) == (0, 300, 0)


def test_an_order_that_comes_days_later_earns_by_its_own_day_and_its_trace_says_late(alice):
    sold = till.NOW - timedelta(days=5)
    answer = _record(till.document("o-1", line("1", 10_000), when=sold)).answer
    order = Order.objects.get()
    assert order.trace["late"] is True
    assert order.business_date.isoformat() == "2026-11-16"
    assert answer["points"]["active_at"] == "2026-11-16T06:00:00+00:00"
    assert Event.objects.get(type="loyalty.order.recorded").payload["is_late"] is True


def test_a_member_that_nobody_knows_does_not_lose_the_order(shop):
    answer = _record(till.document("o-1", line("1", 10_000), phone="13711112222")).answer
    assert answer["refused"] == [{"what": "member", "code": "member_not_found"}]
    assert answer["member"] is None
    assert answer["account"] is None
    assert answer["points"]["earned"] == 0
    order = Order.objects.get()
    assert (order.member_id, order.net_amount) == (None, 10_000)
    assert order.trace == {"eligible_amount": 10_000, "missed": "no_member"}


def test_a_phone_that_is_none_does_not_lose_the_order_either(shop):
    answer = _record(till.document("o-1", line("1", 10_000), phone="123")).answer
    assert answer["refused"] == [{"what": "member", "code": "member_not_found"}]
    assert Order.objects.count() == 1


def test_a_sale_without_a_member_is_recorded_and_refuses_nothing(shop):
    answer = _record(till.document("o-1", line("1", 10_000), phone=None)).answer
    assert answer["refused"] == []
    assert (answer["member"], answer["account"], answer["tier"]) == (None, None, None)
    assert LedgerEntry.objects.count() == 0
    assert ledger_checks.findings() == []


def test_points_that_are_not_there_are_refused_and_the_order_is_recorded(alice):
    points.grant(member_id=alice.pk, points=100, key="a", reason="opening", at=till.NOW)
    document = till.document("o-1", line("1", 10_000), points_amount=200)
    answer = _record(document).answer
    assert answer["refused"] == [
        {
            "what": "points",
            "code": "insufficient_points",
            "asked_points": 20_000 // 100,
            "available_points": 100,
        }
    ]
    assert answer["points"]["spent"] == 0
    # ¥98 in money earn.
    assert till.balances(alice) == (0, 198, 0)
    assert ledger_checks.findings() == []


def test_coupons_quotes_and_unknown_holds_are_refused_with_a_reason(alice):
    document = till.document(
        "o-1", line("1", 10_000), coupons=["ABC"], quote_id="q", points_hold="h"
    )
    assert _record(document).answer["refused"] == [
        {"what": "points_hold", "code": "hold_not_open"},
        {"what": "coupon", "code": "coupon_not_found", "coupon": "ABC"},
        {"what": "quote", "code": "quote_invalid"},
    ]
    assert till.balances(alice) == (0, 100, 0)


def test_payments_that_do_not_add_up_are_refused_with_both_sums_and_change_nothing(alice):
    document = till.document(
        "o-1", line("1", 10_000), paid=[{"method": "cash", "kind": "MONEY", "amount": 9_999}]
    )
    with pytest.raises(PaymentsDoNotAddUp) as refused:
        _record(document)
    assert refused.value.details == {"paid_amount": 9_999, "due_amount": 10_000}
    assert refused.value.status == 422
    assert _nothing_changed()


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"currency": "USD"}, CurrencyMismatch),
        ({"store": "XX99"}, UnknownStore),
        ({"channel": "fax"}, UnknownChannel),
        ({"when": till.NOW + timedelta(minutes=5, seconds=1)}, OccurredInFuture),
        ({"when": till.NOW - timedelta(days=30, seconds=1)}, BackdatingNotAllowed),
    ],
)
def test_what_can_not_be_so_is_refused_and_changes_nothing(alice, options, error):
    with pytest.raises(error):
        _record(till.document("o-1", line("1", 10_000), **options), source=STRICT)
    assert Order.objects.count() == LedgerEntry.objects.count() == 0
    assert till.balances(alice) == (0, 0, 0)


def test_five_minutes_ahead_and_thirty_days_back_are_fine(alice):
    for number, apart in enumerate((timedelta(minutes=5), timedelta(days=-30))):
        document = till.document(f"o-{number}", line("1", 100), when=till.NOW + apart)
        _record(document, source=STRICT)
    assert till.balances(alice) == (0, 2, 0)


def test_older_orders_need_the_right_to_backdate(alice):
    old = till.document("o-1", line("1", 10_000), when=till.NOW - timedelta(days=200))
    _record(old)
    assert till.balances(alice) == (0, 100, 0)


def test_two_lines_with_one_id_are_refused(alice):
    with pytest.raises(DuplicateLine) as refused:
        _record(till.document("o-1", line("1", 100), line("2", 100), line("1", 100)))
    assert refused.value.details == {"line_ids": ["1"]}
    assert _nothing_changed()


def test_a_client_with_stores_of_its_own_speaks_for_no_other(alice):
    elsewhere = Store.objects.create(code="BJ01", name_en="Sanlitun", name_zh="三里屯店")
    source = Source(name="till", channel="pos", store_ids=frozenset({elsewhere.pk}))
    with pytest.raises(UnknownStore):
        _record(till.document("o-1", line("1", 100)), source=source)
    assert Order.objects.count() == 0


def test_an_unknown_product_is_made_as_provisional_and_known_the_next_time(alice):
    _record(till.document("o-1", line("1", 100, sku="NEW", name="Cream", category="skincare")))
    product = Product.objects.get()
    assert (product.sku, product.name_zh, product.is_provisional) == ("NEW", "Cream", True)
    _record(till.document("o-2", line("1", 100, sku="NEW", name="Other")))
    assert Product.objects.get().name_zh == "Cream"


def _statements(captured):
    frame = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return sum(not query["sql"].startswith(frame) for query in captured.captured_queries)


def test_an_order_takes_two_statements(alice, django_assert_max_num_queries):
    _record(till.document("warm", line("1", 100)))
    # Two, and the two of the savepoint that a test's transaction makes of BEGIN and COMMIT.
    with django_assert_max_num_queries(4) as captured:
        _record(till.document("o-1", line("1", 10_000), line("2", 5_000)))
    assert _statements(captured) == 2


def test_a_programme_that_changes_is_seen_by_the_next_order(alice):
    assert till.sell("o-1", line("1", 10_000))["points"]["earned"] == 100
    rule = Program.objects.get().earning_rules.get()
    rule.points = 3
    rule.save()
    assert till.sell("o-2", line("1", 10_000))["points"]["earned"] == 300


def test_a_point_that_pays_is_worth_a_fen_and_earns_nothing(alice):
    points.grant(member_id=alice.pk, points=500, key="a", reason="opening", at=till.NOW)
    answer = till.sell("o-1", line("1", 10_000), points_amount=500)
    assert (answer["points"]["spent"], answer["points"]["earned"]) == (500, 95)
    assert till.balances(alice) == (0, 95, 0)


def test_rounding_up_in_the_shops_favor_is_recorded_too(alice):
    answer = till.sell("o-1", line("1", 9_998), rounding_amount=-2)
    assert Order.objects.get().money_amount == 10_000
    assert answer["points"]["earned"] == 100
    assert ledger_checks.findings() == []
