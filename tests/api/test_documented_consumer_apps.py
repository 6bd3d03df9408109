"""docs/consumer-apps.md: each example in its order, and what it says comes back."""

import json
import re
from datetime import timedelta

import pytest

from members.models import ApiClient
from members.rules import one_time_codes as rules
from tests import consumer_matrix, consumers, documented, world
from tests.test_authorization import NOBODYS, path_of

pytestmark = pytest.mark.django_db
EXAMPLE = re.compile(r"```http\n(.+?)```\n```json\n(.+?)```", re.DOTALL)
PAGE = (documented.DOCS / "consumer-apps.md").read_text()


def examples():
    for asked, told in EXAMPLE.findall(PAGE):
        head, _, body = asked.partition("\n\n")
        call, *headers = head.splitlines()
        method, path = call.split()
        status, _, answer = told.strip().partition(" ")
        yield method, path, headers, body.strip(), int(status), answer


def agrees(told, written):
    """What is written says what came; an ellipsis stands for whatever it is."""
    if not isinstance(written, str) or "…" not in written:
        return told == written
    return written == "…" or str(told).startswith(written.partition("…")[0])


def test_every_example_of_the_page_runs_as_it_stands(shop):
    phone = consumers.phone()
    known = {"client_id": phone.client.client_id}

    def filled(text):
        if "{code}" in text:
            known["code"] = consumers.code_for(ApiClient.objects.get())
        return re.sub(r"\{(\w+)\}", lambda found: known[found[1]], text)

    count = 0
    for method, path, headers, body, status, answer in examples():
        answered = phone.browser.generic(
            method,
            path,
            filled(body),
            content_type="application/json",
            headers=dict(filled(line).split(": ", 1) for line in headers),
        )
        assert answered.status_code == status, (path, answered.content)
        told = answered.json() if answered.content else {}
        written = json.loads(answer) if answer else {}
        assert told.keys() == written.keys(), path
        assert [name for name in told if not agrees(told[name], written[name])] == [], path
        known |= {name: value for name, value in told.items() if isinstance(value, str)}
        count += 1
    assert count == 6


def test_every_call_of_the_page_is_there(shop):
    named = set(re.findall(r"`(GET|POST|PATCH|DELETE) (/me[\w/{}-]*)`", PAGE))
    own = {
        (method, path_of(name).removeprefix("/api/v1").replace(str(NOBODYS), "{id}"))
        for name, methods in consumer_matrix.OWN.items()
        for method in methods
    }
    assert named == own


@pytest.mark.parametrize(
    "row",
    documented.rows("algorithms/one-time-codes.md", "How many are sent"),
    ids=str,
)
def test_every_wait_of_the_table_is_waited(row):
    limits = (
        rules.Limit(1, timedelta(minutes=1)),
        rules.Limit(5, timedelta(hours=1)),
        rules.Limit(10, timedelta(days=1)),
    )
    text = row.cells["sent, seconds ago, newest first"]
    sent_at = [] if text == "–" else row.numbers("sent, seconds ago, newest first")
    waited = rules.wait(
        sent_at=[world.NOW - timedelta(seconds=one) for one in sent_at],
        limits=limits,
        at=world.NOW,
    )
    assert waited == timedelta(seconds=row.number("wait"))
