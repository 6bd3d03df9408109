"""What members will read stands where it is chosen and where it is approved; tests go from
there."""

import pytest

from campaigns.models import Campaign, MessageTemplate
from campaigns.services import campaigns
from members.models import AuditRecord, User
from tests import world
from tests.campaigns import made
from tests.campaigns.shop import enroll
from tests.console import staff
from tests.console.wizard_desk import draft, page, save, step
from tests.loyalty import coupon_shop

pytestmark = pytest.mark.django_db
MESSAGE = {"id": "s2", "kind": "MESSAGE", "template": "news", "media": ["INBOX"], "mode": "FIRST"}
COUPON = {"id": "s1", "kind": "GRANT", "what": "COUPON", "code": "", "count": 1}


@pytest.fixture
def mia(shop):
    made.template(
        "news", name_en="News", body_zh="{{ name }}，好消息", body_en="News for {{ name }}"
    )
    return staff.logged_in("mia", "marketer")


def test_the_chosen_template_is_shown_in_both_languages_before_it_is_saved(mia):
    campaign = draft()

    shown = staff.text(mia.post(page(campaign, "texts"), {"template": "news"}))

    assert "王小梅，好消息" in shown
    assert "News for Grace Lin" in shown
    assert "Change this text" in shown
    empty = staff.text(mia.post(page(campaign, "texts"), {"template": ""}))
    assert "Choose a template: you see here what members will read." in empty


def test_it_is_read_as_a_member_would_masked(mia):
    card = enroll().card_number

    shown = staff.text(mia.post(page(draft(), "texts"), {"template": "news", "preview_card": card}))

    assert "News for A***" in shown
    assert "reads this one" in shown


def test_the_wizard_asks_for_the_texts_and_offers_a_test(mia):
    shown = mia.get(step(draft(steps=[MESSAGE]), 3)).content.decode()

    assert "data-texts" in shown
    assert "data-test=" in shown
    assert "test cards, by SMS" in shown


def test_a_test_goes_to_oneself_and_says_what_became_of_it(mia, mailoutbox):
    campaign = draft()
    asked = {"template": "news", "to": "SELF"}

    refused = staff.text(mia.post(page(campaign, "test"), asked))
    User.objects.filter(username="mia").update(email="mia@example.org")
    sent = staff.text(mia.post(page(campaign, "test"), asked))

    assert "has no e-mail address" in refused
    assert "2 tests were sent." in sent
    assert len(mailoutbox) == 2
    assert AuditRecord.objects.filter(action="message_template.test").count() == 1
    assert mia.get(page(campaign, "test")).status_code == 405
    none = staff.text(mia.post(page(campaign, "test"), {"to": "SELF"}))
    assert "Choose a template first." in none


def test_who_only_reads_sees_the_texts_and_sends_no_test(mia):
    campaign = draft(steps=[MESSAGE])
    ann = staff.logged_in("ann", "analyst")

    assert "News for Grace Lin" in staff.text(ann.get(page(campaign, "texts")))
    assert ann.post(page(campaign, "test"), {"template": "news"}).status_code == 403
    clerk = staff.logged_in("cleo", "clerk", ["SH01"])
    assert clerk.get(page(campaign, "texts")).status_code == 403


def test_what_runs_is_read_as_it_was_approved(mia):
    campaign = made.running(steps=[MESSAGE])
    MessageTemplate.objects.filter(code="news").update(body_en="Something else")

    shown = staff.text(mia.get(page(campaign, "texts")))

    assert "News for Grace Lin" in shown
    assert "Something else" not in shown
    assert "Change this text" not in shown


def test_a_coupon_that_the_campaign_does_not_give_is_told_nobody(mia):
    told = "{% if coupon %}With {{ coupon }}{% else %}No gift{% endif %}"
    MessageTemplate.objects.filter(code="news").update(body_en=told)
    plain = draft(steps=[MESSAGE])
    generous = Campaign.objects.get(pk=plain.pk)
    generous.pk, generous.code, generous.steps = None, "generous", [COUPON, MESSAGE]
    generous.save()

    assert "No gift" in staff.text(mia.get(page(plain, "texts")))
    assert "With 20 off 100" in staff.text(mia.get(page(generous, "texts")))
    # In the wizard what is chosen counts, before it is saved.
    asked = {"template": "news", "gift": "COUPON"}
    assert "With 20 off 100" in staff.text(mia.post(page(plain, "texts"), asked))
    asked["gift"] = ""
    assert "No gift" in staff.text(mia.post(page(generous, "texts"), asked))


def test_a_coupon_is_told_by_the_name_that_members_will_read(mia):
    MessageTemplate.objects.filter(code="news").update(body_en="With {{ coupon }}")
    coupon_shop.live("ten", name_en="Ten off")
    inner = {"id": "b1", "kind": "BRANCH", "then": [{**COUPON, "code": "ten"}, MESSAGE]}
    campaign = draft(steps=[inner, {**MESSAGE, "id": "m"}])

    shown = staff.text(mia.post(page(campaign, "texts"), {"template": "news"}))
    assert "With Ten off" in shown
    chosen = {"template": "news", "gift": "COUPON", "code": "ten", "points": ""}
    assert "With Ten off" in staff.text(mia.post(page(campaign, "texts"), chosen))


def test_a_text_that_needs_a_gift_says_that_none_is_given(mia):
    MessageTemplate.objects.filter(code="news").update(body_en="Your code: {{ coupon_code }}")

    shown = staff.text(mia.get(page(draft(steps=[MESSAGE]), "texts")))

    assert "It can't be written: not known is Its code." in shown


# What a recipe leaves open


def test_a_recipe_that_needs_a_coupon_says_so_and_leads_there(mia):
    campaign = draft(recipe="dormant-90", steps=[COUPON, MESSAGE], name_en="Back")

    first = mia.get(step(campaign, 1)).content.decode()
    third = staff.text(mia.get(step(campaign, 3)))

    assert 'name="go" value="2" class="console-link"' in first
    assert "Still to be said in this step:" in third
    assert "choose what is given" in third.lower()
    assert "Still to be said" not in staff.text(mia.get(step(campaign, 1)))


def test_an_empty_draft_is_not_scolded_for_steps_that_nobody_saw_yet(mia):
    campaign = draft()

    assert "Still to be said" not in staff.text(mia.get(step(campaign, 3)))
    save(mia, campaign, 3, template="news", go="2")
    Campaign.objects.filter(pk=campaign.pk).update(wizard_step=3)

    assert "Still to be said in this step:" in staff.text(mia.get(step(campaign, 2)))


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_step_asks_the_database_a_bounded_number_of_questions(
    mia, number, django_assert_max_num_queries
):
    campaign = draft(recipe="dormant-90", steps=[COUPON, MESSAGE], wizard_step=4)
    mia.get(step(campaign, number))

    with django_assert_max_num_queries(20):
        assert mia.get(step(campaign, number)).status_code == 200


def test_whoever_may_decide_is_led_from_the_page_to_the_question(mia):
    campaign = draft(name_en="News", entry="NOW", entry_rule={}, steps=[MESSAGE])
    Campaign.objects.filter(pk=campaign.pk).update(condition=made.EVERYBODY)
    maker = User.objects.get(username="mia")
    campaigns.submit(campaign_id=campaign.pk, reason="Go", maker=maker, at=world.NOW)
    boss = staff.logged_in("boss", "marketing_manager")

    assert "Approve or reject" in staff.text(boss.get(page(campaign)))
    assert "Approve or reject" not in staff.text(mia.get(page(campaign)))
