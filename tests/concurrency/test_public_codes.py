"""A public code at many tills of one member: who waited for a coupon in vain gets another."""

import pytest
from django.db import connection, transaction

from loyalty.models import Coupon
from loyalty.selectors import ledger_checks
from tests.concurrency import processes
from tests.loyalty import coupon_shop as shop_of
from tests.loyalty.coupon_shop import minutes

FIRST, OTHER, WAITING = range(3)
LATER = minutes(15)


def _locked(code, alice):
    return shop_of.lock(101, code, alice, when=LATER) and ""


def _used(code, alice):
    return shop_of.why(shop_of.redeem(101, code, alice, when=LATER))


@pytest.mark.parametrize(
    ("other", "states"),
    [(_used, ["REDEEMED"] * 3), (_locked, ["LOCKED", "REDEEMED", "REDEEMED"])],
)
def test_who_waited_for_two_coupons_that_other_orders_have_is_given_a_third(alice, other, states):
    """The waiting till finds the second coupon free while the other has not committed yet."""
    kind = shop_of.live(public_code="WELCOME10", limit_member=None, stock_count=3)
    for order in range(2):
        shop_of.lock(order, "WELCOME10", alice)
    older, newer = Coupon.objects.order_by("pk").values_list("code", flat=True)
    pids, begun = processes.pids(3), processes.barrier(3)

    def work(number):
        pids[number] = connection.connection.info.backend_pid
        if number == WAITING:
            begun.wait(processes.SECONDS)
            return shop_of.why(shop_of.redeem(102, "WELCOME10", alice, when=LATER))
        with transaction.atomic():
            if number == OTHER:
                why = other(newer, alice)
            else:
                why = shop_of.why(shop_of.redeem(100, older, alice, when=LATER))
            begun.wait(processes.SECONDS)
            processes.until_blocked(pids[WAITING], by_pid=pids[number])
        return why

    assert processes.at_once(work, processes=3) == ["", "", ""]
    assert sorted(Coupon.objects.values_list("state", flat=True)) == states
    assert shop_of.left(kind) == (0, None)
    assert ledger_checks.findings() == []
