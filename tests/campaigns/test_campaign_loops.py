"""Two campaigns that begin each other are found before they run, and cut off should they run."""

from datetime import timedelta

import pytest
from django.utils import translation

from campaigns.models import Campaign, Enrollment
from campaigns.services import campaign_loops, campaigns
from campaigns.services.campaign_loops import BeginEachOther
from campaigns.services.campaigns import NotReady
from loyalty.models import Badge, CouponType, PrizeGrant
from loyalty.services import prizes
from members.services import approvals
from tests import world
from tests.campaigns import happened, made
from tests.loyalty import coupon_shop

pytestmark = pytest.mark.django_db
NOW = world.NOW
EARNED, GRANTED = "loyalty.points.earned", "loyalty.coupon.granted"
POINTS = {"id": "g1", "kind": "GRANT", "what": "POINTS", "points": 50}
COUPON = {"id": "g1", "kind": "GRANT", "what": "COUPON", "code": "ten"}
BADGE = {"id": "g1", "kind": "GRANT", "what": "BADGE", "code": "star"}
TAG = {"id": "g1", "kind": "GRANT", "what": "TAG", "code": "glad"}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def ten(shop):
    return coupon_shop.live("ten", limit_member=None)


def draft(code="b", event=GRANTED, step=POINTS, **values):
    rule = {"event": event, **values.pop("rule", {})}
    said = {"entry": "EVENT", "entry_rule": rule, "steps": [step], **values}
    made.template()
    return campaigns.create(
        draft=campaigns.Draft(code=code, name_en=code.upper(), values=said), actor=None, at=NOW
    )


def live(code="a", event=EARNED, step=COUPON, **values):
    rule = {"event": event, **values.pop("rule", {})}
    return made.running(code=code, entry="EVENT", entry_rule=rule, steps=[step], **values)


def submit(campaign, people):
    return campaigns.submit(campaign_id=campaign.pk, reason="go", maker=people[0], at=NOW)


def loop(campaign):
    return campaign_loops.found(campaign, NOW)


def test_two_that_begin_each_other_without_end_are_refused_with_their_names(ten, people):
    live()
    second = draft()

    with pytest.raises(NotReady) as refusal:
        submit(second, people)

    [told] = refusal.value.details["problems"]
    assert told == {
        "step": 2,
        "text": "These campaigns would begin each other without end: “B” → “a” → “B”. Say in one "
        "of them once for what, after how many days again, or how many members at most.",
    }
    second.refresh_from_db()
    assert second.state == "DRAFT"


def test_three_in_a_ring_are_found_and_one_beside_it_is_not(ten, people):
    live("a", EARNED, COUPON)
    live("b", GRANTED, TAG)
    live("aside", "loyalty.order.recorded", POINTS)
    assert loop(draft("c", "members.tag.given", POINTS)).names == ("C", "a", "b", "C")
    assert loop(draft("d", "loyalty.order.recorded", COUPON)) is None


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"rule": {"keys": ["member"]}}, "By gifts a member comes into “B” once at all."),
        ({"rule": {"keys": ["order"]}}, "By gifts a member comes into “B” once at all."),
        ({"rule": {"keys": ["day"]}}, "By gifts a member comes into “B” once a day at most."),
        ({"re_entry_days": 7}, "A member comes into “B” once in 7 days at most."),
        ({"re_entry_days": 1, "rule": {"keys": ["day"]}}, "into “B” once in 1 day at most."),
        ({"audience_limit": 100}, "“B” takes in 100 members at most, each time counted."),
    ],
)
def test_what_bounds_one_of_them_makes_it_a_warning(ten, values, why):
    live()
    found = loop(draft(**values))
    assert not found.is_endless
    assert found.text.startswith("These campaigns begin each other: “B” → “a” → “B”. It ends all")
    assert why in found.text


@pytest.mark.parametrize("bounded", ["re_entry_days", "audience_limit"])
def test_what_bounds_the_other_one_bounds_both(ten, people, bounded):
    live(**{bounded: 5})
    second = draft()
    assert not loop(second).is_endless
    assert submit(second, people).status == "PENDING"


@pytest.mark.parametrize(
    "values",
    [
        # Neither a pattern of several, nor a condition, nor a budget for messages, nor an end.
        {"rule": {"times": 2, "minutes": 60}},
        {"condition": made.EVERYBODY},
        {"budget_amount": 1},
        {"ends_at": NOW + timedelta(days=1)},
    ],
)
def test_what_does_not_bound_it(ten, values):
    live()
    assert loop(draft(**values)).is_endless


def test_so_many_coupons_and_no_more_bound_it(ten):
    CouponType.objects.update(stock_count=500)
    live()
    found = loop(draft())
    assert found.bounds == ("Of “ten” there are 500 at most.",)


def test_a_tag_is_given_once(ten):
    live("a", EARNED, TAG)
    found = loop(draft("b", "members.tag.given", POINTS))
    assert found.bounds == ("What a member bears already isn't given again.",)


@pytest.mark.parametrize(
    ("matches", "is_loop"),
    [
        ({}, True),
        ({"coupon_type": "ten"}, True),
        ({"coupon_type": "six"}, False),
        ({"coupon_type": ["six", "ten"]}, True),
    ],
)
def test_a_rule_that_asks_for_another_gift_is_begun_by_none_of_these(ten, matches, is_loop):
    live()
    assert (loop(draft(rule={"matches": matches})) is not None) is is_loop


@pytest.mark.parametrize(
    ("least", "is_loop"), [({"points_at_least": 50}, True), ({"points_at_least": 51}, False)]
)
def test_figures_are_compared(ten, least, is_loop):
    live(rule={"matches": least})
    assert (loop(draft()) is not None) is is_loop


def test_any_prize_is_told_as_one(ten):
    Badge.objects.create(code="star", name_en="Star")
    live("a", "loyalty.prize.given", BADGE, rule={"matches": {"what": "POINTS"}})
    first = draft("b", "loyalty.prize.given", POINTS, rule={"matches": {"what": "BADGE"}})
    assert loop(first).is_endless
    other = draft("c", "loyalty.prize.given", POINTS, rule={"matches": {"origin": "REFERRAL"}})
    assert loop(other) is None


@pytest.mark.parametrize("state", ["KILLED", "FINISHED", "DRAFT"])
def test_what_is_over_or_only_drafted_begins_nothing(ten, state):
    other = draft("a", EARNED, COUPON)
    if state != "DRAFT":
        other = live("z")
        Campaign.objects.filter(pk=other.pk).update(state=state)
    assert loop(draft()) is None


def test_one_that_is_paused_or_waits_for_its_approval_counts(ten, people):
    submit(draft("a", EARNED, COUPON), people)
    paused = live("z", EARNED, COUPON)
    campaigns.pause(campaign_id=paused.pk, reason="wait", actor_id=None, at=NOW)
    assert loop(draft()).is_endless
    campaigns.kill(campaign_id=Campaign.objects.get(code="a").pk, reason="x", actor_id=None, at=NOW)
    assert loop(Campaign.objects.get(code="b")).names == ("B", "z", "B")


def test_one_that_began_meanwhile_is_found_when_it_is_decided(ten, people):
    second = draft()
    request = submit(second, people)
    live()

    with pytest.raises(BeginEachOther, match="without end: “B” → “a” → “B”"):
        approvals.approve(request_id=request.pk, checker=people[1], at=NOW)

    request.refresh_from_db()
    second.refresh_from_db()
    assert (request.status, second.state) == ("PENDING", "IN_REVIEW")


def start(member, minute=0):
    """Somebody is given points by hand, as a prize."""
    campaign = Campaign.objects.get(code="start")
    prize = campaign.version.prizes.get()
    prizes.give(prize=prize, key=f"x{minute}", origin="HAND", member_id=member.pk, at=NOW)


def turn():
    """The workers, as long as anything is to do."""
    for _lap in range(200):
        before = PrizeGrant.objects.count()
        happened.hear()
        happened.advance(0)
        if PrizeGrant.objects.count() == before:
            return
    raise AssertionError("it never ends")


def counted(code):
    rows = Enrollment.objects.filter(campaign__code=code)
    return rows.exclude(state="EXCLUDED").count(), list(
        rows.filter(state="EXCLUDED").values_list("reason", flat=True)
    )


def test_should_one_slip_through_it_is_cut_off_after_twenty_within_a_day(ten, member):
    live("start", "members.survey.answered", POINTS)
    live("a", EARNED, COUPON)
    live("b", GRANTED, POINTS)

    start(member)
    turn()

    assert counted("a") == (20, ["too_often"])
    assert counted("b") == (20, [])
    assert PrizeGrant.objects.count() == 1 + 20 + 20


def test_a_key_is_a_bound_of_its_own(ten, member):
    live("start", "members.survey.answered", POINTS)
    live("a", EARNED, COUPON)
    live("b", GRANTED, POINTS, rule={"keys": ["day"]})

    start(member)
    turn()

    assert counted("b") == (1, [])
    assert counted("a") == (2, [])
