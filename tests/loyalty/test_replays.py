"""Draft rules over past real orders: exact, cancelable, resumable, and nothing is written."""

from datetime import date, timedelta

import pytest
from django.db import connection

from loyalty.models import Account, EarningRule, LedgerEntry, Order, RuleUse, Tier
from loyalty.services import replays
from members.models import Job
from members.services import jobs
from tests import world
from tests.loyalty import till
from tests.loyalty.test_rules_on_orders import is_, publish
from tests.loyalty.till import line

pytestmark = pytest.mark.django_db
FROM, UNTIL = date(2026, 10, 1), date(2026, 12, 1)


@pytest.fixture
def year(alice, bob):
    """30 orders of two members, of which Bob's later ones earn as gold."""
    for number in range(30):
        phone = "13800138000" if number % 2 else "13900139000"
        if number == 20:
            Account.objects.filter(member_id=bob.pk).update(tier=Tier.objects.get(code="gold"))
        till.sell(
            f"o-{number}",
            line("1", 10_010 + number * 7, sku="CREAM", category="skincare"),
            line("2", 333 * number + 50, sku="SOAP", category="soap"),
            phone=phone,
            when=till.NOW - timedelta(days=30 - number),
        )
    return world.operator("analyst", role="marketing_manager")


def _draft(code, **settings):
    return publish(code, **{"state": "DRAFT", "version": 2, "name_en": code, **settings})


def _start(actor, *drafts):
    return replays.start(
        draft_ids=[draft.pk for draft in drafts],
        from_on=FROM,
        until_on=UNTIL,
        actor=actor,
        at=till.NOW,
    )


def _run(job):
    return jobs.run(job_id=job.pk, clock=lambda: till.NOW)


def test_the_totals_are_those_of_an_independent_sum(year):
    job = _start(year, _draft("base", points=3, per_amount=200))
    assert _run(job) == "DONE"
    job.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), sum(earned_points), sum(floor(eligible_amount * 3"
            " * (trace->>'coefficient_percent')::numeric / 20000)) FROM loyalty_order"
        )
        orders, given, replayed = (int(figure) for figure in cursor.fetchone())
    found = job.result
    assert (found["orders"], found["given_points"], found["replayed_points"]) == (
        orders, given, replayed,
    )  # fmt: skip
    assert found["difference_points"] == replayed - given > 0
    # 100 points are a yuan.
    assert found["cost_amount"] == replayed - given
    assert (found["members"], found["changed_members"], found["changed_orders"]) == (2, 2, 30)
    assert (job.done_count, job.total_count) == (30, 30)


def test_a_rule_of_lines_is_replayed_with_the_catalogues_categories_and_the_tier_of_then(year):
    draft = _draft("skincare", effect="MULTIPLIER", percent=200,
                   condition=is_("line.category", "skincare"))  # fmt: skip
    job = _start(year, draft)
    _run(job)
    job.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(floor(points)) FROM (SELECT sum(l.eligible_amount * CASE p.category"
            " WHEN 'skincare' THEN 2 ELSE 1 END)"
            " * (max(o.trace->>'coefficient_percent'))::numeric / 10000 AS points"
            " FROM loyalty_order o JOIN loyalty_orderline l ON l.order_id = o.id"
            " JOIN loyalty_product p ON p.id = l.product_id GROUP BY o.id) x"
        )
        assert job.result["replayed_points"] == int(cursor.fetchone()[0])


def test_a_canceled_replay_goes_on_where_it_stopped(year, monkeypatch):
    monkeypatch.setattr(replays, "CHUNK", 1)
    whole = _start(year, draft := _draft("base", points=3))
    _run(whole)
    job = _start(year, draft)
    seen = []

    def clock():
        # The first sign of life is the claim, the next that of the first chunk.
        seen.append(1)
        if len(seen) == 3:
            jobs.cancel(job_id=job.pk, at=till.NOW)
        return till.NOW

    assert jobs.run(job_id=job.pk, clock=clock) == "CANCELED"
    job.refresh_from_db()
    assert 0 < job.done_count < 30
    replays.resume(job_id=job.pk, at=till.NOW)
    assert _run(job) == "DONE"
    job.refresh_from_db()
    whole.refresh_from_db()
    assert job.result == whole.result
    assert job.done_count == 30


def test_a_draft_that_was_edited_meanwhile_stops_the_replay(year):
    job = _start(year, draft := _draft("base", points=3))
    EarningRule.objects.filter(pk=draft.pk).update(points=4)
    assert _run(job) == "FAILED"
    assert Job.objects.get(pk=job.pk).message == str(replays.DraftsChanged())


def test_caps_count_as_they_would_have_and_budgets_are_told(year):
    job = _start(
        year,
        _draft("gift", effect="FIXED", points=40, cap_month_points=100, budget_points=150),
    )
    _run(job)
    job.refresh_from_db()
    # Two members in October and November: 100 each a month.
    rules = {row["id"]: row["points"] for row in job.result["rules"]}
    assert rules["rule:gift"] == 400
    assert job.result["over_budget"] == [{"rule": "gift", "budget_points": 150, "points": 400}]


def test_a_replay_writes_nothing(year):
    before = (LedgerEntry.objects.count(), Order.objects.count(), RuleUse.objects.count())
    _run(_start(year, _draft("gift", effect="FIXED", points=40, cap_day_points=100)))
    assert (LedgerEntry.objects.count(), Order.objects.count(), RuleUse.objects.count()) == before


def test_nothing_to_replay_is_refused(year):
    with pytest.raises(replays.NothingToReplay):
        _start(year)
