"""Reads as of now, and windows counted anew when the programme counts another way."""

from datetime import date

import pytest

from loyalty.models import Account, Program
from loyalty.selectors import accounts, ledger_checks, tier_moves
from loyalty.services import programs, tier_windows
from members.models import Job
from members.services import jobs
from tests.loyalty import tier_shop, till
from tests.loyalty.tier_shop import buy, code_of
from tests.loyalty.till import at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop(shop):
    tier_shop.set_up()
    yield
    assert ledger_checks.findings() == []


def run(kind, when):
    job = Job.objects.create(kind=kind, created_at=when)
    assert jobs.run(job_id=job.pk, clock=lambda: when) == "DONE"


def window(member):
    account = Account.objects.get(member_id=member.pk)
    return account.window_from_on, account.window_spend_amount, account.window_orders_count


def test_a_read_after_the_term_says_what_is_left_without_the_night(alice):
    buy("o-1", 3_000)
    before = accounts.account(member_id=alice.pk, at=at("2027-11-21T23:59:59"))
    after = accounts.account(member_id=alice.pk, at=at("2027-11-22T00:00"))
    assert (before.tier.code, after.tier.code) == ("silver", "member")
    assert (after.tier_since_at, after.tier_until_at) == (at("2027-11-22"), None)
    assert code_of(alice) == "silver"


def test_a_read_counts_only_what_lies_in_the_window_that_day(alice):
    buy("o-1", 1_000, at("2025-12-01T12:00"), now=at("2026-11-21T14:00"))
    buy("o-2", 500)
    view = accounts.account(member_id=alice.pk, at=at("2026-11-30T12:00"))
    assert (view.progress.missing_amount, view.progress.by_on) == (150_000, date(2026, 11, 30))
    view = accounts.account(member_id=alice.pk, at=at("2026-12-01T12:00"))
    assert (view.progress.missing_amount, view.progress.by_on) == (250_000, date(2027, 11, 20))


def test_grace_shows_its_end_and_what_still_keeps_the_tier(alice):
    tier_shop.set_up(tier_grace_days=30)
    buy("o-1", 3_000)
    buy("o-2", 2_800, at("2027-06-01T12:00"))
    view = accounts.account(member_id=alice.pk, at=at("2027-11-25T12:00"))
    assert (view.tier.code, view.is_in_grace) == ("silver", True)
    assert view.tier_until_at == at("2027-12-22")
    assert (view.progress.keep.by_on, view.progress.keep.missing.amount) == (
        date(2027, 12, 21),
        20_000,
    )
    assert view.progress.projected.code == "member"


def test_a_calendar_window_that_becomes_rolling_counts_last_year_again(alice):
    tier_shop.set_up(tier_window="CALENDAR_YEAR")
    buy("o-1", 1_000, at("2025-12-30T12:00"))
    buy("o-2", 500, at("2026-03-01T12:00"))
    assert window(alice) == (date(2026, 1, 1), 50_000, 1)
    tier_shop.set_up(tier_window="ROLLING_MONTHS")
    run(tier_windows.KIND, at("2026-11-21T15:00"))
    assert window(alice) == (date(2025, 11, 22), 150_000, 2)


def test_a_window_of_membership_years_is_counted_from_each_members_own_day(shop):
    bob = till.register("13900139000", "Bob", when=at("2024-02-29T12:00"))
    buy("o-1", 1_000, at("2026-02-27T12:00"), phone="13900139000")
    buy("o-2", 500, at("2026-02-28T12:00"), phone="13900139000")
    Program.objects.update(tier_window="MEMBERSHIP_YEAR")
    run(tier_windows.KIND, at("2026-03-10T15:00"))
    assert window(bob) == (date(2026, 2, 28), 50_000, 1)


def test_counting_anew_goes_on_where_it_stopped(alice, bob, monkeypatch):
    monkeypatch.setattr(tier_windows, "CHUNK", 1)
    buy("o-1", 1_000)
    buy("o-2", 500, phone="13900139000")
    run(tier_windows.KIND, at("2026-11-21T15:00"))
    assert Job.objects.get().done_count == 2


def test_who_would_move_is_counted_as_of_today_and_changes_nothing(alice, bob):
    buy("o-1", 2_000, at("2025-12-01T12:00"), now=at("2026-11-21T14:00"))
    buy("o-2", 3_000, phone="13900139000")
    before = programs.current().tiers
    tier_shop.tier("silver", spend_amount=200_000)
    lower = programs.current().tiers
    tier_shop.tier("silver", spend_amount=400_000)
    higher = programs.current().tiers

    today = tier_moves.moves(before=before, after=lower, at=at("2026-11-30T12:00"))
    assert [(move.to_level.code, move.count) for move in today.at_once] == [("silver", 1)]
    assert today.at_once[0].member_ids == (alice.pk,)
    later = tier_moves.moves(before=before, after=lower, at=at("2026-12-01T12:00"))
    assert later.at_once == later.at_term_end == ()
    raised = tier_moves.moves(before=before, after=higher, at=at("2026-12-01T12:00"))
    assert [
        (move.from_level.code, move.to_level.code, move.count, move.anyway_count)
        for move in raised.at_term_end
    ] == [("silver", "member", 1, 0)]
    assert (code_of(alice), code_of(bob)) == ("member", "silver")


def test_who_would_be_drawn_is_shown(alice, bob):
    buy("o-1", 2_000)
    before = programs.current().tiers
    tier_shop.tier("top", cap_count=1)
    after = programs.current().tiers
    shown = tier_moves.moves(before=before, after=after, at=at("2026-11-22T12:00"))
    assert [(move.to_level.code, move.member_ids) for move in shown.at_once] == [
        ("top", (alice.pk,))
    ]
