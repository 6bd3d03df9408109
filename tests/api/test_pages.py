"""Cursor pages lead forth and back, and never tell a total."""

from urllib.parse import urlsplit

import pytest
from django.test import RequestFactory

from members.api import pages, problems

ROWS = list(range(10, 0, -1))


def page(address="/rows?limit=4"):
    import json

    def fetch(before_id, limit):
        return [row for row in ROWS if before_id is None or row < before_id][:limit]

    answer = pages.respond(
        RequestFactory().get(address), fetch=fetch, id_of=lambda row: row, show=lambda row: row
    )
    return json.loads(answer.content)


def follow(address):
    parts = urlsplit(address)
    return page(f"{parts.path}?{parts.query}")


def test_pages_are_read_to_the_end_and_back():
    first = page()
    second = follow(first["next"])
    third = follow(second["next"])

    assert [one["results"] for one in (first, second, third)] == [
        [10, 9, 8, 7],
        [6, 5, 4, 3],
        [2, 1],
    ]
    assert (first["previous"], third["next"]) == (None, None)
    assert follow(third["previous"]) == second
    assert follow(second["previous"])["results"] == first["results"]
    assert first.keys() == {"next", "previous", "results"}


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=-1",
        "limit=9999999999999",
        "limit=00000000019999999",
        f"limit={'1' * 5_000}",
        "cursor=%21",
        "cursor=e30",
    ],
)
def test_a_bad_limit_or_cursor_is_422(query):
    with pytest.raises(problems.Refused) as refusal:
        page(f"/rows?{query}")

    assert refusal.value.problem.status == 422


def test_a_hundred_rows_are_the_most():
    assert page("/rows?limit=100")["results"] == ROWS
