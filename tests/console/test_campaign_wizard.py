"""The wizard: five steps on the row of a draft, saved one by one, by two at once told so."""

import uuid
from datetime import time

import pytest

from campaigns.models import Campaign, ContactPolicy
from campaigns.services import campaigns, recipes
from members.models import Store
from tests import world
from tests.console import staff
from tests.console.wizard_desk import GALLERY, draft, page, save, step

pytestmark = pytest.mark.django_db
MESSAGE = {"id": "s2", "kind": "MESSAGE", "template": "hello", "media": ["INBOX"], "mode": "FIRST"}
EVERYBODY = {"all": [{"field": "member.joined_days", "op": "gte", "value": 0}]}


@pytest.fixture
def mia(shop):
    return staff.logged_in("mia", "marketer")


def begin(browser, **said):
    return browser.post(GALLERY, {"submission": str(uuid.uuid4()), "recipe": "", **said})


# What the fields say


def test_an_amount_says_in_which_currency_and_a_code_how_it_may_look(mia):
    campaign = draft()

    assert "Budget for messages, ¥" in staff.text(mia.get(step(campaign, 4)))
    refused = staff.text(save(mia, campaign, 1, code="Wrong code!"))
    assert "Only letters, digits and hyphens, such as spring-2027." in refused


# The gallery


def test_the_gallery_shows_recipes_by_goal_and_an_empty_beginning(mia):
    shown = staff.text(mia.get(GALLERY))

    assert "An empty campaign" in shown
    for recipe in recipes.RECIPES.values():
        assert f'value="{recipe.code}"' in shown


def test_an_empty_draft_opens_at_its_first_step_and_sent_twice_is_one(mia):
    twice = str(uuid.uuid4())

    first, second = begin(mia, submission=twice), begin(mia, submission=twice)

    campaign = Campaign.objects.get()
    assert (campaign.state, campaign.code, campaign.created_by.username) == (
        "DRAFT",
        "campaign",
        "mia",
    )
    assert first["Location"] == step(campaign, 1)
    assert second["Location"].endswith("/campaigns/campaign/")


def test_an_empty_draft_wakes_nobody_unless_the_shop_says_itself_when(mia):
    begin(mia)
    ContactPolicy.objects.create(pk=1, quiet_from=time(22), quiet_until=time(8))
    begin(mia)

    first, second = Campaign.objects.order_by("pk")
    assert (first.quiet_from, first.quiet_until) == (time(21), time(9))
    assert (second.quiet_from, second.quiet_until) == (None, None)


def test_the_next_empty_draft_gets_a_free_code(mia):
    begin(mia)
    begin(mia)

    assert set(Campaign.objects.values_list("code", flat=True)) == {"campaign", "campaign-2"}


def test_a_recipe_that_nobody_knows_makes_nothing(mia):
    assert begin(mia, recipe="no-such").status_code == 302
    assert not Campaign.objects.exists()


# Each step is kept


def test_the_goal_is_kept_and_leads_on(mia):
    campaign = draft()

    answer = save(mia, campaign, 1, name_en="Spring", code="spring", goal="WIN_BACK", go="2")

    campaign.refresh_from_db()
    assert answer["Location"] == step(campaign, 2)
    assert (campaign.name_en, campaign.code, campaign.goal) == ("Spring", "spring", "WIN_BACK")
    assert campaign.wizard_step == 2


def test_going_back_and_closing_keep_what_was_typed_too(mia):
    campaign = draft()

    back = save(mia, campaign, 4, priority="8", go="3")
    closed = save(mia, campaign, 4, priority="9", go="page")

    campaign.refresh_from_db()
    assert back["Location"] == step(campaign, 3)
    assert closed["Location"] == page(campaign)
    assert campaign.priority == 9


def test_a_code_that_is_taken_is_told_at_the_field_and_what_was_typed_stays(mia):
    campaign = draft()
    Campaign.objects.create(code="taken", name_en="Taken")

    shown = staff.text(save(mia, campaign, 1, code="taken", name_en="Typed by Mia"))

    campaign.refresh_from_db()
    assert "Another campaign has this code." in shown
    assert 'value="Typed by Mia"' in shown
    assert campaign.name_en == "New campaign"


def test_a_pattern_of_events_is_kept_as_its_rule_and_the_same_when_saved_again(mia):
    campaign = draft()
    said = {
        "entry": "EVENT",
        "event": "members.behavior.noticed",
        "behavior": "product_view",
        "times": "2",
        "within": "24",
        "within_unit": "60",
        "is_same": "on",
        "without_event": "loyalty.order.recorded",
        "without_within": "30",
        "without_within_unit": "1",
        "keys": ["product", "day"],
    }
    rule = {
        "event": "members.behavior.noticed",
        "behavior": "product_view",
        "times": 2,
        "minutes": 1440,
        "same": "product",
        "without": {"event": "loyalty.order.recorded"},
        "without_minutes": 30,
        "keys": ["product", "day"],
    }

    for sent in (said, {}):
        assert save(mia, campaign, 2, **sent).status_code == 302
        campaign.refresh_from_db()
        assert (campaign.entry, campaign.entry_rule) == ("EVENT", rule)


def test_a_beginning_that_can_not_be_read_is_told_at_its_field(mia):
    campaign = draft()
    ends = {"starts_at": "2026-04-02T00:00", "ends_at": "2026-04-01T00:00"}

    shown = [
        staff.text(save(mia, campaign, 2, **said))
        for said in (
            {"entry": "AT", "at": ""},
            {"entry": "RECURRING", "repeats": "MONTH", "month_days": "1, x"},
            {"entry": "STATE", "clock": "10:00", **ends},
        )
    ]

    campaign.refresh_from_db()
    assert "Give a day and a time." in shown[0]
    assert "Numbers with commas between them" in shown[1]
    assert 'value="1, x"' in shown[1]
    assert "It ends before it starts." in shown[2]
    assert campaign.entry == "NOW"


def test_condition_and_stores_of_a_pilot_are_kept(mia):
    campaign = draft()
    store = Store.objects.get(code="SH01")

    save(
        mia,
        campaign,
        2,
        condition='{"field": "member.gender", "op": "eq", "value": "FEMALE"}',
        stores=[store.code],
    )

    campaign.refresh_from_db()
    assert campaign.condition == {"field": "member.gender", "op": "eq", "value": "FEMALE"}
    assert list(campaign.stores.all()) == [store]


def test_a_message_with_its_channels_and_a_gift_become_the_steps(mia):
    campaign = draft()

    save(
        mia,
        campaign,
        3,
        **{
            "template": "hello",
            "media-TOTAL_FORMS": "2",
            "media-0-medium": "WECHAT",
            "media-1-medium": "SMS",
            "gift": "POINTS",
            "points": "50",
            "exits-0-event": "loyalty.order.recorded",
            "exits-0-same": "product",
        },
    )

    campaign.refresh_from_db()
    assert campaign.steps == [
        {"id": "s1", "kind": "GRANT", "what": "POINTS", "points": 50},
        {**MESSAGE, "media": ["WECHAT", "SMS"]},
    ]
    assert campaign.exits == [{"event": "loyalty.order.recorded", "same": "product"}]


def test_what_a_recipe_leaves_open_does_not_bar_the_way_and_nothing_of_it_is_lost(mia):
    """A gift to be chosen, ends by a behavior, values that an event must have."""
    for code in ("cart-not-paid", "sign-up-gift"):
        kept = recipes.make(code=code, actor=None, at=world.NOW)
        campaign = Campaign.objects.get(pk=kept.pk)
        before = campaigns.fingerprint(campaign)

        for number in (1, 2, 3, 4):
            assert save(mia, campaign, number).status_code == 302

        assert campaigns.fingerprint(Campaign.objects.get(pk=kept.pk)) == before


def test_a_journey_of_several_steps_keeps_them(mia):
    steps = [MESSAGE, {"id": "w", "kind": "WAIT", "minutes": 60}, {**MESSAGE, "id": "s3"}]
    campaign = draft(steps=steps)

    shown = staff.text(mia.get(step(campaign, 3)))
    save(mia, campaign, 3)

    campaign.refresh_from_db()
    assert "Wait 1 hour" in shown
    assert 'name="template"' not in shown
    assert campaign.steps == steps


def test_guard_rails_are_kept_in_the_product_s_own_units(mia):
    campaign = draft()

    save(
        mia,
        campaign,
        4,
        **{
            "quiet_from": "21:00",
            "quiet_until": "09:00",
            "control_share": "10",
            "arms-TOTAL_FORMS": "2",
            "arms-0-code": "a",
            "arms-0-share": "60",
            "arms-1-code": "b",
            "arms-1-share": "30",
            "budget_amount": "199.50",
            "late_policy": "SEND",
            "late": "2",
            "late_unit": "60",
        },
    )

    campaign.refresh_from_db()
    assert campaign.control_share == 1_000
    assert campaign.arms == [{"code": "a", "share": 6_000}, {"code": "b", "share": 3_000}]
    assert (campaign.budget_amount, campaign.late_minutes) == (19_950, 120)
    assert f"{campaign.quiet_from:%H:%M}–{campaign.quiet_until:%H:%M}" == "21:00–09:00"


def test_guard_rails_that_can_not_hold_are_told_at_their_field(mia):
    campaign = draft()
    told = {
        "Variants and held out make 90 %; they must make 100 %.": {
            "control_share": "10",
            "arms-0-code": "a",
            "arms-0-share": "80",
        },
        "Give both, or neither.": {"quiet_from": "21:00", "quiet_until": ""},
        "less than or equal to 9": {"priority": "10"},
        "are those who are held out": {"arms-0-code": "control", "arms-0-share": "100"},
    }

    for text, said in told.items():
        assert text in staff.text(save(mia, campaign, 4, **said))

    campaign.refresh_from_db()
    assert (campaign.control_share, campaign.priority) == (0, 5)
