"""Two who work on one campaign, its review, and who may do what."""

import pytest
from django.test import Client

from analytics.registry import segment_users
from analytics.services import segments
from analytics.services.segments import Draft
from campaigns.models import Campaign
from campaigns.services import campaigns
from members.models import ApprovalRequest, Store, User
from members.services import approvals
from tests import world
from tests.console import staff, wizard_desk
from tests.console.wizard_desk import GALLERY, draft, filled, page, save, step

pytestmark = pytest.mark.django_db
MESSAGE = {"id": "s2", "kind": "MESSAGE", "template": "hello", "media": ["INBOX"], "mode": "FIRST"}
EVERYBODY = {"all": [{"field": "member.joined_days", "op": "gte", "value": 0}]}


@pytest.fixture
def mia(shop):
    return staff.logged_in("mia", "marketer")


def test_other_stores_alone_take_the_question_back(mia):
    campaign = draft(name_en="News", entry="NOW", entry_rule={}, condition=EVERYBODY)
    Campaign.objects.filter(pk=campaign.pk).update(steps=[MESSAGE])
    maker = User.objects.get(username="mia")
    campaigns.submit(campaign_id=campaign.pk, reason="Go", maker=maker, at=world.NOW)

    campaigns.change(
        campaign_id=campaign.pk,
        values={},
        store_ids=(Store.objects.get(code="SH01").pk,),
        at=world.NOW,
    )

    campaign.refresh_from_db()
    assert campaign.state == "DRAFT"


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


def test_why_it_was_rejected_stands_above_and_not_only_in_the_list(mia):
    campaign = draft(steps=[MESSAGE], condition=EVERYBODY)
    mia.post(step(campaign, 5), {"reason": "ready"})
    boss = world.operator("boss", role="marketing_manager")
    request = ApprovalRequest.objects.get()

    approvals.reject(request_id=request.pk, checker=boss, at=world.NOW, note="Another coupon")

    shown = staff.text(mia.get(wizard_desk.page(campaign)))
    assert "Rejected by boss: Another coupon" in shown


def test_variants_that_all_get_the_same_are_told_so_in_the_review(mia):
    arms = [{"code": "a", "share": 5_000}, {"code": "b", "share": 5_000}]
    campaign = draft(steps=[MESSAGE], condition=EVERYBODY, arms=arms)
    same = "All variants get the same"

    assert same in staff.text(mia.get(step(campaign, 5)))
    split = {"id": "s1", "kind": "SPLIT", "a": [MESSAGE], "b": []}
    Campaign.objects.filter(pk=campaign.pk).update(steps=[split])
    assert same not in staff.text(mia.get(step(campaign, 5)))


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


def test_a_long_list_of_stores_has_a_box_that_narrows_it_by_name_code_or_city(mia):
    campaign = draft()
    assert "data-narrow" not in staff.text(mia.get(step(campaign, 2)))

    for number in range(1, 10):
        Store.objects.create(code=f"CD{number:02}", name_zh=f"成都{number}店", city="成都 Chengdu")
    shown = staff.text(mia.get(step(campaign, 2)))

    assert "data-narrow" in shown
    assert '<li data-words="CD07 成都 Chengdu">' in shown


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
            browser.post(GALLERY, {"recipe": ""}),
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
