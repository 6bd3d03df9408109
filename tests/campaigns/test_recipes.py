"""Recipes make drafts that are ready but for what only the shop can choose."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from analytics.models import MemberMetrics
from campaigns.admin import event_words
from campaigns.models import MessageTemplate
from campaigns.registry import trigger_events
from campaigns.rules import entries
from campaigns.selectors import audiences
from campaigns.services import campaign_checks, recipes
from loyalty.models import Account, Tier
from members.admin import condition_sentences
from members.models import Community, Member
from members.registry import member_fields
from members.registry.fields import Words
from members.selectors import member_conditions
from members.services import communities
from members.services.communities import Joining
from tests import world
from tests.campaigns import made
from tests.campaigns.happened import buy, hear, standing
from tests.campaigns.shop import enroll

pytestmark = pytest.mark.django_db
NOW = made.NOW
# Recipes that need something of the shop: a coupon's type, a day, a segment.
OPEN = {
    "first-order": ["g1"],
    "sign-up-gift": ["g1"],
    "viewed-not-bought": ["g1"],
    "birthday": ["g1"],
    "dormant-90": ["g1"],
    "sale-day": ["at"],
    "flash-sale": ["at", "g1"],
}


@pytest.mark.parametrize("code", sorted(recipes.RECIPES))
def test_each_is_ready_but_for_what_it_says(shop, code):
    actor = world.operator("maker")
    recipe = recipes.RECIPES[code]

    draft = recipes.make(code=code, actor=actor, at=NOW)

    assert (draft.state, draft.recipe, draft.created_by) == ("DRAFT", code, actor)
    assert MessageTemplate.objects.filter(code=f"recipe-{code}").exists()
    assert bool(recipe.chooses) is (code in OPEN)
    chosen = {step["id"]: "welcome" for step in draft.steps if step["kind"] == "GRANT"}
    for step in draft.steps:
        step["code"] = chosen.get(step["id"], "")
    if "at" in OPEN.get(code, ()):
        draft.entry_rule = {"at": (NOW + timedelta(days=1)).isoformat()}
    problems = campaign_checks.problems(draft, NOW)
    assert {one.where.partition(".")[0] for one in problems} <= set(chosen)
    entries.read(draft.entry, draft.entry_rule)
    if draft.condition:
        member_conditions.read(draft.condition)
        assert audiences.count(draft, at=NOW) == 0
    for event in (draft.goal_event, *(one["event"] for one in draft.exits)):
        assert not event or trigger_events.may_end(event.partition(":")[0])
        assert not event or event in dict(event_words.endings())


def test_what_is_open_is_told(shop):
    draft = recipes.make(code="flash-sale", actor=None, at=NOW)
    assert {one.step for one in campaign_checks.problems(draft, NOW)} == {2, 3}


def test_a_recipe_twice_is_two_drafts(shop):
    codes = [recipes.make(code="birthday", actor=None, at=NOW).code for _ in range(3)]
    assert codes == ["birthday", "birthday-2", "birthday-3"]


def test_an_unknown_recipe_makes_nothing(shop):
    with pytest.raises(KeyError):
        recipes.make(code="nothing", actor=None, at=NOW)


def test_the_gift_is_for_a_first_purchase_in_a_store_of_fifty(shop):
    recipe = recipes.RECIPES["sign-up-gift"]
    made.running("gift", entry_rule=dict(recipe.rule))
    alice, bob = enroll(), enroll(email="bob@example.org")
    buy(alice, 0, amount=4_999, channel="mini")
    buy(alice, 1, amount=5_000)
    buy(bob, 1, amount=4_999)
    buy(bob, 2, amount=50_000)
    hear(3)
    assert [key for key, _state, _reason in standing()] == [f"m:{alice.pk}"]


def found(condition, *members):
    read = member_conditions.read(condition)
    return member_conditions.met_by(read, member_ids=[one.pk for one in members], at=NOW)


def test_two_hundred_more_is_told_to_whom_one_order_lifts(shop):
    """Silver: 3,000 yuan and five orders."""
    near, far, seldom, silver = (enroll(email=f"{n}@example.org") for n in range(4))
    for member, spent, orders in (
        (near, 280_000, 4),
        (far, 279_999, 4),
        (seldom, 280_000, 3),
        (silver, 999_999, 14),
    ):
        Account.objects.filter(member=member).update(
            window_spend_amount=spent, window_orders_count=orders
        )
    Account.objects.filter(member=silver).update(tier=Tier.objects.get(code="silver"))
    condition = recipes.RECIPES["tier-near"].values["condition"]
    # One fen to gold counts too; 200.01 to silver, or two orders, don't.
    assert found(condition, near, far, seldom, silver) == {near.pk, silver.pk}
    Tier.objects.filter(code="silver").update(match="ANY")
    assert found(condition, seldom) == {seldom.pk}
    Tier.objects.filter(code="silver").update(is_invite_only=True, match="ALL")
    assert found(condition, near) == set()


@pytest.fixture
def club(shop):
    return Community.objects.create(code="tea", name_en="Tea", platform="WECHAT", created_at=NOW)


def test_a_flash_sale_is_for_who_is_in_a_community_and_an_invitation_for_who_is_not(club):
    inside, outside, left = (enroll(email=f"{n}@example.org") for n in range(3))
    for member in (inside, left):
        joining = Joining(community_code=club.code, member_id=member.pk, occurred_at=NOW)
        communities.join(joining=joining, at=NOW)
    communities.leave(community_code="tea", member_id=left.pk, occurred_at=NOW, at=NOW)
    everybody = (inside, outside, left)
    sale = recipes.RECIPES["flash-sale"].values["condition"]
    invited = recipes.RECIPES["community-invitation"].values["condition"]["all"]

    assert found(sale, *everybody) == {inside.pk}
    not_in = next(one for one in invited if one["field"] == "member.communities_count")
    assert found(not_in, *everybody) == {outside.pk, left.pk}
    chosen = {"field": "member.communities", "op": "contains", "value": ["tea"]}
    assert found(chosen, *everybody) == {inside.pk}
    assert found({"not": chosen}, *everybody) == {outside.pk, left.pk}


def test_who_has_told_neither_or_one_of_both_is_asked_for_the_profile(shop):
    neither, half, whole = (enroll(email=f"{n}@example.org") for n in range(3))
    Member.objects.filter(pk=half.pk).update(birthday_md=301)
    Member.objects.filter(pk=whole.pk).update(birthday_md=301, gender="FEMALE")
    asked = recipes.RECIPES["profile"].values["condition"]["all"][1]

    assert found(asked, neither, half, whole) == {neither.pk, half.pk}
    words = Words(member_fields.vocabulary())
    with translation.override("en"):
        told = condition_sentences.sentence(member_conditions.read(asked), words)
    assert told == "no birthday was told or gender is Not said"


def test_a_birthday_wish_that_is_found_late_is_sent_the_same_day_and_no_later(shop):
    draft = recipes.make(code="birthday", actor=None, at=NOW)
    told = (draft.late_policy, draft.late_minutes, draft.expires_hours)
    assert told == ("SKIP", 720, 15)


def test_time_to_buy_again_goes_by_each_members_own_gap(shop):
    """2 March: gaps of 30 and 30.5 days, last bought 31 days ago, are due since a day and today."""
    whole, half, early, once = (enroll(email=f"{n}@example.org") for n in range(4))
    last = date(2026, 1, 30)
    for member, gap in ((whole, 30), (half, 30.5), (early, 32), (once, None)):
        MemberMetrics.objects.create(
            member=member, first_day=last, last_day=last, purchase_days_count=2,
            orders_count=2, net_amount=1, gap_days=gap,
        )  # fmt: skip
    everybody = (whole, half, early, once)
    leaf = {"field": "orders.overdue_days", "op": "eq"}
    assert found({**leaf, "value": 1}, *everybody) == {whole.pk}
    assert found({**leaf, "value": 0}, *everybody) == {half.pk}
    assert found({**leaf, "op": "lt", "value": 0}, *everybody) == {early.pk}
