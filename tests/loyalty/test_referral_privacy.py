"""Who is erased: as who recommended, and as a friend; who is restricted; who is told nothing."""

import pytest

from loyalty.models import (
    Badge,
    PrizeGrant,
    Referral,
    ReferralCode,
    ReferralInvitation,
    ReferralTrace,
    Tier,
)
from loyalty.services import referral_cards, referral_invitations
from loyalty.services.referral_invitations import Inviting
from members.errors import MemberRestricted
from members.models import Dispatch
from members.services import restrictions
from members.services.attributions import UnknownReferralCode
from tests.loyalty import referral_shop as shop_of
from tests.loyalty import till
from tests.loyalty.referral_shop import DAY, FIRST_ORDER, FRIEND, LADDER, REFERRER, given
from tests.loyalty.till import NOW
from tests.privacy import cases

pytestmark = pytest.mark.django_db


def everything():
    """Prizes of every kind that may have to be taken back from who is gone."""
    badge = Badge.objects.create(code="friend", name_en="Friend")
    gold = Tier.objects.get(code="gold")
    shop_of.live(
        (FIRST_ORDER, REFERRER, 100),
        (FIRST_ORDER, FRIEND, 50),
        (LADDER, REFERRER, 7, 1),
        (LADDER, REFERRER, {"what": "TIER", "tier": gold}, 1),
        (LADDER, REFERRER, {"what": "BADGE", "badge": badge}, 1),
        ladder_basis="FIRST_ORDER",
    )


def invite(member, number="i-1"):
    asked = Inviting(
        member_id=member.pk, source="app", external_id=number, invited_at=NOW, device="d-1"
    )
    return referral_invitations.record(inviting=asked, at=NOW)


def standing(member):
    return PrizeGrant.objects.filter(member_id=member.pk, state="GIVEN").count()


def test_who_recommended_is_erased_and_the_friend_s_return_unwinds_all_the_same(alice):
    everything()
    code = shop_of.code_of(alice)
    invite(alice)
    friend = shop_of.join(1, alice)
    order = shop_of.buy(1)
    shop_of.night(NOW + 7 * DAY)
    assert (standing(alice), given(friend)) == (4, [50])

    cases.erase(alice, cases.people(), at=NOW + 8 * DAY)

    stopped = ReferralCode.objects.get(member_id=alice.pk)
    assert (stopped.code.startswith("#"), stopped.stopped_at) == (True, NOW + 8 * DAY)
    assert not ReferralTrace.objects.filter(member_id=alice.pk).exists()
    assert ReferralInvitation.objects.get().external_id.startswith("#")
    with pytest.raises(UnknownReferralCode):
        shop_of.join_by(2, code, when=NOW + 8 * DAY)
    shop_of.give_back(order, when=NOW + 9 * DAY)
    shop_of.work(NOW + 10 * DAY)

    assert (shop_of.of(friend).state, given(friend), standing(alice)) == ("REGISTERED", [], 0)
    assert not Dispatch.objects.exists()
    # The friend's next order is theirs alone.
    shop_of.buy(1, when=NOW + 10 * DAY, name="o-2")
    shop_of.night(NOW + 20 * DAY)
    assert (given(friend), standing(alice)) == ([50], 0)


def test_an_erased_friend_goes_on_counting_and_what_they_came_with_is_forgotten(alice):
    everything()
    friend = shop_of.join(1, alice, device="d-2", payment_card="tok-2")
    shop_of.buy(1)
    cases.erase(friend, cases.people(), at=NOW + DAY)
    found = Referral.objects.get(friend_id=friend.pk)
    assert (found.device_index, found.payment_index) == (None, None)
    assert not ReferralTrace.objects.filter(member_id=friend.pk).exists()
    shop_of.night(NOW + 7 * DAY)
    assert (standing(alice), standing(friend)) == (4, 0)
    shown = referral_cards.show(member_id=alice.pk, at=NOW + 7 * DAY)
    assert (shown.card.states["MATURED"], shown.card.friends) == (1, 1)


def test_invitations_of_who_is_restricted_are_not_taken_though_they_have_a_code(alice):
    everything()
    shop_of.code_of(alice)
    restrictions.restrict(member_id=alice.pk, at=NOW)
    with pytest.raises(MemberRestricted):
        invite(alice)
    assert not ReferralInvitation.objects.exists()
    assert till.balances(alice) == (0, 0, 0)
