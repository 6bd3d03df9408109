"""What can't be promised is refused before anybody is asked to let it live."""

import pytest

from loyalty.models import (
    Badge,
    Benefit,
    Challenge,
    ChallengePrize,
    CouponType,
    ReferralPrize,
    ReferralProgram,
    Tier,
)
from loyalty.services import challenges, referral_programs
from loyalty.services.challenge_checks import BadChallenge
from loyalty.services.referral_programs import BadReferralProgram
from tests.loyalty import coupon_shop
from tests.loyalty.till import NOW

pytestmark = pytest.mark.django_db


def impossible():
    """By the problem that is told, fields of a prize."""
    kind = coupon_shop.live()
    benefit = Benefit.objects.create(code="dry", kind=Benefit.Kind.SERVICE, state="LIVE")
    stopped = coupon_shop.draft("five")
    CouponType.objects.filter(pk=stopped.pk).update(state="STOPPED")
    stopped.refresh_from_db()
    return {
        "coupon_type_not_live": {"what": "COUPON", "coupon_type": stopped},
        "too_many_of_one": {"what": "COUPON", "coupon_type": kind, "count": 101},
        "first_tier": {"what": "TIER", "tier": Tier.objects.get(rank=0)},
        "too_long": {"what": "BENEFIT", "benefit": benefit, "days": 3_651},
        "badge_not_active": {
            "what": "BADGE",
            "badge": Badge.objects.create(code="old", name_en="Old", is_active=False),
        },
    }


def test_a_prize_that_nobody_could_be_given_is_refused_by_name(shop):
    for problem, prize in impossible().items():
        draft = Challenge.objects.create(
            code=problem.replace("_", "-"), name_en="x", counts="ORDERS", created_at=NOW
        )
        ChallengePrize.objects.create(challenge=draft, **prize)
        with pytest.raises(BadChallenge) as refused:
            challenges.go_live(challenge_id=draft.pk, at=NOW)
        assert refused.value.details == {"field": "prizes", "problem": problem}
        program = ReferralProgram.objects.create(code=draft.code, name_en="x", created_at=NOW)
        ReferralPrize.objects.create(program=program, moment="REGISTRATION", **prize)
        with pytest.raises(BadReferralProgram) as refused_too:
            referral_programs.go_live(program_id=program.pk)
        assert refused_too.value.details == {"field": "prizes", "problem": problem}
    assert set(Challenge.objects.values_list("state", flat=True)) == {"DRAFT"}
    assert set(ReferralProgram.objects.values_list("state", flat=True)) == {"DRAFT"}


def test_a_surprise_that_has_to_be_joined_is_refused_since_nobody_could(shop):
    draft = Challenge.objects.create(
        code="x", name_en="x", counts="ORDERS", is_hidden=True, needs_joining=True, created_at=NOW
    )
    ChallengePrize.objects.create(challenge=draft, what="POINTS", points=5)
    with pytest.raises(BadChallenge) as refused:
        challenges.go_live(challenge_id=draft.pk, at=NOW)
    assert refused.value.details == {"field": "needs_joining", "problem": "surprise_joined"}
