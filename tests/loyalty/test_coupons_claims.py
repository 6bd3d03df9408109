"""Who may take how many: limits per person and day, stock, budget, claim window, public and printed
codes."""

import pytest

from loyalty.models import Coupon, CouponType
from loyalty.selectors import ledger_checks
from loyalty.services import coupon_batches, coupon_types, coupons
from loyalty.services.coupon_refusals import CouponKeyReused, CouponRefused
from loyalty.services.coupon_types import Limits
from members.errors import NotFound
from members.models import Job
from members.services import jobs
from tests import world
from tests.loyalty import coupon_shop as shop_of
from tests.loyalty.coupon_shop import NOW, days, fresh, minutes, why

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _sound(db):
    yield
    assert ledger_checks.findings() == []


def refusal(work, *args, **options):
    with pytest.raises(CouponRefused) as refused:
        work(*args, **options)
    return refused.value.code


def printed(kind, count=1):
    """Codes of a batch, as the worker makes them."""
    batch = coupon_batches.enqueue(type_id=kind.pk, count=count, at=NOW)
    assert jobs.run(job_id=batch.job_id, clock=lambda: NOW) == Job.State.DONE
    return list(Coupon.objects.filter(batch=batch).order_by("pk"))


def test_a_member_claims_as_many_as_the_limit_says_and_no_more(shop, alice, bob):
    kind = shop_of.live(limit_member=2)
    for number in range(2):
        shop_of.claim(kind, alice, str(number))

    assert refusal(shop_of.claim, kind, alice, "3") == "coupon_limit"
    assert shop_of.claim(kind, bob).state == "CLAIMED"
    assert (shop_of.used(kind, alice), Coupon.objects.count()) == (2, 3)


def test_the_same_claim_again_gives_the_same_coupon(shop, alice):
    kind = shop_of.live(stock_count=5)
    first = shop_of.claim(kind, alice)

    assert shop_of.claim(kind, alice) == first
    assert (shop_of.used(kind, alice), shop_of.left(kind)) == (1, (4, None))


def test_a_day_s_limit_ends_at_midnight_on_the_programme_s_clock(shop, alice):
    kind = shop_of.live(limit_member=None, limit_member_day=1)
    evening = shop_of.till.at("2026-11-21T23:59:59")
    shop_of.claim(kind, alice, "1", evening)

    assert refusal(shop_of.claim, kind, alice, "2", evening) == "coupon_day_limit"
    midnight = shop_of.till.at("2026-11-22T00:00:00")
    assert shop_of.claim(kind, alice, "2", midnight).claimed_at == midnight


def test_a_claim_window_is_half_open(shop, alice):
    kind = shop_of.live(claim_from=days(1), claim_until=days(2))

    assert refusal(shop_of.claim, kind, alice) == "coupon_claim_not_yet"
    assert refusal(shop_of.claim, kind, alice, "1", days(2)) == "coupon_claim_over"
    assert shop_of.claim(kind, alice, "1", days(1)).state == "CLAIMED"


def test_what_is_not_offered_or_not_live_or_stopped_or_over_can_t_be_claimed(shop, alice):
    operator = world.operator("olga")
    hidden = shop_of.live("hidden", is_claimable=False)
    draft = shop_of.draft("draft")
    stopped = shop_of.live("stopped")
    coupon_types.stop(type_id=stopped.pk, reason="enough", actor=operator, at=NOW)
    over = shop_of.live("over")

    assert refusal(shop_of.claim, hidden, alice) == "coupon_not_claimable"
    assert refusal(shop_of.claim, draft, alice) == "coupon_not_live"
    assert refusal(shop_of.claim, stopped, alice) == "coupon_stopped"
    assert refusal(shop_of.claim, over, alice, "1", shop_of.UNTIL) == "coupon_expired"
    assert Coupon.objects.count() == 0


def test_the_shop_gives_one_beyond_the_limit_and_it_counts(shop, alice):
    kind = shop_of.live(limit_member=1, is_claimable=False)
    given = shop_of.grant(kind, alice)
    another = shop_of.grant(kind, alice)

    assert {given.state, another.state} == {"CLAIMED"}
    assert shop_of.used(kind, alice) == 2


def test_a_grant_again_with_its_key_is_the_same_and_with_another_member_refused(shop, alice, bob):
    kind, other = shop_of.live(), shop_of.live("other")
    first = shop_of.grant(kind, alice, "k")

    assert shop_of.grant(kind, alice, "k") == first
    for type_, member in ((kind, bob), (other, alice)):
        with pytest.raises(CouponKeyReused):
            shop_of.grant(type_, member, "k")
    assert Coupon.objects.count() == 1


def test_nobody_and_nothing_unknown_gets_a_coupon(shop, alice):
    kind = shop_of.live()

    with pytest.raises(NotFound):
        coupons.grant(type_code="none", member_id=alice.pk, key="k", at=NOW)
    with pytest.raises(NotFound):
        coupons.grant(type_code=kind.code, member_id=0, key="k", at=NOW)


def test_of_a_stock_of_three_four_members_get_three(shop, alice):
    kind = shop_of.live(stock_count=3)
    others = [shop_of.till.register(f"1370013700{number}") for number in range(4)]
    for member in others[:3]:
        shop_of.claim(kind, member)

    assert refusal(shop_of.claim, kind, others[3]) == "coupon_stock"
    assert shop_of.used(kind, others[3]) == 0


def test_a_budget_of_3000_gives_60_coupons_of_50_and_one_more_when_one_expires(shop, alice):
    kind = shop_of.live(
        amount=5_000, budget_amount=300_000, validity="DAYS", valid_days=7, limit_member=None
    )
    given, refused = [], 0
    for number in range(100):
        try:
            given.append(shop_of.grant(kind, alice, f"g-{number}", minutes(number)))
        except CouponRefused as no:
            assert no.code == "coupon_budget"
            refused += 1
    assert (len(given), refused, shop_of.left(kind)) == (60, 40, (None, 0))

    # Nobody has written down yet that the first one expired; whoever comes sees it.
    later = given[0].expires_at
    Coupon.objects.exclude(pk=given[0].pk).update(expires_at=days(60))
    assert shop_of.grant(kind, alice, "one-more", later).state == "CLAIMED"
    assert refusal(shop_of.grant, kind, alice, "two-more", later) == "coupon_budget"
    assert fresh(given[0]).state == "EXPIRED"


def test_stock_and_budget_are_raised_and_lowered_less_what_is_used(shop, alice):
    operator = world.operator("olga")
    kind = shop_of.live(stock_count=2, limit_member=None)
    for number in range(2):
        shop_of.claim(kind, alice, str(number))

    def change(stock, budget):
        limits = Limits(stock_count=stock, budget_amount=budget)
        return coupon_types.change_limits(
            type_id=kind.pk, limits=limits, reason="more", actor=operator, at=NOW
        )

    change(3, 5_000)
    assert shop_of.left(kind) == (1, 3_000)
    with pytest.raises(coupon_types.LimitBelowUse) as below:
        change(1, None)
    assert below.value.details == {"used_count": 2, "used_amount": 2_000}
    assert CouponType.objects.get().stock_count == 3
    change(None, None)
    assert shop_of.left(kind) == (None, None)


def test_a_public_code_is_used_by_whoever_brings_it_once_each(shop, alice, bob):
    kind = shop_of.live(public_code="WELCOME10", stock_count=9)
    first = shop_of.redeem(1, "welcome-10", alice)

    assert first.refused is None
    assert why(shop_of.redeem(2, "WELCOME10", alice)) == "coupon_limit"
    assert shop_of.redeem(3, "WELCOME10", bob).refused is None
    guest = {"holder": "guest:ab12"}
    assert shop_of.redeem(4, "WELCOME10", None, **guest).refused is None
    assert why(shop_of.redeem(5, "WELCOME10", None, **guest)) == "coupon_limit"
    # Nobody is known: nothing to count by.
    assert shop_of.redeem(6, "WELCOME10").refused is None
    assert (shop_of.left(kind), Coupon.objects.count()) == ((5, None), 4)
    assert shop_of.redeem(1, "WELCOME10", alice).coupon_id == first.coupon_id


def test_a_public_code_is_locked_and_what_the_lock_took_is_free_when_it_times_out(shop, alice, bob):
    kind = shop_of.live(public_code="WELCOME10", stock_count=1)
    shop_of.lock(1, "WELCOME10", alice)
    assert why(shop_of.redeem(2, "WELCOME10", bob, when=minutes(14))) == "coupon_stock"
    assert why(shop_of.redeem(3, "WELCOME10", alice, when=minutes(14))) == "coupon_limit"

    assert shop_of.redeem(2, "WELCOME10", bob, when=minutes(15)).refused is None
    assert (shop_of.left(kind), shop_of.used(kind, alice)) == ((0, None), 0)
    assert why(shop_of.redeem(1, "WELCOME10", alice, when=minutes(16))) == "coupon_stock"


def test_a_locked_public_code_is_redeemed_by_its_order_and_released_once(shop, alice):
    kind = shop_of.live(public_code="WELCOME10", stock_count=1)
    locked = shop_of.lock(1, "WELCOME10", alice)
    assert shop_of.lock(1, "welcome10", alice, minutes(1)).coupon_id == locked.coupon_id
    released = shop_of.release(1, "WELCOME10")
    assert [(row["code"], row["state"]) for row in released] == [("WELCOME10", "VOID")]
    assert (shop_of.left(kind), shop_of.used(kind, alice)) == ((1, None), 0)

    locked = shop_of.lock(1, "WELCOME10", alice)
    assert shop_of.redeem(1, "WELCOME10", alice).coupon_id == locked.coupon_id


def test_a_member_who_has_one_in_hand_uses_that_with_the_public_code(shop, alice):
    kind = shop_of.live(public_code="WELCOME10")
    mine = shop_of.enter("welcome10", alice)

    assert (mine.origin, mine.state) == ("PUBLIC", "CLAIMED")
    assert shop_of.redeem(1, "WELCOME10", alice).coupon_id == mine.pk
    assert shop_of.redeem(1, "WELCOME10", alice).coupon_id == mine.pk
    assert shop_of.used(kind, alice) == 1


def test_a_printed_code_is_redeemed_by_whoever_brings_it_and_is_theirs_then(shop, alice, bob):
    kind = shop_of.live(stock_count=10, is_claimable=False)
    first, second = printed(kind, 2)

    assert shop_of.redeem(1, first.code, alice).refused is None
    assert why(shop_of.redeem(2, first.code, bob)) == "coupon_not_yours"
    assert why(shop_of.redeem(3, second.code, alice)) == "coupon_limit"
    assert shop_of.redeem(4, second.code).refused is None
    assert (fresh(first).member_id, fresh(second).member_id) == (alice.pk, None)
    assert why(shop_of.redeem(5, second.code, bob)) == "coupon_redeemed"


def test_a_printed_code_that_is_locked_and_let_go_is_nobody_s_again(shop, alice, bob):
    kind = shop_of.live()
    (code,) = printed(kind)
    shop_of.lock(1, code.code, alice)
    assert shop_of.used(kind, alice) == 1
    assert shop_of.release(1, code.code)[0]["state"] == "ISSUED"
    assert (shop_of.used(kind, alice), fresh(code).holder) == (0, "")

    shop_of.lock(2, code.code, alice)
    # Timed out, not tidied: the next one takes it over.
    shop_of.lock(3, code.code, bob, minutes(15))
    assert (shop_of.used(kind, alice), shop_of.used(kind, bob)) == (0, 1)


def test_a_member_claims_a_printed_code_by_entering_it_once(shop, alice, bob):
    kind = shop_of.live(validity="DAYS", valid_days=7, claim_until=days(5), is_claimable=False)
    (code,) = printed(kind)
    assert (code.valid_from, code.expires_at) == (None, days(5))
    mine = shop_of.enter(code.code, alice)

    assert (mine.pk, mine.state, mine.member_id) == (code.pk, "CLAIMED", alice.pk)
    assert mine.expires_at == shop_of.till.at("2026-11-29")
    assert shop_of.enter(code.code, alice) == mine
    assert refusal(shop_of.enter, code.code, bob) == "coupon_not_yours"
    assert refusal(shop_of.enter, "NOSUCHCODE22", bob) == "coupon_not_found"


def test_a_coupon_is_valid_in_its_stores_only(shop, alice):
    store = world.Store.objects.get(code="SH01")
    kind = shop_of.live(stores=[store])
    coupon = shop_of.claim(kind, alice)

    assert why(shop_of.redeem(1, coupon.code, alice, store_id=store.pk + 1)) == "coupon_store"
    assert why(shop_of.redeem(1, coupon.code, alice)) == "coupon_store"
    assert shop_of.redeem(1, coupon.code, alice, store_id=store.pk).refused is None


def test_two_orders_of_one_call_with_one_code_use_it_once_and_the_first_wins(shop, alice):
    kind = shop_of.live(limit_member=None)
    coupon = shop_of.claim(kind, alice)
    (code,) = printed(kind)
    uses = [
        shop_of.use(1, coupon.code, alice),
        shop_of.use(2, coupon.code, alice),
        shop_of.use(3, code.code, None, holder="guest:zz"),
        shop_of.use(4, code.code, alice),
        shop_of.use(3, code.code, None, holder="guest:zz"),
    ]
    found = shop_of.coupon_redemptions.redeem(uses=uses, at=NOW)

    assert [why(one) for one in found] == ["", "coupon_redeemed", "", "coupon_redeemed", ""]
    assert fresh(code).order_id == 3
