"""The member list: masked, bounded, of the operator's stores, and found without an address."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import world
from tests.console import staff
from tests.loyalty import till

pytestmark = pytest.mark.django_db
LIST = staff.MEMBERS
SEARCH = f"{LIST}search/"


def test_the_list_shows_members_masked_with_tier_and_points(service, alice):
    till.sell("T-1", till.line("1", 28_000), when=world.NOW)

    shown = staff.text(service.get(LIST))

    assert "张*" in shown
    assert alice.card_number in shown
    assert "爱丽" not in shown
    assert ">Member</span>" in shown
    assert "280" in shown


def test_the_list_stays_within_its_queries_however_many_members(service):
    with CaptureQueriesContext(connection) as empty:
        service.get(LIST)
    for number in range(30):
        till.register(f"1370013{7000 + number}", "李雷", when=world.NOW)
    with CaptureQueriesContext(connection) as full:
        service.get(LIST)

    assert len(full) <= staff.MOST_QUERIES
    assert len(full) - len(empty) <= 3


def test_a_look_up_in_the_list_opens_the_page_and_leaves_no_phone_in_an_address(service, alice):
    answer = service.post(SEARCH, {"text": world.ALICE_PHONE})

    assert answer["Location"] == reverse("admin:members_member_change", args=[alice.pk])
    assert service.get(SEARCH, {"text": world.ALICE_PHONE}).status_code == 405


def test_several_hits_are_listed_by_their_ids(service, alice):
    other = till.register("13600136000", "张伟", when=world.NOW)

    answer = service.post(SEARCH, {"text": "张"})

    assert answer["Location"] == f"{LIST}?id__in={other.pk},{alice.pk}"
    shown = staff.text(service.get(answer["Location"]))
    assert alice.card_number in shown
    assert other.card_number in shown


def test_no_hit_lists_nobody(service, alice):
    shown = staff.text(service.post(SEARCH, {"text": "Nobody"}, follow=True))

    assert alice.card_number not in shown


def test_a_clerk_browses_members_of_their_stores_only(shop, alice, bob):
    clerk = staff.logged_in("wang", "clerk", ["SH01"])

    shown = staff.text(clerk.get(LIST))

    assert alice.card_number in shown
    assert bob.card_number not in shown
    assert clerk.get(staff.page(bob)).status_code == 404
    assert clerk.post(SEARCH, {"text": world.BOB_PHONE})["Location"] == f"{LIST}?id__in=0"
