"""Benefits when cards are merged and parted, and when a member is erased."""

from typing import Any

import pytest

from loyalty.models import BenefitGrant, BenefitHolder, BenefitUse
from loyalty.services import benefit_privacy
from loyalty.services.benefit_refusals import BenefitRefused
from members.models import MemberMerge
from members.registry.privacy import Erasing
from members.services import merge_undos, merges
from tests.loyalty import benefit_shop
from tests.loyalty.benefit_shop import everyone, has, use
from tests.loyalty.till import NOW

pytestmark = pytest.mark.django_db


def _merge(retired: Any, survivor: Any) -> Any:
    return merges.merge(survivor_id=survivor.pk, retired_id=retired.pk, at=NOW)


def test_what_both_cards_used_adds_up_and_is_parted_again(alice: Any, bob: Any) -> None:
    one = benefit_shop.live("clean", everyone(3), every="MONTH")
    other = benefit_shop.live("park", everyone(5), every="MONTH")
    for number in "12":
        use(one, alice, f"a{number}")
    taken = [use(one, bob, f"b{number}") for number in "12"]
    use(other, bob, "p")
    benefit_shop.grant(one, bob, quota=2, days=5)
    _merge(bob, alice)
    assert has(one, alice) == (5, 4, 2, "")
    assert has(other, alice) == (5, 1, 4, "")
    # The retired card's number is the survivor's use.
    assert use(one, bob, "b1").is_repeat
    merge_undos.undo(merge_id=MemberMerge.objects.get().pk, at=NOW)
    assert (has(one, alice), has(one, bob)) == ((3, 2, 1, ""), (5, 2, 3, ""))
    assert has(other, bob) == (5, 1, 4, "")
    assert benefit_shop.void(taken[0]).given_back
    assert (has(one, alice)[1], has(one, bob)[1]) == (2, 1)


def test_a_use_taken_back_after_a_merge_lowers_the_survivors_count(alice: Any, bob: Any) -> None:
    one = benefit_shop.live("clean", everyone(2), every="MONTH")
    use(one, alice, "a")
    mine = use(one, bob, "b")
    _merge(bob, alice)
    with pytest.raises(BenefitRefused):
        use(one, alice, "c")
    assert benefit_shop.void(mine).given_back
    assert has(one, alice) == (2, 1, 1, "")


def test_erasure_forgets_what_staff_wrote_and_keeps_the_counts(alice: Any) -> None:
    one = benefit_shop.live("clean", everyone(2))
    benefit_shop.void(use(one, alice))
    benefit_shop.grant(one, alice, reason="sorry for the burnt shirt")
    BenefitHolder.objects.create(benefit=one, member=alice, since_at=NOW)
    erasing = Erasing(member_ids=(alice.pk,), actor_id=None, at=NOW)
    assert benefit_privacy.erase(erasing)["loyalty_benefitholder"] == 1
    assert BenefitUse.objects.get().void_reason == ""
    assert (BenefitGrant.objects.get().reason, BenefitGrant.objects.get().quota) == ("", 1)
