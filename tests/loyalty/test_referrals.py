"""What recommending brings, to whom and when, by numbers."""

import pytest

from loyalty.models import PrizeGrant, Referral
from loyalty.services import referrals
from loyalty.services.referrals import (
    AlreadyRecommended,
    Claiming,
    ClaimTooLate,
    NoReferralProgram,
    RecommendedThemselves,
)
from members.models import Identity, Member, User
from members.registry.introductions import Introduction
from members.services import members
from members.services.attributions import ReferrersDiffer, UnknownReferralCode
from members.services.identities import IdentityClaim
from tests.loyalty import referral_shop as shop_of
from tests.loyalty import till
from tests.loyalty.referral_shop import (
    DAY,
    FIRST_ORDER,
    FRIEND,
    REFERRER,
    REGISTRATION,
    given,
    lifetime,
)
from tests.loyalty.till import NOW

BOTH = ((REGISTRATION, REFERRER, 10), (REGISTRATION, FRIEND, 20))
ORDERED = ((FIRST_ORDER, REFERRER, 100), (FIRST_ORDER, FRIEND, 50))


@pytest.fixture
def boss(db):
    return User.objects.create_user("boss")


def test_both_get_theirs_once_the_friend_s_phone_is_verified_and_not_before(alice):
    shop_of.live(*BOTH)
    friend = shop_of.join(1, alice, verified=False)
    assert (shop_of.of(friend).state, given(alice), given(friend)) == ("CLAIMED", [], [])

    shop_of.verify(1, when=NOW + DAY)
    shop_of.verify(1, when=NOW + 2 * DAY)

    assert (shop_of.of(friend).state, given(alice), given(friend)) == ("REGISTERED", [10], [20])
    assert (till.balances(alice)[1], till.balances(friend)[1]) == (10, 20)
    friend.refresh_from_db()
    assert friend.referrer_id == alice.pk


def test_a_registration_prize_stays_when_the_first_order_comes_back(alice):
    shop_of.live(*BOTH, *ORDERED)
    friend = shop_of.join(1, alice)
    order = shop_of.buy(1)
    assert given(alice) == [10]
    shop_of.night(NOW + 7 * DAY)
    assert (given(alice), given(friend)) == ([10, 100], [20, 50])

    shop_of.give_back(order, when=NOW + 8 * DAY)

    assert (shop_of.of(friend).state, given(alice), given(friend)) == ("REGISTERED", [10], [20])
    undone = PrizeGrant.objects.filter(state="UNDONE").values_list("points", "undo_reason")
    assert sorted(undone) == [(50, "order_returned"), (100, "order_returned")]


def test_the_first_order_matures_at_the_start_of_the_seventh_day_and_not_a_second_before(alice):
    shop_of.live(*ORDERED)
    friend = shop_of.join(1, alice)
    shop_of.buy(1)
    midnight = till.at("2026-11-28T00:00")
    assert shop_of.of(friend).matures_at == midnight

    assert shop_of.night(midnight - DAY / 86_400) == 0
    assert (shop_of.of(friend).state, given(alice)) == ("ORDERED", [])
    assert shop_of.night(midnight) == 1
    assert shop_of.night(midnight) == 0
    assert (shop_of.of(friend).state, given(alice), given(friend)) == ("MATURED", [100], [50])


def test_a_smaller_order_does_not_count_and_a_later_one_may(alice):
    shop_of.live(*ORDERED, min_order_amount=5_000)
    friend = shop_of.join(1, alice)
    shop_of.buy(1, 4_999)
    assert shop_of.of(friend).state == "REGISTERED"
    second = shop_of.buy(1, 5_001, when=NOW + DAY, name="o-2")
    assert shop_of.of(friend).state == "ORDERED"
    # Two fen too much come back: it is no order from 50 yuan on any more.
    shop_of.give_back(second, 2, when=NOW + 2 * DAY)
    assert (shop_of.of(friend).state, given(alice)) == ("REGISTERED", [])


def test_a_later_order_earns_it_again_and_the_sum_of_all_is_exact(alice):
    shop_of.live(*ORDERED)
    friend = shop_of.join(1, alice)
    first = shop_of.buy(1)
    shop_of.night(NOW + 7 * DAY)
    shop_of.give_back(first, when=NOW + 8 * DAY)
    assert (lifetime(alice), till.balances(alice)[1]) == (0, 0)

    shop_of.buy(1, when=NOW + 9 * DAY, name="o-2")
    assert lifetime(alice) == 0
    shop_of.night(NOW + 16 * DAY)

    assert (lifetime(alice), till.balances(alice)[1], shop_of.of(friend).round) == (100, 100, 2)
    assert PrizeGrant.objects.filter(member_id=alice.pk).count() == 2


def test_an_earlier_order_that_comes_late_takes_the_first_one_s_place_and_gives_nothing_twice(
    alice,
):
    shop_of.live(*ORDERED)
    friend = shop_of.join(1, alice)
    shop_of.buy(1, when=NOW + 3 * DAY)
    shop_of.buy(1, when=NOW + DAY, now=NOW + 4 * DAY, name="o-early")
    assert shop_of.of(friend).matures_at == till.at("2026-11-29T00:00")
    shop_of.night(NOW + 8 * DAY)
    shop_of.night(NOW + 12 * DAY)
    assert given(alice) == [100]


def test_a_return_that_is_told_before_its_order_leaves_nothing_to_mature(alice):
    shop_of.live(*ORDERED)
    friend = shop_of.join(1, alice)
    from loyalty.services import refunds
    from loyalty.services.documents import OrderRefundDocument

    parked = OrderRefundDocument(external_id="r-1", order_external_id="o-1", occurred_at=NOW)
    refunds.record_by_number(refund=parked, source=till.TILL, at=NOW)
    shop_of.buy(1)
    shop_of.night(NOW + 10 * DAY)
    assert (shop_of.of(friend).state, given(alice)) == ("REGISTERED", [])


def test_an_order_before_the_claim_counts_when_the_claim_is_in_time(alice):
    shop_of.live(*ORDERED, claim_days=3)
    friend = till.register(shop_of.phone(1))
    shop_of.buy(1, when=NOW + DAY)
    found = shop_of.claim(friend, alice, when=NOW + 3 * DAY)
    assert (found.state, found.matures_at) == ("ORDERED", till.at("2026-11-29T00:00"))


def test_who_may_claim_when(alice, bob):
    with pytest.raises(NoReferralProgram):
        shop_of.claim(bob, alice)
    shop_of.live(*BOTH, claim_days=3)
    with pytest.raises(RecommendedThemselves):
        shop_of.claim(bob, bob)
    with pytest.raises(UnknownReferralCode):
        referrals.claim(claiming=Claiming(friend_id=bob.pk, code="22222222"), at=NOW)
    with pytest.raises(ClaimTooLate) as late:
        shop_of.claim(bob, alice, when=till.at("2026-11-25T00:00"))
    assert late.value.details == {"days": 3, "until": "2026-11-24T16:00:00+00:00"}
    assert not Referral.objects.exists()

    shop_of.claim(bob, alice, when=till.at("2026-11-24T23:59"))
    charlie = till.register("13700137000")
    with pytest.raises(AlreadyRecommended):
        shop_of.claim(bob, charlie)
    again = referrals.claim(
        claiming=Claiming(friend_id=bob.pk, code=shop_of.code_of(alice).lower()),
        at=NOW + 90 * DAY,
    )
    assert not again.is_new
    assert Referral.objects.count() == 1


def test_a_code_that_leads_to_nobody_stops_the_registration_and_leaves_nothing(shop):
    shop_of.live(*BOTH)
    sent = members.Registration(
        identities=(IdentityClaim("PHONE", shop_of.phone(1)),),
        introduction=Introduction(code="NOSUCHCODE"),
    )
    with pytest.raises(UnknownReferralCode):
        members.register(registration=sent, at=NOW)
    assert not Member.objects.exists()


def test_code_and_referrer_have_to_agree(alice, bob):
    sent = members.Registration(
        identities=(IdentityClaim("PHONE", shop_of.phone(1)),),
        referrer=bob.uid,
        introduction=Introduction(code=shop_of.code_of(alice)),
    )
    with pytest.raises(ReferrersDiffer):
        members.register(registration=sent, at=NOW)


def test_a_phone_that_is_proven_after_the_first_order_matured_brings_registration_too(alice):
    shop_of.live(*BOTH, *ORDERED)
    friend = shop_of.join(1, alice, verified=False)
    shop_of.buy(1)
    shop_of.night(NOW + 7 * DAY)
    assert (shop_of.of(friend).state, given(alice)) == ("MATURED", [100])
    # By an import, of which nobody is told.
    Identity.objects.filter(member=friend, kind="PHONE").update(verified_at=NOW + 8 * DAY)
    shop_of.night(NOW + 8 * DAY)
    assert (given(alice), given(friend)) == ([100, 10], [50, 20])


def test_a_phone_that_a_friend_adds_later_brings_what_registering_brings_at_once(alice):
    shop_of.live(*BOTH)
    account = IdentityClaim("WECHAT_OPENID", "o-1", issuer="mini")
    told = Introduction(code=shop_of.code_of(alice))
    first = members.Registration(identities=(account,), introduction=told)
    friend = members.register(registration=first, at=NOW).member
    shop_of.work(NOW)
    assert shop_of.of(friend).state == "CLAIMED"
    proven = IdentityClaim("PHONE", shop_of.phone(1), is_verified=True)
    members.register(registration=members.Registration(identities=(account, proven)), at=NOW + DAY)
    shop_of.work(NOW + DAY)
    assert (given(alice), given(friend)) == ([10], [20])
