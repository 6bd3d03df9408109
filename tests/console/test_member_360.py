"""The member's page, tab by tab."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import Member
from members.registry import panels
from tests import world
from tests.console import staff
from tests.loyalty import till

pytestmark = pytest.mark.django_db
TABS = (
    "timeline", "ledger", "orders", "tier", "benefits", "coupons", "rewards", "behaviors",
    "offers", "challenges", "referrals", "behavior_events", "metrics", "campaigns", "segments",
    "messages", "service", "appointments", "tasks", "notes", "communities", "surveys", "consents",
    "protection", "profile", "sessions", "approvals",
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens_within_its_queries_and_names_nobody(shop, alice, tab, language):
    order = till.sell("T-1", till.line("1", 28_000), till.line("2", 5_000), when=world.NOW)
    till.sell("T-2", till.line("1", 9_000), when=world.NOW, points_amount=500)
    till.give_back(order, "R-1", {"2": 5_000}, when=world.NOW)
    service = staff.logged_in("sun", "customer_service", language=language)

    with CaptureQueriesContext(connection) as queries:
        shown = staff.text(service.get(staff.page(alice, tab)))

    assert len(queries) <= staff.MOST_QUERIES_OF_A_MEMBER
    for secret in ("爱丽", world.ALICE_PHONE, "alice@example.org", "1990-05-17"):
        assert secret not in shown


def test_every_panel_of_the_registry_has_its_tab(shop, alice):
    assert tuple(panel.code for panel in panels.member_panels()) == TABS


def test_a_tab_that_is_not_the_operator_s_is_not_opened(shop, alice):
    marketer = staff.logged_in("zhao", "marketer")

    shown = staff.text(marketer.get(staff.page(alice, "ledger")))

    assert "Points ledger" not in shown
    assert 'class="timeline"' in shown


def test_the_header_says_balance_tier_and_progress(service, alice):
    till.sell("T-1", till.line("1", 280_000), when=world.NOW)

    shown = staff.text(service.get(staff.page(alice)))

    assert "2,800" in shown
    assert "¥200 and 4 orders more by" in shown


def test_the_timeline_tells_an_order_in_one_sentence(service, alice):
    till.sell("T-1", till.line("1", 28_000), when=world.NOW)

    shown = staff.text(service.get(staff.page(alice)))

    assert "Bought for ¥280.00 at Jing&#x27;an, earned 280 points" in shown
    assert "Became a member at Jing&#x27;an" in shown
    assert "loyalty." not in shown


def test_the_timeline_tells_a_rise(service, alice):
    for number in range(5):
        till.sell(f"T-{number}", till.line("1", 60_000), when=world.NOW)

    assert "Rose from Member to Silver" in staff.text(service.get(staff.page(alice)))


def test_the_timeline_goes_on_where_its_page_ended(service, alice):
    for number in range(33):
        when = world.NOW - timedelta(minutes=60 - number)
        till.sell(f"T-{number:02d}", till.line("1", 100), when=when)

    first = staff.text(service.get(staff.page(alice)))
    older = first.split("&amp;before=")[1].split('"')[0]
    second = staff.text(service.get(staff.page(alice, before=older)))

    # With the registration there are 34 sentences, 30 on a page.
    assert "T-32" in first
    assert "T-02" not in first
    assert "T-02" in second
    assert "Became a member" in second
    assert "&amp;before=" not in second


def test_what_was_told_late_stands_where_it_happened(service, alice):
    till.sell("T-new", till.line("1", 28_000), when=world.NOW - timedelta(hours=1))
    till.sell("T-late", till.line("1", 100), when=world.NOW - timedelta(hours=5))

    shown = staff.text(service.get(staff.page(alice)))

    assert shown.index("Order T-new") < shown.index("Order T-late")


def test_the_ledger_says_why(service, alice):
    till.sell("T-1", till.line("1", 28_000), when=world.NOW)

    shown = staff.text(service.get(staff.page(alice, "ledger")))

    assert "+280" in shown
    assert "Of ¥280.00, ¥280.00 were paid in money for goods that earn points." in shown
    assert "Rule “Points on purchases”, version 1: 1 point per ¥1 make 280 points." in shown
    assert "280 points, usable from 2026-03-02 through 2027-03-02" in shown


def test_the_ledger_says_what_a_return_did(service, alice):
    order = till.sell("T-1", till.line("1", 20_000), when=world.NOW)
    till.sell("T-2", till.line("1", 5_000), when=world.NOW, points_amount=200)
    till.give_back(order, "R-1", when=world.NOW)

    shown = staff.text(service.get(staff.page(alice, "ledger")))

    assert "Return R-1 of goods for ¥200.00." in shown
    assert "152 points were spent already: they become a debt." in shown


def test_the_profile_says_a_language_by_its_name(service, alice):
    Member.objects.filter(pk=alice.pk).update(language="zh-hans")

    assert "<dd>简体中文</dd>" in staff.text(service.get(staff.page(alice, "profile")))


def test_orders_show_lines_and_what_came_back(service, alice):
    order = till.sell("T-1", till.line("1", 28_000), till.line("2", 5_000), when=world.NOW)
    till.give_back(order, "R-1", {"2": 5_000}, when=world.NOW)

    shown = staff.text(service.get(staff.page(alice, "orders")))

    assert "SK-1" in shown
    assert "¥330.00" in shown
    assert "returned ¥50.00" in shown


def test_nobody_adds_deletes_or_edits_a_member_here(service, alice):
    assert service.get(f"{staff.MEMBERS}add/").status_code == 403
    assert service.post(f"{staff.MEMBERS}{alice.pk}/delete/", {"post": "yes"}).status_code == 403

    service.post(staff.page(alice), {"name": "Mallory", "state": "ERASED"})

    assert (Member.objects.get().name, Member.objects.get().state) == ("张爱丽", "ACTIVE")
