"""Test messages, previews and coverage: what members would read, before anybody does."""

from datetime import timedelta

import pytest
from django.utils import translation

from campaigns.admin import template_test_words
from campaigns.models import (
    Campaign,
    ContactCredit,
    ContactPolicy,
    Delivery,
    FrequencyCap,
    MessageTemplate,
)
from campaigns.services import (
    coverages,
    suppressions,
    template_previews,
    template_tests,
    templates,
)
from campaigns.transports import registry
from campaigns.transports.contract import NotSent, Transport
from members.models import AuditRecord, Member, Tag
from members.services import tags
from tests import world
from tests.campaigns.shop import NOW, enroll

pytestmark = pytest.mark.django_db


@pytest.fixture
def template(shop):
    return MessageTemplate.objects.create(
        code="news",
        name_en="News",
        subject_en="News for {{ name }}",
        body_en="Hello {{ name }}, {{ available_points | points }} points.",
        body_zh="您好{{ name | default: '会员' }}，积分 {{ available_points | points }}。",
        media_options={
            "WECHAT": {"template": "T1", "page": "pages/a", "fields": {"thing1": "{{ name }}"}}
        },
    )


@pytest.fixture
def mia(shop):
    found = world.operator("mia", role="marketer")
    found.email = "mia@example.org"
    found.save()
    return found


def card_for_tests(**options):
    member = enroll(**options)
    Tag.objects.get_or_create(code=template_tests.TAG, defaults={"name_en": "Tests"})
    tags.give(members=[member], code=template_tests.TAG, at=NOW, source="HAND")
    return member


def texts(template):
    return templates.freeze(template)


# Tests


def test_the_operator_gets_each_language_with_samples_marked_as_a_test(template, mia, provider):
    found = template_tests.send_to_self(template_id=template.pk, actor=mia, at=NOW)

    assert [(one.language, one.result) for one in found] == [("zh", "SENT"), ("en", "SENT")]
    chinese, english = provider.got
    assert chinese.body == "[测试] 您好王小梅，积分 1,280。"
    assert (english.subject, english.address) == ("[Test] News for Grace Lin", "mia@example.org")
    record = AuditRecord.objects.get(action="message_template.test")
    assert (record.actor_id, record.details["count"]) == (mia.pk, 2)
    assert "mia@example.org" not in str(record.details)


def test_tests_keep_no_delivery_so_that_they_count_for_nothing(template, mia, provider):
    FrequencyCap.objects.create(most_count=1)
    card_for_tests()

    for _ in range(2):
        found = template_tests.send_to_members(
            template_id=template.pk, medium="EMAIL", actor=mia, at=NOW
        )
        assert [one.result for one in found] == ["SENT"]

    assert len(provider.got) == 2
    assert provider.got[0].body == "[Test] Hello Alice, 0 points."
    assert not Delivery.objects.exists()


def test_only_active_members_with_the_tag_get_tests_and_at_most_five(template, mia, provider):
    enroll(email="other@example.org")
    with pytest.raises(template_tests.NoTestMembers):
        template_tests.send_to_members(template_id=template.pk, medium="EMAIL", actor=mia, at=NOW)
    assert Tag.objects.get(code=template_tests.TAG).name_en == "Test recipient"

    for number in range(7):
        card_for_tests(email=f"t{number}@example.org")
    Member.objects.filter(pk=template_tests.test_members()[0].pk).update(state="RESTRICTED")
    template_tests.send_to_members(template_id=template.pk, medium="EMAIL", actor=mia, at=NOW)

    addresses = [message.address for message in provider.got]
    assert addresses == [f"t{number}@example.org" for number in range(1, 6)]


def test_when_the_provider_is_away_the_rest_is_not_tried(template, mia, provider):
    provider.error = NotSent("down")
    for number in range(3):
        card_for_tests(email=f"t{number}@example.org")

    found = template_tests.send_to_members(
        template_id=template.pk, medium="EMAIL", actor=mia, at=NOW
    )

    assert [one.result for one in found] == ["unreachable"]
    assert len(provider.got) == 1


def test_no_test_goes_to_an_address_that_is_suppressed(template, mia, provider):
    for address in ("t1@example.org", "mia@example.org"):
        by_hand = suppressions.ByHand(medium="EMAIL", address=address, reason="She complained.")
        suppressions.add(by_hand=by_hand, actor_id=mia.pk, at=NOW)
    cards = [card_for_tests(email=f"t{number}@example.org") for number in (1, 2)]

    others = template_tests.send_to_members(
        template_id=template.pk, medium="EMAIL", actor=mia, at=NOW
    )
    own = template_tests.send_to_self(template_id=template.pk, actor=mia, at=NOW)

    assert [one.result for one in others] == ["suppressed", "SENT"]
    assert [one.result for one in own] == ["suppressed", "suppressed"]
    assert [one.address for one in provider.got] == ["t2@example.org"]
    first = AuditRecord.objects.filter(action="message_template.test").earliest("pk")
    assert first.details["members"] == [one.pk for one in cards]


@pytest.mark.parametrize(
    "result",
    ["address", "suppressed", "no_template", "contact_credit", "missing_variable", "unreachable"],
)
def test_each_reason_why_a_test_was_not_sent_is_a_sentence(result):
    with translation.override("en"):
        ((is_good, said),) = template_test_words.told([template_tests.Outcome("C-1", "en", result)])

    assert not is_good
    assert said.startswith("C-1: not sent. The")


def test_a_wechat_test_takes_a_credit_and_gives_it_back_if_nothing_went(
    template, mia, provider, monkeypatch
):
    transport = Transport(
        medium="WECHAT", send=provider.send, needs_credit=True, needs_template=lambda: True
    )
    monkeypatch.setitem(registry.TRANSPORTS, "WECHAT", transport)
    member = card_for_tests()
    ContactCredit.objects.create(
        member=member, medium="WECHAT", template="T1", left_count=1, changed_at=NOW
    )

    def send():
        return template_tests.send_to_members(
            template_id=template.pk, medium="WECHAT", actor=mia, at=NOW
        )[0].result

    provider.error = NotSent("down")
    assert send() == "unreachable"
    provider.error = None
    assert send() == "SENT"
    assert (provider.got[-1].template, provider.got[-1].fields) == ("T1", {"thing1": "Alice"})
    assert send() == "contact_credit"
    assert ContactCredit.objects.get().left_count == 0


def test_thirty_tests_an_hour_are_enough(template, mia, provider):
    for _ in range(15):
        template_tests.send_to_self(template_id=template.pk, actor=mia, at=NOW)
    with pytest.raises(template_tests.TooManyTests):
        template_tests.send_to_self(template_id=template.pk, actor=mia, at=NOW)
    assert len(provider.got) == 30

    later = NOW + timedelta(minutes=61)
    assert template_tests.send_to_self(template_id=template.pk, actor=mia, at=later)


def test_without_an_address_of_ones_own_nothing_is_sent(template, mia, provider):
    mia.email = ""
    with pytest.raises(template_tests.NoTestAddress):
        template_tests.send_to_self(template_id=template.pk, actor=mia, at=NOW)
    assert provider.got == []


# Previews


def test_a_preview_shows_both_languages_and_what_a_short_message_costs(template):
    ContactPolicy.objects.create(pk=1, costs={"SMS": 5})

    chinese, english = template_previews.previews(texts=texts(template), at=NOW)

    assert chinese.text.body == "您好王小梅，积分 1,280。"
    assert english.text.subject == "News for Grace Lin"
    assert (chinese.sms.parts, chinese.sms_cost_amount) == (1, 5)
    assert chinese.provided["WECHAT"].fields == {"thing1": "王小梅"}


def test_a_preview_as_a_member_is_masked_and_says_which_language_they_read(template):
    member = enroll()

    chinese, english = template_previews.previews(texts=texts(template), member=member, at=NOW)

    assert (chinese.is_members_own, english.is_members_own) == (False, True)
    assert english.text.body == "Hello A***, 0 points."


def test_a_preview_names_what_is_missing(template):
    member = enroll()
    Member.objects.filter(pk=member.pk).update(store=None)
    MessageTemplate.objects.update(body_en="{{ store }}", body_zh="", subject_en="x")
    template.refresh_from_db()
    template.media_options = {}

    (english,) = template_previews.previews(
        texts=texts(template), member=Member.objects.get(), at=NOW
    )

    assert (english.text, english.missing) == (None, ("store",))


# Coverage


def test_coverage_says_for_how_many_a_text_can_be_written_and_who_lacks_what(template):
    everybody = {"all": [{"field": "member.joined_days", "op": "gte", "value": 0}]}
    for number in range(4):
        enroll(email=f"m{number}@example.org", language="en" if number < 3 else "zh-hans")
    nameless = Member.objects.order_by("pk").first()
    nameless.name = ""
    nameless.save()
    campaign = Campaign.objects.create(
        code="c",
        entry="NOW",
        condition=everybody,
        steps=[{"id": "s1", "kind": "MESSAGE", "template": "news", "media": ["INBOX"]}],
    )

    (found,) = coverages.of_campaign(campaign, at=NOW)

    assert (found.members_count, found.looked_count, found.written_count) == (4, 4, 3)
    assert found.readers == {"zh": 1, "en": 3}
    by_name = {one.name: one for one in found.lacks}
    assert (by_name["name"].having_count, by_name["available_points"].having_count) == (3, 4)
    assert by_name["name"].lacking_cards == found.lacking_cards == (nameless.card_number,)


def test_what_begins_a_campaign_is_taken_as_there(template):
    MessageTemplate.objects.update(body_en="{{ product }} {{ coupon_code }}", subject_en="")
    enroll()
    campaign = Campaign.objects.create(
        code="c",
        entry="EVENT",
        entry_rule={"event": "members.behavior.noticed", "behavior": "VIEW"},
        steps=[
            {"id": "s1", "kind": "GRANT", "what": "COUPON", "code": "ten", "count": 1},
            {"id": "s2", "kind": "MESSAGE", "template": "news", "media": ["INBOX"]},
        ],
    )

    (found,) = coverages.of_campaign(campaign, at=NOW)

    assert (found.looked_count, found.written_count) == (1, 1)
    assert {one.name for one in found.lacks if one.is_begun} == {"product", "coupon_code"}
