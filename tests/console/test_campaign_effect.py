"""The pages of a campaign's effect and of who got it: figures that name nobody, files, look-ups."""

import io
import re
from zipfile import ZipFile

import pytest
from django.core.cache import cache
from django.urls import reverse

from campaigns.models import Campaign, CampaignPrize, Run
from loyalty.models import CouponType
from members.models import Store
from tests import world
from tests.campaigns import effect_shop
from tests.campaigns.effect_shop import gift, into, message, order, run
from tests.campaigns.shop import NOW, enroll
from tests.console import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(keys_made, empty_cache):
    world.open_shop()
    people = [enroll(email=f"m{number}@example.org") for number in range(4)]
    made = effect_shop.campaign()
    Campaign.objects.filter(pk=made.pk).update(name_en="=cmd|x")
    CouponType.objects.update(name_en="=ten")
    one = run(made)
    into(one, people[0].pk, state="EXCLUDED", reason="consent")
    message(into(one, people[1].pk), "DELIVERED")
    way = into(one, people[2].pk)
    message(way, "DELIVERED", opened_at=NOW)
    gift(way, "REDEEMED")
    order(people[2].pk, 12_345)
    message(into(one, people[3].pk, arm="control"), "GHOST")
    made.people = people
    return made


def page(campaign, **query):
    return reverse("admin:campaigns_campaign_effect", args=[campaign.pk]), query


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_ladder_the_losses_and_the_sales_stand_on_the_page(campaign, language):
    analyst = staff.logged_in("an", "analyst", language=language)

    shown = staff.text(analyst.get(*page(campaign)))

    assert "¥123.45" in shown
    assert "33.3%" in shown
    for secret in ("example.org", "Alice", campaign.people[2].card_number):
        assert secret not in shown


def test_each_loss_has_its_reason_and_the_control_honest_words(campaign):
    analyst = staff.logged_in("an", "analyst")

    shown = staff.text(analyst.get(*page(campaign)))

    for words in (
        "No consent",
        "Not opened",
        "Held out for comparison",
        "The comparison comes with the statistics",
    ):
        assert words in shown


def test_whoever_bought_without_an_opened_message_stands_beside_the_ladder(campaign):
    analyst = staff.logged_in("an", "analyst")
    beside = "of all targeted, whether they opened a message or not: 2"
    url = page(campaign)[0]

    assert "of all targeted, whether" not in staff.text(analyst.get(url))
    order(campaign.people[1].pk, 500)
    cache.clear()

    assert staff.text(analyst.get(url)).count(beside) == 1


def test_the_file_has_numbers_and_no_formula(campaign):
    analyst = staff.logged_in("an", "analyst")

    answer = analyst.get(page(campaign)[0], {"as": "xlsx"})

    with ZipFile(io.BytesIO(answer.content)) as book:
        parts = {name: book.read(name).decode() for name in book.namelist()}
    names = parts["xl/workbook.xml"]
    assert 'name="Ladder"' in names
    assert 'name="Reasons for every loss"' in names
    assert "<f>" not in "".join(parts.values())
    assert "=ten" in parts["xl/sharedStrings.xml"]
    # Each figure has its unit: 33.3 % and ¥123.45, also among the figures.
    assert "&quot;¥&quot;#,##0.00" in parts["xl/styles.xml"]
    assert not re.findall(r'<c r="B[2-9]"><v>', parts["xl/worksheets/sheet2.xml"])
    assert "Amounts in" in parts["xl/sharedStrings.xml"]

    gifts = analyst.get(page(campaign)[0], {"as": "csv", "chart": "gifts"}).content.decode()
    assert "'=ten,1,1,10.00,0,0.00" in gifts
    losses = analyst.get(page(campaign)[0], {"as": "csv", "chart": "losses"}).content.decode()
    assert "Let through by the gate,No consent,1" in losses


def test_it_is_narrowed_by_the_address_and_bad_filters_are_told(campaign):
    analyst = staff.logged_in("an", "analyst")
    url = page(campaign)[0]

    assert "Nobody fits these filters" in staff.text(analyst.get(url, {"from_on": "2030-01-01"}))
    assert "Mend the filters" in staff.text(analyst.get(url, {"run": "999"}))
    days = {"from_on": "2026-03-03", "to_on": "2026-03-02"}
    assert "before the first one" in staff.text(analyst.get(url, days))


def test_who_works_for_some_stores_sees_their_members_alone(campaign):
    mine = staff.logged_in("bei", "marketer", store_codes=["BJ01"])

    assert "Nobody has come in yet" in staff.text(mine.get(page(campaign)[0]))


def test_a_member_is_looked_up_without_a_name_in_the_address(campaign):
    marketer = staff.logged_in("mar", "marketer")
    url = reverse("admin:campaigns_campaign_why", args=[campaign.pk])

    answer = marketer.post(url, {"text": "m0@example.org"})
    assert answer.url == f"?member={campaign.people[0].pk}"
    shown = staff.text(marketer.get(url + answer.url))
    assert "Left out: No consent" in shown
    assert "m0@example.org" not in shown
    # Who was looked at before isn't the answer to another question.
    nobody = staff.text(marketer.post(url + answer.url, {"text": "nobody@example.org"}))
    assert "Nobody was found" in nobody
    assert "Left out" not in nobody
    assert marketer.get(url, {"member": "x"}).status_code == 404


def test_the_member_s_page_has_their_campaigns(campaign):
    service = staff.logged_in("sun", "customer_service")

    shown = staff.text(service.get(staff.page(campaign.people[0], "campaigns")))

    assert "Left out: No consent" in shown
    assert "Variant" not in shown


def test_the_file_has_every_gift_and_says_what_the_page_says(campaign):
    Run.objects.update(removed_count=2)
    for number in range(60):
        kind = effect_shop.coupon_type(f"free-{number}")
        CouponType.objects.filter(pk=kind.pk).update(kind="GIFT", amount=0)
        CampaignPrize.objects.create(
            version=campaign.version, step=f"f{number}", what="COUPON", coupon_type=kind
        )
        way = campaign.runs.get().enrollments.get(member=campaign.people[2])
        gift(way, step=f"f{number}", type=kind, expires_at=None)
    analyst = staff.logged_in("an", "analyst")

    shown = staff.text(analyst.get(*page(campaign)))
    gifts = analyst.get(page(campaign)[0], {"as": "csv", "chart": "gifts"}).content.decode()
    whole = analyst.get(page(campaign)[0], {"as": "csv"}).content.decode()

    assert "The fifty that were redeemed most; the file has all." in shown
    assert shown.count("free-") == 49
    # What the cart decides has no most, which isn't 0.
    assert gifts.count("free-") == gifts.count(",1,0,0.00,1,\r\n") == 60
    note = "kept any more, as the rules of retention say"
    assert note in shown
    assert note in whole


def test_another_one_s_store_can_t_be_asked_for_by_the_address(campaign):
    mine = staff.logged_in("bei", "marketer", store_codes=["BJ01"])
    other = Store.objects.get(code="SH01").pk

    for kind in ("", "csv", "xlsx"):
        answer = mine.get(page(campaign)[0], {"store": other, "as": kind})
        assert "Mend the filters" in staff.text(answer)
        assert "123.45" not in staff.text(answer)


def test_the_page_asks_a_bounded_number_of_questions(campaign, django_assert_max_num_queries):
    analyst = staff.logged_in("an", "analyst")
    analyst.get(page(campaign)[0])

    with django_assert_max_num_queries(45):
        analyst.get(page(campaign)[0])
