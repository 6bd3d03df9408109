"""What a cart costs: the quote as the service answers it, from one statement."""

import pytest

from campaigns.services import quote_tokens
from tests import world
from tests.campaigns.offers import line, offer, quote

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(shop):
    return world.register(world.ALICE)


def test_a_cart_without_offers_costs_what_its_lines_say(shop):
    answer = quote(line("1", 19_900), line("2", 500, quantity="3"), shipping_amount=800)
    assert (answer["gross_amount"], answer["net_amount"]) == (21_400, 21_400)
    assert answer["payable_amount"] == 22_200
    assert answer["member"] is None
    assert (answer["applied"], answer["rejected"], answer["gifts"]) == ([], [], [])
    assert answer["expires_at"] == "2026-03-02T06:10:00+00:00"


def test_spend_100_save_20_is_shared_over_70_and_50(shop):
    offer("spring", steps=[{"min_amount": 10_000, "amount": 2_000}])
    answer = quote(line("1", 7_000), line("2", 5_000))
    assert [row["net_amount"] for row in answer["lines"]] == [5_833, 4_167]
    assert answer["payable_amount"] == 10_000
    assert answer["applied"][0]["name_en"] == "Offer spring"
    assert answer["applied"][0]["lines"] == {"1": 1_167, "2": 833}


def test_a_quote_is_one_statement(alice, django_assert_num_queries):
    offer("spring", steps=[{"min_amount": 10_000, "amount": 2_000}], limit_member=1)
    quote(line("1", 12_000), phone=world.ALICE_PHONE)
    with django_assert_num_queries(1):
        answer = quote(line("1", 12_000), phone=world.ALICE_PHONE, coupons=["NO-SUCH-CODE"])
    assert answer["member"] == str(alice.uid)
    assert answer["payable_amount"] == 10_000
    assert quote_tokens.read(answer["quote_id"])["member"] == alice.pk
