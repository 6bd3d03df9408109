"""What the counter says of challenges: the one that the member's next orders reach soonest."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from loyalty.admin import challenge_sentences
from loyalty.models import Challenge, Tier
from loyalty.selectors import challenge_hints
from loyalty.services import programs
from members.models import MemberTag, Tag
from tests.console import staff
from tests.loyalty.challenge_shop import buy, challenge, work
from tests.loyalty.till import NOW, give_back

pytestmark = pytest.mark.django_db


def told(member, *, rank=0, at=NOW):
    terms = programs.current()
    with CaptureQueriesContext(connection) as asked, translation.override("en"):
        hint = challenge_hints.nearest(member_id=member.pk, rank=rank, terms=terms, at=at)
    assert len(asked) <= 1
    with translation.override("en"):
        return "" if hint is None else challenge_sentences.left(hint.challenge, hint.standing)


def test_the_nearest_is_told_by_what_is_left_to_it(shop, alice):
    assert told(alice) == ""
    challenge("third")
    challenge("spender", counts="SPEND", target=50_000)
    buy("1", 10)
    work()

    assert told(alice) == "2 more orders to “third”"
    buy("2", 390)
    work()
    assert told(alice) == "¥100 more to “spender”"


def test_after_it_was_reached_the_next_round_is_told_and_once_is_once(shop, alice):
    challenge("third")
    challenge("first", target=1, is_repeating=False)
    for number in range(3):
        buy(f"{number}")
    work()

    assert told(alice) == "3 more orders to “third”"


def test_an_order_that_came_back_is_missing_again(shop, alice):
    challenge("third")
    buy("1")
    second = buy("2")
    work()
    assert told(alice) == "1 more order to “third”"

    give_back(second, "R-1", {"1": 1_000}, when=NOW)
    work()
    assert told(alice) == "2 more orders to “third”"


def test_surprises_other_people_s_and_unjoined_ones_are_not_told(shop, alice):
    gold = Tier.objects.get(code="gold")
    tag = Tag.objects.create(code="press", name_en="Press")
    challenge("mystery", is_hidden=True)
    challenge("golden", for_tier=gold)
    challenge("pressed", for_tag=tag)
    challenge("joined", needs_joining=True)
    challenge("tops", counts="TIER", tier=gold, target=1, is_repeating=False)

    assert told(alice) == ""
    assert told(alice, rank=gold.rank) == "3 more orders to “golden”"
    MemberTag.objects.create(member=alice, tag=tag, created_at=NOW)
    assert told(alice) == "3 more orders to “pressed”"


def test_before_it_begins_and_after_it_was_stopped_nothing_is_told(shop, alice):
    made = challenge("third", valid_from=NOW + timedelta(days=1))

    assert told(alice) == ""
    assert told(alice, at=NOW + timedelta(days=1)) == "3 more orders to “third”"
    Challenge.objects.filter(pk=made.pk).update(state="STOPPED")
    assert told(alice, at=NOW + timedelta(days=1)) == ""


def test_the_card_at_the_counter_says_it(shop, alice):
    challenge("third")
    clerk = staff.logged_in("clerk", "clerk", store_codes=["SH01"])

    card = staff.text(clerk.post("/console/counter/lookup/", {"text": alice.card_number}))
    assert "3 more orders to “third”" in card
