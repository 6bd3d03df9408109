"""The wizard: five steps on the row of a draft, saved one by one, by two at once told so."""

import uuid

import pytest
from django.test import Client

from analytics.registry import segment_users
from analytics.services import segments
from analytics.services.segments import Draft
from campaigns.models import Campaign
from campaigns.services import campaigns, recipes
from members.models import ApprovalRequest, Store, User
from tests import world
from tests.console import staff, wizard_desk
from tests.console.wizard_desk import GALLERY, draft, filled, page, save, step

pytestmark = pytest.mark.django_db
MESSAGE = {"id": "s2", "kind": "MESSAGE", "template": "hello", "media": ["INBOX"], "mode": "FIRST"}
EVERYBODY = {"all": [{"field": "member.joined_days", "op": "gte", "value": 0}]}


@pytest.fixture
def mia(shop):
    return staff.logged_in("mia", "marketer")


def begin(browser, **said):
    return browser.post(GALLERY, {"submission": str(uuid.uuid4()), "recipe": "", **said})


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
        "Give both, or neither.": {"quiet_from": "21:00"},
        "less than or equal to 9": {"priority": "10"},
        "are those who are held out": {"arms-0-code": "control", "arms-0-share": "100"},
    }

    for text, said in told.items():
        assert text in staff.text(save(mia, campaign, 4, **said))

    campaign.refresh_from_db()
    assert (campaign.control_share, campaign.priority) == (0, 5)


# Two at once


def test_who_was_overtaken_is_told_by_whom_and_nothing_is_overwritten(mia):
    li = staff.logged_in("li", "marketer")
    campaign = draft()
    opened = filled(mia, campaign, 4)
    save(li, campaign, 4, priority="7")

    shown = staff.text(mia.post(step(campaign, 4), {**opened, "priority": "2"}))

    campaign.refresh_from_db()
    assert campaign.priority == 7
    assert "Nothing was saved: somebody was quicker" in shown
    assert "li has changed this campaign while you worked on it" in shown
    assert "<li>Priority</li>" in shown
    # What was typed is still there, and may be put in the place of what is kept.
    assert 'value="2"' in shown
    seen = campaigns.fingerprint(campaign)
    assert f'value="{seen}"' in shown
    mia.post(step(campaign, 4), {**opened, "priority": "2", "overwrite": seen})
    campaign.refresh_from_db()
    assert campaign.priority == 2


def test_a_form_without_the_version_it_was_opened_with_overwrites_nothing(mia):
    campaign = draft()

    shown = staff.text(save(mia, campaign, 4, seen="", priority="2"))

    campaign.refresh_from_db()
    assert "somebody was quicker" in shown
    assert campaign.priority == 5


# Review


def test_the_review_tells_what_is_missing_with_a_way_to_mend_it(mia):
    campaign = draft()

    shown = staff.text(mia.get(step(campaign, 5)))

    assert "Say what happens: add a message or a gift." in shown
    assert f'href="{step(campaign, 3)}">Mend it</a>' in shown
    assert "Ask for approval" not in shown


def test_a_whole_draft_asks_a_second_person_and_waits(mia):
    world.register(world.ALICE)
    campaign = draft(steps=[MESSAGE], condition=EVERYBODY)
    assert "Ask for approval" in staff.text(mia.get(step(campaign, 5)))

    refused = staff.text(mia.post(step(campaign, 5), {"reason": ""}))
    answer = mia.post(step(campaign, 5), {"reason": "Texts were read by Li"})

    campaign.refresh_from_db()
    asked = ApprovalRequest.objects.get()
    assert "This field is required." in refused
    assert answer.status_code == 302
    assert (campaign.state, asked.maker.username) == ("IN_REVIEW", "mia")
    again = staff.text(mia.post(step(campaign, 5), {"reason": "again"}))
    assert "It waits: another person has to decide." in again
    assert ApprovalRequest.objects.count() == 1


def test_changing_what_waits_takes_the_question_back(mia):
    campaign = draft(steps=[MESSAGE], condition=EVERYBODY)
    mia.post(step(campaign, 5), {"reason": "ready"})

    save(mia, campaign, 4, priority="6")

    campaign.refresh_from_db()
    assert (campaign.state, ApprovalRequest.objects.get().status) == ("DRAFT", "STALE")


def test_the_audience_is_counted_while_it_is_chosen(mia):
    world.register(world.ALICE)
    world.register(world.BOB)
    campaign = draft()
    sent = {"condition": "", "segment": "", "stores": ["SH01"]}

    counted = staff.text(mia.post(wizard_desk.page(campaign, "counted"), sent))

    assert "1 member now" in counted
    assert "张*" in counted


def test_no_step_asks_more_than_20_times(shop, django_assert_max_num_queries):
    campaign = draft(steps=[MESSAGE], condition=EVERYBODY)
    chief = Client()
    chief.force_login(
        User.objects.create_superuser("chief"), "django.contrib.auth.backends.ModelBackend"
    )
    for number in (1, 2, 3, 4, 5):
        chief.get(step(campaign, number))
        with django_assert_max_num_queries(staff.MOST_QUERIES):
            staff.text(chief.get(step(campaign, number)))


# Who may


def test_who_only_looks_changes_nothing(shop):
    campaign = draft()
    for role in ("analyst", "auditor", "customer_service"):
        browser = staff.logged_in(f"x-{role}", role)
        answers = [
            browser.get(GALLERY),
            begin(browser),
            browser.get(step(campaign, 4)),
            browser.post(step(campaign, 4), {"priority": "9"}),
            browser.post(page(campaign, "counted"), {}),
        ]
        assert {one.status_code for one in answers} == {403}, role

    campaign.refresh_from_db()
    assert (Campaign.objects.count(), campaign.priority) == (1, 5)


def test_a_running_campaign_is_not_changed_by_the_wizard(mia):
    campaign = draft()
    Campaign.objects.filter(pk=campaign.pk).update(state="KILLED")

    assert mia.get(step(campaign, 1))["Location"] == page(campaign)


def test_a_segment_that_a_campaign_reads_says_so(mia):
    asked = segments.define(draft=Draft(code="vip", name_en="VIP", kind="STATIC"), at=world.NOW)
    inside = {"field": "segments", "op": "contains", "value": ["vip"]}
    branch = {"id": "b", "kind": "BRANCH", "condition": inside, "yes": [], "no": []}
    for code, values in (
        ("by-segment", {"segment": asked}),
        ("by-condition", {"condition": inside}),
        ("by-branch", {"steps": [{"id": "w", "kind": "SPLIT", "a": [branch]}]}),
        ("not-at-all", {"condition": EVERYBODY}),
    ):
        Campaign.objects.create(code=code, name_en=code, **values)

    users = [one.name for one in segment_users.users_of(asked)]

    assert users == ["by-branch", "by-condition", "by-segment"]
    Campaign.objects.update(state="KILLED")
    assert segment_users.users_of(asked) == []
