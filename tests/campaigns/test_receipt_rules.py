"""What became of a message: the table of docs/algorithms/receipts.md, in every order."""

from datetime import timedelta
from itertools import permutations

import pytest

from campaigns.rules import link_tokens, links, machines, receipts
from campaigns.rules.link_tokens import Named
from campaigns.rules.machines import Look
from campaigns.rules.receipts import Report
from tests import documented
from tests.documented import Row
from tests.world import NOW

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
SECRET = b"secret"


def after(seconds):
    return NOW + timedelta(seconds=seconds)


REPORTS = {
    "delivered": Report(kind="DELIVERED", occurred_at=after(10)),
    "hard bounce": Report(kind="BOUNCED", occurred_at=after(20), detail="hard:5.1.1"),
    "soft bounce": Report(kind="BOUNCED", occurred_at=after(5), detail="soft:4.2.2"),
    "opened": Report(kind="OPENED", occurred_at=after(60)),
    "machine opened": Report(kind="OPENED", occurred_at=after(1), is_machine=True),
    "clicked": Report(kind="CLICKED", occurred_at=after(90), detail="link:1"),
    "other link at once": Report(kind="CLICKED", occurred_at=after(90.4), detail="link:2"),
    "complained": Report(kind="COMPLAINED", occurred_at=after(300)),
    "unsubscribed": Report(kind="UNSUBSCRIBED", occurred_at=after(200)),
}


def seconds(instant):
    return "–" if instant is None else f"{(instant - NOW).total_seconds():g}"


@pytest.mark.parametrize("row", documented.rows("algorithms/receipts.md", "The table"), ids=str)
def test_the_table_holds_in_every_order(row: Row):
    named = [name.strip() for name in row.text("reports").split("+")]
    told = [REPORTS[name] for name in named if name != "none"]

    for order in permutations(told):
        outcome = receipts.outcome(row.text("before"), order)

        assert outcome.state == row.text("state")
        assert seconds(outcome.delivered_at) == row.text("delivered")
        assert seconds(outcome.opened_at) == row.text("opened")
        assert seconds(outcome.clicked_at) == row.text("clicked")


def test_no_set_of_reports_depends_on_the_order_in_which_it_came_bit_by_bit():
    """The row holds the last state only: judged again after each report it ends the same."""
    for before in ("SENT", "CLAIMED", "UNKNOWN", "FAILED", "QUEUED"):
        for told in permutations(REPORTS.values(), 3):
            state = before
            for count in range(1, 4):
                state = receipts.outcome(state, told[:count]).state
            assert state == receipts.outcome(before, told).state


@pytest.mark.parametrize(
    ("changes", "is_machine"),
    [
        ({}, False),
        ({"method": "HEAD"}, True),
        ({"user_agent": ""}, True),
        ({"user_agent": "Mozilla/5.0"}, True),
        ({"user_agent": "Mozilla/5.0 (via ggpht.com GoogleImageProxy)"}, True),
        ({"user_agent": "Mozilla/5.0 (compatible; Barracuda Sentinel)"}, True),
        ({"user_agent": "Slackbot-LinkExpanding 1.0"}, True),
        ({"user_agent": "python-requests/2.32"}, True),
        ({"is_prefetch": True}, True),
        ({"sent_at": after(56)}, True),
        ({"sent_at": after(55)}, False),
        ({"sent_at": None}, True),
    ],
)
def test_a_machine_is_told_by_its_name_its_haste_and_its_manners(changes, is_machine):
    look = {"method": "GET", "user_agent": PHONE, "at": after(60), "sent_at": NOW, **changes}

    assert machines.is_machine(Look(**look)) is is_machine


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See https://a.example/x?y=1&z=2.", ["https://a.example/x?y=1&z=2"]),
        ("（https://a.example/新品）快来", ["https://a.example/新品"]),
        ("(https://a.example/q_(1))", ["https://a.example/q_(1)"]),
        (
            "点击https://a.example，再看 http://b.example/。",
            ["https://a.example", "http://b.example/"],
        ),
        ("javascript:alert(1) ftp://a.example mailto:a@b.example https:// http://", []),
        ("HTTPS://A.example/ and https://a.example/", ["HTTPS://A.example/", "https://a.example/"]),
    ],
)
def test_links_are_found_as_people_write_them(text, found):
    assert links.find(text) == found
    assert links.exchange(text, lambda place, address: address) == text


def test_a_hundred_links_are_followed_and_the_rest_stay():
    text = " ".join(f"https://a.example/{number}" for number in range(101))

    exchanged = links.exchange(text, lambda place, address: f"<{place}>")

    assert exchanged.endswith("<99> https://a.example/100")


def test_a_token_is_24_characters_that_nobody_can_change_or_use_for_something_else():
    token = link_tokens.write("c", Named(2**47, 7), SECRET)

    assert len(token) == 24
    assert link_tokens.read("c", token, [b"newer", SECRET]) == Named(2**47, 7)
    assert link_tokens.read("u", token, [SECRET]) is None
    assert link_tokens.read("c", token, [b"other"]) is None
    for place in range(24):
        other = "A" if token[place] != "A" else "B"
        changed = token[:place] + other + token[place + 1 :]
        assert link_tokens.read("c", changed, [SECRET]) is None
    for bad in ("", "A" * 24, "A" * 23, "é" * 24, "!" * 24, token + "A"):
        assert link_tokens.read("c", bad, [SECRET]) is None
