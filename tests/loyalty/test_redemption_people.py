"""Redemptions of members who merge, part again or are erased; and what their package holds."""

import pytest

from loyalty.models import Redemption
from loyalty.selectors import ledger_checks
from loyalty.services import redemption_erasures
from members.models import MemberMerge
from members.registry import privacy
from members.services import merge_undos, merges
from tests.loyalty.reward_shop import (
    NOW,
    active,
    ask,
    cancel,
    held,
    left,
    live,
    minutes,
    pay,
    rich,
    tidy,
    used,
)

pytestmark = pytest.mark.django_db


def test_open_redemptions_move_with_the_card_and_are_paid_and_canceled_there(alice, bob):
    rich(alice)
    rich(bob)
    vase = live(price_amount=2_000, stock_count=5, limit_member=2)
    waiting, ready = ask(vase, bob, "1"), pay(ask(vase, bob, "2"), 2_000)

    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)

    assert set(Redemption.objects.values_list("member_id", flat=True)) == {alice.pk}
    assert used(alice) == 2
    assert pay(waiting, 2_000, "pay-2").state == "READY"
    assert cancel(ready).returned_points == 300
    assert (active(alice), held(alice), left(vase), used(alice)) == (1_700, 0, 4, 1)
    assert ledger_checks.findings() == []


def test_a_merge_that_is_taken_back_gives_each_card_its_own(alice, bob):
    rich(alice)
    rich(bob)
    vase = live(price_amount=2_000, stock_count=5)
    row = ask(vase, bob)
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)
    merge_undos.undo(merge_id=MemberMerge.objects.get().pk, at=minutes(1))

    assert Redemption.objects.get().member_id == bob.pk
    assert (used(alice), used(bob), held(bob)) == (0, 1, 300)
    assert cancel(row).state == "CANCELED"
    assert ledger_checks.findings() == []


def test_erasure_cancels_what_is_open_and_forgets_what_staff_wrote(alice):
    rich(alice)
    mug, vase = live("mug", stock_count=2), live("vase", price_amount=2_000)
    ask(mug, alice, "1")
    ask(vase, alice, "2")
    cancel(ask(mug, alice, "3"), "by_staff", "Alice called")

    redemption_erasures.erase(privacy.Erasing(member_ids=(alice.pk,), actor_id=None, at=minutes(5)))

    rows = Redemption.objects.order_by("pk").values_list("state", "end_reason")
    assert list(rows) == [("CANCELED", "erased"), ("CANCELED", "erased"), ("CANCELED", "")]
    assert (active(alice), held(alice), left(mug), tidy(minutes(60))) == (1_000, 0, 2, 0)
    assert ledger_checks.findings() == []


def test_the_package_tells_what_was_redeemed_as_it_stands(alice):
    rich(alice)
    ask(live("vase", price_amount=2_000), alice)

    section = next(one for one in privacy.export_sections() if one.code == "loyalty.redemptions")
    rows = list(section.rows([alice.pk], minutes(30)))

    assert [(one["reward"], one["state"], one["points"]) for one in rows] == [
        ("vase", "EXPIRED", 300)
    ]
