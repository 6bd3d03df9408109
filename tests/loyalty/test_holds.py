"""Holds: points kept aside are captured, released or timed out, each exactly once."""

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from loyalty.errors import (
    AlreadyResolved,
    HoldConflict,
    HoldExpired,
    InsufficientPoints,
    MoreThanHeld,
)
from loyalty.models import Account, Hold, LedgerEntry, Lot
from loyalty.selectors import accounts, ledger_checks
from loyalty.services import holds, points
from loyalty.services.documents import HoldDocument
from members.errors import NotFound
from tests.loyalty import till
from tests.loyalty.till import NOW, TILL

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def rich(alice):
    """Alice with 100 points that lapse in ten minutes and 400 that never do."""
    soon = {"expires_at": NOW + 10 * MINUTE}
    points.grant(member_id=alice.pk, points=100, key="soon", reason="gift", at=NOW, **soon)
    points.grant(member_id=alice.pk, points=400, key="ever", reason="gift", at=NOW)
    return alice


def hold(asked, number="h-1", at=NOW, **options):
    sent = {
        "external_id": number,
        "member": {"type": "phone", "value": "13800138000"},
        "points": asked,
        **options,
    }
    return holds.create(hold=msgspec.convert(sent, HoldDocument), source=TILL, at=at)


def capture(answer, asked=None, at=NOW):
    return holds.capture(hold_uid=UUID(answer["id"]), points=asked, source=TILL, at=at)


def release(answer, at=NOW):
    return holds.release(hold_uid=UUID(answer["id"]), source=TILL, at=at)


def figures(member, at=NOW):
    seen = accounts.account(member_id=member.pk, at=at)
    return seen.active, seen.held, seen.available


def kinds():
    return list(LedgerEntry.objects.order_by("pk").values_list("kind", "points"))


def test_a_hold_keeps_points_aside_for_a_quarter_of_an_hour_and_spends_nothing(rich):
    answer = hold(300)
    assert (answer["state"], answer["points"]) == ("OPEN", 300)
    assert answer["expires_at"] == "2026-11-21T06:15:00+00:00"
    assert answer["account"] == {
        "pending": 0, "active": 500, "held": 300, "available": 200, "debt": 0,
    }  # fmt: skip
    assert figures(rich) == (500, 300, 200)
    assert kinds() == [("EARN", 100), ("EARN", 400)]
    assert ledger_checks.findings() == []


def test_what_is_held_can_not_be_spent_or_held_again(rich):
    hold(300)
    with pytest.raises(InsufficientPoints) as refused:
        hold(201, "h-2")
    assert refused.value.details == {"asked_points": 201, "available_points": 200}
    assert Hold.objects.count() == 1
    with pytest.raises(InsufficientPoints):
        points.redeem(member_id=rich.pk, points=201, key="x", reason="gift", at=NOW)
    assert figures(rich) == (500, 300, 200)


def test_a_capture_spends_all_and_a_repeat_gives_the_same_answer(rich):
    made = hold(300)
    first = capture(made, at=NOW + MINUTE)
    assert (first["state"], first["captured_points"]) == ("CAPTURED", 300)
    assert capture(made, at=NOW + 2 * MINUTE) == first
    assert figures(rich) == (200, 0, 200)
    assert kinds() == [("EARN", 100), ("EARN", 400), ("REDEEM", -300)]
    assert ledger_checks.findings() == []


def test_a_partial_capture_takes_the_soonest_to_lapse_and_releases_the_rest(rich):
    made = hold(300)
    answer = capture(made, 120)
    assert answer["captured_points"] == 120
    assert figures(rich) == (380, 0, 380)
    assert list(Lot.objects.order_by("pk").values_list("remaining_points", flat=True)) == [0, 380]
    with pytest.raises(AlreadyResolved):
        capture(made, 121)
    assert figures(rich) == (380, 0, 380)


def test_more_than_is_held_is_refused_and_the_hold_stays(rich):
    made = hold(300)
    with pytest.raises(MoreThanHeld) as refused:
        capture(made, 301)
    assert refused.value.details == {"asked_points": 301, "held_points": 300}
    assert figures(rich) == (500, 300, 200)


def test_a_release_gives_back_everything_and_can_not_be_captured_any_more(rich):
    made = hold(300)
    assert release(made)["state"] == "RELEASED"
    assert release(made)["state"] == "RELEASED"
    assert figures(rich) == (500, 0, 500)
    with pytest.raises(AlreadyResolved):
        capture(made)
    assert kinds() == [("EARN", 100), ("EARN", 400)]


def test_a_captured_hold_can_not_be_released(rich):
    made = hold(300)
    capture(made)
    with pytest.raises(AlreadyResolved):
        release(made)
    assert figures(rich) == (200, 0, 200)


@pytest.mark.parametrize(
    ("after", "captured"), [(timedelta(minutes=15) - timedelta(microseconds=1), True),
                            (timedelta(minutes=15), False)]
)  # fmt: skip
def test_the_time_is_over_at_its_instant_job_or_no_job(rich, after, captured):
    made = hold(50)
    if captured:
        assert capture(made, at=NOW + after)["state"] == "CAPTURED"
        return
    with pytest.raises(HoldExpired):
        capture(made, at=NOW + after)
    # The 100 lapsed meanwhile: 50 at their instant, the 50 that were held when the hold ended.
    assert figures(rich, NOW + after) == (400, 0, 400)


def test_points_that_lapse_while_held_can_still_be_captured(rich):
    made = hold(100)
    assert figures(rich, NOW + 11 * MINUTE) == (500, 100, 400)
    assert capture(made, at=NOW + 11 * MINUTE)["captured_points"] == 100
    assert figures(rich, NOW + 11 * MINUTE) == (400, 0, 400)


def test_points_that_lapsed_while_held_lapse_when_they_are_released(rich):
    made = hold(60)
    release(made, at=NOW + 12 * MINUTE)
    assert figures(rich, NOW + 12 * MINUTE) == (400, 0, 400)
    expired = LedgerEntry.objects.filter(kind="EXPIRE").order_by("pk")
    assert [(entry.points, entry.occurred_at) for entry in expired] == [
        (-40, NOW + 10 * MINUTE),
        (-60, NOW + 12 * MINUTE),
    ]
    assert ledger_checks.findings() == []


def test_a_night_that_finds_the_time_over_frees_the_points_on_their_own_instant(rich):
    hold(60)
    later = NOW + timedelta(days=3)
    points.settle(member_ids=[rich.pk], at=later)
    assert Hold.objects.get().state == "EXPIRED"
    assert Hold.objects.get().resolved_at == NOW + 15 * MINUTE
    assert Account.objects.get(member_id=rich.pk).held_points == 0
    last = LedgerEntry.objects.filter(kind="EXPIRE").latest("pk")
    assert (last.points, last.occurred_at) == (-60, NOW + 15 * MINUTE)


def test_an_open_hold_stays_capturable_while_there_is_a_debt(rich):
    order = till.sell("o-1", till.line("1", 60_000))
    assert figures(rich) == (1_100, 0, 1_100)
    made = hold(100)
    points.redeem(member_id=rich.pk, points=1_000, key="all", reason="gift", at=NOW)
    till.give_back(order, "r-1")
    assert Account.objects.get(member_id=rich.pk).debt_points == 600
    assert figures(rich) == (100, 100, 0)
    assert capture(made)["captured_points"] == 100
    assert Account.objects.get(member_id=rich.pk).debt_points == 600


def test_released_points_repay_a_debt_first(rich):
    order = till.sell("o-1", till.line("1", 60_000))
    made = hold(100)
    points.redeem(member_id=rich.pk, points=1_000, key="all", reason="gift", at=NOW)
    till.give_back(order, "r-1")
    release(made)
    account = Account.objects.get(member_id=rich.pk)
    assert (account.active_points, account.held_points, account.debt_points) == (0, 0, 500)
    assert kinds()[-1] == ("REPAY", -100)
    assert ledger_checks.findings() == []


def test_the_same_number_again_gives_the_first_hold_and_another_content_is_refused(rich):
    first = hold(300)
    assert hold(300, at=NOW + MINUTE) == first
    with pytest.raises(HoldConflict):
        hold(299)
    assert Hold.objects.count() == 1
    assert figures(rich) == (500, 300, 200)


def test_a_hold_of_another_channel_is_not_there(rich):
    made = hold(300)
    with pytest.raises(NotFound):
        holds.capture(
            hold_uid=UUID(made["id"]),
            source=till.Source(name="another", channel="pos"),
            at=NOW,
        )


def test_a_channel_may_ask_for_less_time(rich):
    made = hold(300, minutes=2)
    with pytest.raises(HoldExpired):
        capture(made, at=NOW + 2 * MINUTE)


def order(answer, number="o-1", at=NOW, points_amount=200):
    """An order of ¥100, of which 200 points pay ¥2."""
    return till.sell(
        number,
        till.line("1", 10_000),
        when=NOW,
        now=at,
        points_amount=points_amount,
        points_hold=answer["id"],
    )


def test_an_order_captures_its_hold_and_releases_what_it_does_not_need(rich):
    made = hold(300)
    paid = order(made)
    assert (paid["points"]["spent"], paid["refused"]) == (200, [])
    assert (paid["account"]["held"], paid["account"]["available"]) == (0, 500 - 200 + 98)
    assert Hold.objects.get().state == "CAPTURED"
    assert Hold.objects.get().captured_points == 200
    assert ledger_checks.findings() == []


def test_what_a_hold_does_not_cover_comes_from_available_points_and_all_of_it_comes_back(rich):
    paid = order(hold(150))
    assert (paid["points"]["spent"], paid["refused"]) == (200, [])
    assert kinds()[2:] == [("REDEEM", -150), ("REDEEM", -50), ("EARN", 98)]
    back = till.give_back(paid, "r-1")
    assert back["points"]["restored"] == 200
    assert figures(rich) == (500, 0, 500)
    assert ledger_checks.findings() == []


def test_an_order_whose_hold_timed_out_says_so_and_pays_from_what_is_available(rich):
    made = hold(200)
    paid = order(made, at=NOW + 20 * MINUTE)
    assert paid["refused"] == [{"what": "points_hold", "code": "hold_expired"}]
    assert paid["points"]["spent"] == 200
    assert Hold.objects.get().state == "EXPIRED"


def test_a_hold_that_an_order_does_not_use_is_released(rich):
    paid = order(hold(200), points_amount=0)
    assert (paid["points"]["spent"], paid["refused"]) == (0, [])
    assert Hold.objects.get().state == "RELEASED"
    assert figures(rich) == (600, 0, 600)


def test_two_orders_can_not_capture_one_hold(rich):
    made = hold(200)
    order(made)
    second = order(made, "o-2")
    assert second["refused"] == [{"what": "points_hold", "code": "hold_not_open"}]
    assert second["points"]["spent"] == 200
