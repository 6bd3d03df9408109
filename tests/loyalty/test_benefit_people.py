"""Benefits when cards are merged and parted, and when a member is erased."""

from typing import Any

import pytest

from loyalty.models import BenefitGrant, BenefitHolder, BenefitUse, BenefitWeight
from loyalty.selectors import benefit_lists
from loyalty.services import benefit_privacy
from loyalty.services.benefit_refusals import BenefitRefused
from members.models import BehaviorEvent, Member, MemberMerge
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


def test_whoever_is_not_profiled_has_their_list_without_what_they_did(alice: Any) -> None:
    clean = benefit_shop.live("clean", everyone(), priority=1)
    benefit_shop.live("park", everyone(), priority=2)
    use(clean, alice)
    BehaviorEvent.objects.create(
        source="app", external_id="1", member=alice, kind="PRODUCT_VIEWED",
        occurred_at=NOW, recorded_at=NOW,
    )  # fmt: skip
    BenefitWeight.objects.create(benefit=clean, signal="USED", days=7, points=5)
    BenefitWeight.objects.create(
        benefit=clean, signal="BEHAVIOR", ref="PRODUCT_VIEWED", days=7, points=5
    )

    def listed() -> list[tuple[str, int]]:
        shown = benefit_lists.of_member(member_id=alice.pk, at=NOW)
        return [(one.found.promise.code, one.score) for one in shown]

    assert listed() == [("clean", 11), ("park", 2)]
    for change in ({"is_profiled": False}, {"is_profiled": True, "state": "RESTRICTED"}):
        Member.objects.filter(pk=alice.pk).update(**change)
        assert listed() == [("park", 2), ("clean", 1)]
