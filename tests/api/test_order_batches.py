"""A batch of orders is answered one by one, whatever is wrong with any of them."""

import pytest

pytestmark = pytest.mark.django_db


def test_a_batch_without_orders_is_answered_without_results(till):
    answer = till.post("orders/batch", {"orders": []})

    assert (answer.status_code, answer.json()) == (200, {"results": []})


def test_a_batch_of_malformed_orders_alone_says_so_of_each(till):
    answer = till.post("orders/batch", {"orders": [{}, {"external_id": 7}]})

    assert answer.status_code == 200
    assert [one["status"] for one in answer.json()["results"]] == [422, 422]
