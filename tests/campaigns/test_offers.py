"""An offer is published with four eyes, never changed afterwards, and ends when it is stopped."""

from datetime import timedelta

import pytest

from campaigns.models import Offer, OfferUse
from campaigns.services import offers
from campaigns.services.offer_checks import BadOffer
from loyalty.models import EarningRule, Pool
from loyalty.services.multipliers import RuleCodeTaken
from members.errors import NotFound, ReasonRequired, SameChecker, StaleTarget
from members.models import AuditRecord
from members.services import approvals
from tests.campaigns.offers import FACE, NOW

pytestmark = pytest.mark.django_db
TOMORROW = NOW + timedelta(days=1)
SPEND_100_SAVE_20 = [{"min_amount": 10_000, "amount": 2_000}]


def draft(**changes) -> Offer:
    code = changes.pop("code", "spring")
    return Offer.objects.create(
        **{
            "code": code,
            "version": offers.next_version(code=code),
            "name_zh": "春季满减",
            "name_en": "Spring",
            "steps": SPEND_100_SAVE_20,
            "valid_from": TOMORROW,
            **changes,
        }
    )


def ask(offer, maker, at=NOW):
    return offers.ask_to_publish(offer_id=offer.pk, reason="spring sale", maker=maker, at=at)


def published(people, at=NOW, **changes) -> Offer:
    maker, checker = people
    offer = draft(**changes)
    approvals.approve(request_id=ask(offer, maker, at).pk, checker=checker, at=at)
    offer.refresh_from_db()
    return offer


def left(code, what):
    pools = Pool.objects.filter(key=f"offer:{code}:{what}")
    return sum(pool.left for pool in pools) if pools else None


def used(offer, state, amount, returned=0, order_id=1):
    OfferUse.objects.create(
        offer=offer,
        code=offer.code,
        state=state,
        order_id=order_id,
        used_on=NOW.date(),
        amount=amount,
        returned_amount=returned,
        recorded_at=NOW,
    )


def test_a_second_person_publishes_a_draft(people):
    maker, checker = people
    offer = draft()
    request = ask(offer, maker)
    offer.refresh_from_db()
    assert offer.state == "DRAFT"
    with pytest.raises(SameChecker):
        approvals.approve(request_id=request.pk, checker=maker, at=NOW)
    approvals.approve(request_id=request.pk, checker=checker, at=NOW)
    offer.refresh_from_db()
    assert (offer.state, offer.valid_from) == ("PUBLISHED", TOMORROW)


def test_an_offer_whose_day_has_passed_holds_from_its_publication(people):
    assert published(people, valid_from=NOW - timedelta(days=9)).valid_from == NOW


def test_an_offer_that_ended_before_it_was_approved_is_not_published(people):
    maker, checker = people
    offer = draft(valid_from=NOW, valid_until=TOMORROW)
    request = ask(offer, maker)
    with pytest.raises(BadOffer) as refused:
        approvals.approve(request_id=request.pk, checker=checker, at=TOMORROW)
    assert refused.value.details["problem"] == "ends_before_it_begins"
    offer.refresh_from_db()
    assert offer.state == "DRAFT"


def test_a_draft_that_was_edited_since_is_not_published(people):
    maker, checker = people
    offer = draft()
    request = ask(offer, maker)
    Offer.objects.filter(pk=offer.pk).update(budget_amount=10**9)
    with pytest.raises(StaleTarget):
        approvals.approve(request_id=request.pk, checker=checker, at=NOW)
    offer.refresh_from_db()
    assert offer.state == "DRAFT"


def test_a_new_name_is_no_other_offer(people):
    maker, checker = people
    offer = draft()
    request = ask(offer, maker)
    Offer.objects.filter(pk=offer.pk).update(name_en="Spring sale")
    approvals.approve(request_id=request.pk, checker=checker, at=NOW)
    offer.refresh_from_db()
    assert offer.state == "PUBLISHED"


def test_what_is_published_is_changed_by_a_new_version(people):
    maker, _ = people
    offer = published(people)
    with pytest.raises(offers.OfferNotADraft):
        ask(offer, maker)
    second = offers.new_version(offer_id=offer.pk, at=NOW)
    assert (second.version, second.state, second.steps) == (2, "DRAFT", SPEND_100_SAVE_20)
    assert second.uid != offer.uid
    assert offers.new_version(offer_id=offer.pk, at=NOW).pk == second.pk
    with pytest.raises(offers.OfferNotPublished):
        offers.new_version(offer_id=second.pk, at=NOW)
    with pytest.raises(NotFound):
        offers.new_version(offer_id=0, at=NOW)


def test_publishing_opens_budget_and_count(people):
    published(people, budget_amount=300_001, limit_count=50)
    assert (left("spring", "amount"), left("spring", "count")) == (300_001, 50)


def test_a_new_version_takes_over_what_earlier_ones_used(people):
    first = published(people, budget_amount=10_000, limit_count=10)
    used(first, "COMMITTED", 3_000, returned=1_000)
    used(first, "RESERVED", 500, order_id=2)
    used(first, "REFUSED", 700, order_id=3)
    used(first, "RETURNED", 800, returned=800, order_id=4)
    published(people, budget_amount=20_000, limit_count=2)
    assert (left("spring", "amount"), left("spring", "count")) == (17_500, 0)
    published(people, budget_amount=1_000)
    assert (left("spring", "amount"), left("spring", "count")) == (0, None)


def test_stopping_ends_a_live_offer_now_and_says_who_and_why(people):
    maker, _ = people
    offer = published(people, valid_from=NOW)
    later = NOW + timedelta(hours=1)
    with pytest.raises(ReasonRequired):
        offers.stop(offer_id=offer.pk, reason=" ", actor=maker, at=later)
    stopped = offers.stop(offer_id=offer.pk, reason="sold out", actor=maker, at=later)
    assert (stopped.state, stopped.valid_until) == ("RETIRED", later)
    again = offers.stop(offer_id=offer.pk, reason="twice", actor=maker, at=TOMORROW)
    assert again.valid_until == later
    noted = AuditRecord.objects.get(action="offer.stopped")
    assert (noted.actor_id, noted.reason) == (maker.pk, "sold out")


def test_an_offer_stopped_before_it_began_is_a_draft_again(people):
    maker, checker = people
    offer = published(people)
    stopped = offers.stop(offer_id=offer.pk, reason="not yet", actor=maker, at=NOW)
    assert stopped.state == "DRAFT"
    approvals.approve(request_id=ask(offer, maker).pk, checker=checker, at=NOW)
    offer.refresh_from_db()
    assert offer.state == "PUBLISHED"
    with pytest.raises(offers.OfferNotPublished):
        offers.stop(offer_id=draft(code="other").pk, reason="no", actor=maker, at=NOW)


DOUBLE = {"kind": "MULTIPLIER", "multiplier_percent": 200, "steps": [], "condition": FACE}


def test_an_offer_that_multiplies_points_publishes_an_earning_rule(people):
    maker, _ = people
    offer = published(people, **DOUBLE, code="double", valid_from=NOW, min_amount=5_000)
    rule = EarningRule.objects.get(pk=offer.earning_rule_id or 0)
    assert (rule.code, rule.version, rule.state) == ("offer-double", 1, "PUBLISHED")
    assert (rule.effect, rule.percent, rule.min_amount) == ("MULTIPLIER", 200, 5_000)
    assert (rule.condition, rule.valid_from) == (FACE, NOW)
    second = published(people, **DOUBLE | {"multiplier_percent": 300}, code="double")
    rule_two = EarningRule.objects.get(pk=second.earning_rule_id or 0)
    assert (rule_two.version, rule_two.percent, rule_two.valid_from) == (2, 300, TOMORROW)
    offers.stop(offer_id=second.pk, reason="enough", actor=maker, at=NOW)
    offers.stop(offer_id=offer.pk, reason="enough", actor=maker, at=TOMORROW)
    rule.refresh_from_db()
    rule_two.refresh_from_db()
    assert (rule.state, rule.valid_until, rule_two.state) == ("RETIRED", TOMORROW, "DRAFT")


def test_an_offer_does_not_take_over_somebody_elses_earning_rule(people):
    rule = EarningRule.objects.get(code="base")
    rule.pk, rule.code = None, "offer-double"
    rule.save()
    with pytest.raises(RuleCodeTaken):
        published(people, **DOUBLE, code="double")
    assert Offer.objects.get(code="double").state == "DRAFT"


def test_codes_of_rules_are_short_and_differ():
    long = "a" * 40
    assert offers.rule_code("spring") == "offer-spring"
    assert len(offers.rule_code(long)) == 40
    assert offers.rule_code(long) != offers.rule_code("a" * 39 + "b")
