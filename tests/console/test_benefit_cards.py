"""Buttons on the card at the counter: claimed and used in one, or neither."""

import pytest

from config.console import benefit_cards
from loyalty.models import BenefitGrant
from loyalty.services.benefit_refusals import BenefitRefused
from members.models import Store
from tests import world
from tests.loyalty import benefit_shop

pytestmark = pytest.mark.django_db


def test_a_benefit_of_another_store_is_not_claimed_by_the_try_to_use_it(shop, alice):
    north = Store.objects.get(code="BJ01")
    benefit_shop.live("spa", benefit_shop.everyone(1), giving="CLAIMED", stores=[north])
    clerk = world.operator("wang", role="clerk", store_codes=["SH01"])
    (card,) = benefit_cards.of_member(member=alice, operator=clerk, at=world.NOW)
    here = Store.objects.get(code="SH01")

    with pytest.raises(BenefitRefused) as refusal:
        benefit_cards.use(token=card.token, store=here, operator=clerk, at=world.NOW)
    assert refusal.value.code == "benefit_store"
    assert not BenefitGrant.objects.exists()

    benefit_cards.use(token=card.token, store=north, operator=clerk, at=world.NOW)
    assert BenefitGrant.objects.get().used_count == 0
