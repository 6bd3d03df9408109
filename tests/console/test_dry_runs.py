"""“Try it”: a basket judged by the published rules and by drafts, without a trace in the books."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from loyalty.models import EarningRule, LedgerEntry, Order, Product, Program
from members.models import Channel, Store
from tests import world
from tests.console import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(shop):
    return staff.logged_in("li", "marketing_manager")


def rule(code, **changes):
    return EarningRule.objects.create(
        **{
            "program": Program.objects.get(),
            "code": code,
            "name_en": code.capitalize(),
            "effect": "MULTIPLIER",
            "percent": 200,
            "state": "PUBLISHED",
            "valid_from": world.NOW - timedelta(days=10),
            **changes,
        }
    )


WEEKEND = {"field": "time.weekday", "op": "in", "value": [6, 7]}


def basket(**changes):
    return {
        "line-TOTAL_FORMS": "2",
        "line-INITIAL_FORMS": "0",
        "line-0-sku": "CREAM",
        "line-0-category": "",
        "line-0-brand": "",
        "line-0-quantity": "1",
        "line-0-net_amount": "100.00",
        "store": Store.objects.get(code="SH01").pk,
        "channel": Channel.objects.get(code="pos").pk,
        "day": "2026-03-07",
        "hour": "18",
        "member": "",
        "tier": Program.objects.get().tiers.get(code="gold").pk,
        "order_number": "2",
        **changes,
    }


def tried(browser, **changes):
    path = reverse("admin:loyalty_earningrule_try_it")
    return staff.text(browser.post(path, basket(**changes))).replace("&#x27;", "'")


def test_a_basket_is_judged_as_of_its_own_day_and_tier(manager):
    rule("weekend", condition=WEEKEND)

    saturday = tried(manager)
    monday = tried(manager, day="2026-03-09")

    # 100 × 1.5 for Gold, × 2 on a Saturday.
    assert '<p class="console-figure">300 points</p>' in saturday
    assert "Rule “Weekend”, version 1: points × 2, 150 points." in saturday
    assert '<p class="console-figure">150 points</p>' in monday
    assert "gives nothing: only if on Saturday or Sunday, and it was Monday." in monday


def test_a_draft_is_tried_beside_the_published_rules(manager):
    Product.objects.create(sku="CREAM", category="skincare")
    draft = rule(
        "skin",
        state="DRAFT",
        percent=300,
        condition={"field": "line.category", "op": "eq", "value": "skincare"},
    )

    shown = tried(manager, drafts=[draft.pk])

    assert '<p class="console-figure">150 points</p>' in shown
    assert '<p class="console-figure">450 points</p>' in shown
    assert "300 points more" in shown


def test_a_member_brings_their_own_tier(manager, alice):
    assert '<p class="console-figure">100 points</p>' in tried(manager, member="13800138000")


def test_nothing_is_recorded(manager, alice):
    rule("bonus", effect="FIXED", points=50, budget_points=60).budgets.create(
        shard=0, left_points=60
    )

    for _ in range(2):
        assert '<p class="console-figure">150 points</p>' in tried(manager, member="13800138000")
    assert (Order.objects.count(), LedgerEntry.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"line-0-net_amount": ""}, "Say what is paid for it."),
        ({"line-0-net_amount": "ten"}, "Enter a number."),
        ({"line-0-net_amount": "", "line-0-sku": ""}, "Fill in at least one line."),
        ({"member": "13500135000"}, "No member found: check the number."),
        ({"hour": "24"}, "less than or equal to 23"),
    ],
)
def test_what_is_missing_is_said_at_its_place(manager, changes, refusal):
    shown = tried(manager, **changes)

    assert refusal in shown
    assert "console-figure" not in shown


def test_more_lines_keep_what_was_filled_in(manager):
    shown = tried(manager, more="1")

    assert 'value="CREAM"' in shown
    assert 'name="line-5-sku"' in shown
    assert "console-figure" not in shown


def test_the_page_asks_no_more_for_more_rules(manager):
    rule("weekend", condition=WEEKEND)
    tried(manager)
    with CaptureQueriesContext(connection) as few:
        tried(manager)
    for number in range(12):
        rule(f"more-{number}", condition=WEEKEND)
    tried(manager)
    with CaptureQueriesContext(connection) as many:
        tried(manager)

    assert len(many) <= len(few)
    assert len(many) <= 36


def test_from_a_draft_s_page_it_is_chosen_already(manager):
    draft = rule("skin", state="DRAFT")

    answer = manager.get(reverse("admin:loyalty_earningrule_try_draft", args=[draft.pk]))

    shown = staff.text(manager.get(answer.headers["Location"]))
    assert f'value="{draft.pk}" id="id_drafts_0" checked' in shown
