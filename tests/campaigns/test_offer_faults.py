"""`verify_offers` finds budgets, counts and limits that don't follow from the uses of offers."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from campaigns.selectors import offer_checks
from tests.campaigns.promises import applied, lock, offer, pay, promise
from tests.loyalty import till

CART = {"1": 12_000}


@pytest.fixture(autouse=True)
def used(db, keys_made, empty_cache):
    till.set_up()
    alice = till.register("13800138000", "Alice")
    row = offer("save", budget_amount=5_000, limit_count=9, limit_member=5, limit_member_day=5)
    pay("o-1", promise(CART, applied(row, {"1": 1_000}), member=alice))
    lock("o-2", promise(CART, applied(row, {"1": 1_000}), member=alice))


def test_sound_offers_pass():
    told = StringIO()

    call_command("verify_offers", stdout=told)

    assert told.getvalue() == "The offers are sound: 7 checks.\n"


_POOL = """
UPDATE loyalty_pool SET "left" = "left" + 1
WHERE key = 'offer:save:{what}' AND shard = 3
"""


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        (
            _POOL.format(what="amount"),
            "what is left of an offer's budget is the budget less its uses",
        ),
        (
            _POOL.format(what="count"),
            "what is left of an offer's orders is the limit less its uses",
        ),
        (
            "UPDATE loyalty_pooluse SET used = used + 1 WHERE key = 'offer:save'",
            "a holder's count of an offer is how often it was used",
        ),
        (
            "DELETE FROM loyalty_pooluse WHERE key LIKE 'offer:save:%'",
            "a holder's count of an offer is how often it was used",
        ),
        (
            "UPDATE campaigns_quotelock SET state = 'EXPIRED', resolved_at = expires_at",
            "only open locks reserve",
        ),
        (
            "UPDATE campaigns_offeruse SET line_amounts = '{\"1\": 1001}' WHERE lock_id IS NULL",
            "what a use took off is not less than what lay on its lines",
        ),
        (
            "DELETE FROM campaigns_orderquote",
            "an order with uses of offers has its quote",
        ),
    ],
)
def test_each_fault_is_found(fault, check):
    with connection.cursor() as cursor:
        cursor.execute(fault)
        assert cursor.rowcount == 1

    assert check in [one.check for one in offer_checks.findings()]
    with pytest.raises(CommandError, match="of 7 checks failed"):
        call_command("verify_offers", stdout=StringIO())
