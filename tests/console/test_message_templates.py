"""The pages of templates and of the contact policy, as operators use them."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from campaigns.models import Campaign, ContactPolicy, FrequencyCap, MessageTemplate
from campaigns.services import defaults
from members.models import AuditRecord, User
from tests import world
from tests.campaigns.shop import enroll
from tests.console import staff

pytestmark = pytest.mark.django_db
TEXTS = {
    "name_en": "News",
    "code": "news",
    "subject_en": "News",
    "body_en": "Hello {{ name | default: 'you' }}",
}
ADD = "admin:campaigns_messagetemplate_add"
PREVIEW = "admin:campaigns_messagetemplate_preview"


@pytest.fixture
def shop(keys_made):
    world.open_shop()


@pytest.fixture
def mia(shop):
    return staff.logged_in("mia", "marketer")


def add(browser, **changes):
    return browser.post(reverse(ADD), {**TEXTS, **changes})


def test_a_template_is_kept_with_what_providers_need(mia):
    answer = add(
        mia,
        sms_template="1234",
        sms_fields="{{ name }}\n{{ available_points }}",
        wechat_template="T1",
        wechat_page="pages/a",
        wechat_fields="thing1 = {{ name }}\ndate2={{ expiring_on }}",
    )

    assert answer.status_code == 302
    template = MessageTemplate.objects.get(code="news")
    assert template.media_options == {
        "SMS": {"template": "1234", "fields": ["{{ name }}", "{{ available_points }}"]},
        "WECHAT": {
            "template": "T1",
            "page": "pages/a",
            "fields": {"thing1": "{{ name }}", "date2": "{{ expiring_on }}"},
        },
    }
    page = mia.get(reverse("admin:campaigns_messagetemplate_change", args=[template.pk]))
    assert "date2 = {{ expiring_on }}" in page.content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"body_en": "x\n{{ nmae }}"}, "Line 2: There is no variable “nmae”"),
        ({"body_en": "{{ name | money }}"}, "With sample values no text comes of it"),
        ({"body_en": ""}, "Write the text in Chinese, in English, or in both."),
        ({"body_en": "", "body_zh": "好"}, "There is a subject but no text"),
        ({"subject_en": "{{ name"}, "is opened and not closed"),
        ({"name_en": ""}, "Give it a name"),
        ({"sms_fields": "{{ name }}"}, "Give the number of the template"),
        ({"wechat_template": "T", "wechat_fields": "nonsense = 1"}, "WeChat has no such field"),
        ({"wechat_template": "T", "wechat_fields": "number1 = {{ name }}"}, "a number, without"),
        ({"wechat_template": "T", "wechat_fields": "thing1 ="}, "This field is empty"),
    ],
)
def test_mistakes_are_told_at_their_field_and_nothing_is_kept(mia, changes, said):
    answer = add(mia, **changes)

    assert answer.status_code == 200
    assert said in answer.content.decode().replace("&quot;", '"')
    assert not MessageTemplate.objects.filter(code="news").exists()


def test_a_template_of_a_running_campaign_may_be_edited_and_changes_nothing_that_runs(mia):
    campaign = defaults.install(at=world.NOW)
    Campaign.objects.filter(pk=campaign.pk).update(state="RUNNING")
    template = MessageTemplate.objects.get(code=defaults.CODE)
    campaign.refresh_from_db()
    frozen = campaign.version.content["texts"][defaults.CODE]

    page = reverse("admin:campaigns_messagetemplate_change", args=[template.pk])
    answer = mia.post(page, {**TEXTS, "body_en": "Something else"})

    assert answer.status_code == 302
    template.refresh_from_db()
    campaign.refresh_from_db()
    assert template.body_en == "Something else"
    assert campaign.version.content["texts"][defaults.CODE] == frozen


def test_the_preview_shows_what_is_typed_and_keeps_nothing(mia):
    page = mia.post(reverse(PREVIEW), {**TEXTS, "body_zh": "<b>{{ name }}</b>"}).content.decode()

    assert "Hello Grace Lin" in page
    assert "&lt;b&gt;王小梅&lt;/b&gt;" in page
    assert "15 characters: 1 short message, 145 more fit." in page
    assert not MessageTemplate.objects.filter(code="news").exists()


def test_the_preview_as_a_member_is_masked_and_of_ones_own_stores(mia):
    card = enroll().card_number

    page = mia.post(reverse(PREVIEW), {**TEXTS, "preview_card": card}).content.decode()
    assert "Hello A***" in page
    assert "reads this one" in page

    unknown = mia.post(reverse(PREVIEW), {**TEXTS, "preview_card": "1"}).content.decode()
    assert "No active member of your stores has this card" in unknown
    assert mia.get(reverse(PREVIEW)).status_code == 405


def test_a_test_is_sent_from_the_page_and_stands_in_the_trail(mia, mailoutbox):
    add(mia)
    template = MessageTemplate.objects.get(code="news")
    url = reverse("admin:campaigns_messagetemplate_test_send", args=[template.pk])

    refused = mia.post(url, {"_form_submitted": "on", "to": "SELF", "medium": "EMAIL"})
    assert "has no e-mail address" in refused.content.decode()

    User.objects.filter(username="mia").update(email="mia@example.org")
    sent = mia.post(url, {"_form_submitted": "on", "to": "SELF", "medium": "EMAIL"})
    said = [str(one) for one in get_messages(sent.wsgi_request)]
    assert said[-1:] == ["1 test was sent."]
    assert [letter.subject for letter in mailoutbox] == ["[Test] News"]
    assert AuditRecord.objects.filter(action="message_template.test").count() == 1


def test_the_contact_policy_is_one_row_in_operators_words(shop):
    boss = staff.logged_in("boss", "marketing_manager")
    url = reverse("admin:campaigns_contactpolicy_add")
    values = {
        "quiet_from": "21:00",
        "quiet_until": "09:00",
        "holdout_share": "5",
        "holdout_salt": "holdout",
        "priority_hours": "24",
        "attribution_days": "7",
        "cost_sms": "0.05",
    }

    assert "beginning and an end" in boss.post(url, {**values, "quiet_until": ""}).content.decode()
    assert boss.post(url, {**values, "holdout_share": "21"}).status_code == 200
    assert boss.post(url, values).status_code == 302

    policy = ContactPolicy.objects.get()
    assert (policy.pk, policy.holdout_share, policy.costs) == (1, 500, {"SMS": 5})
    page = boss.get(reverse("admin:campaigns_contactpolicy_changelist")).content.decode()
    assert "21:00–09:00" in page
    assert "SMS ¥0.05" in page
    assert boss.get(url).status_code == 403


def test_a_cap_is_a_sentence_and_hours_belong_to_rolling_ones(shop):
    boss = staff.logged_in("boss", "marketing_manager")
    url = reverse("admin:campaigns_frequencycap_add")
    values = {"medium": "SMS", "most_count": "2", "window": "ROLLING", "is_active": "on"}

    assert "how many hours back" in boss.post(url, values).content.decode()
    boss.post(url, {**values, "hours": "48"})
    boss.post(url, {"medium": "", "most_count": "1", "window": "DAY", "hours": "5"})

    assert list(FrequencyCap.objects.order_by("pk").values_list("hours", flat=True)) == [48, None]
    page = boss.get(reverse("admin:campaigns_frequencycap_changelist")).content.decode()
    assert "At most 2 messages by SMS in 48 hours." in page
    assert "At most 1 message by all channels together in a calendar day." in page
