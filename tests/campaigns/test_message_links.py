"""Addresses in messages: they lead on, count people, unsubscribe by one POST, and tell nothing."""

import re
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from campaigns.models import Delivery, Receipt
from campaigns.services import deliveries, tracking
from members.models import Consent
from members.selectors import consents
from tests.campaigns.letters import TEXT, message_events, sent
from tests.campaigns.shop import NOW, queued

pytestmark = pytest.mark.django_db
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
PROXY = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"


@pytest.fixture(autouse=True)
def public(settings, empty_cache):
    settings.PUBLIC_URL = "https://m.example.com"


@pytest.fixture
def letter(campaign, alice):
    left_at = timezone.now() - timedelta(hours=1)
    return sent(campaign, alice, claimed_at=left_at, sent_at=left_at)


@pytest.fixture
def phone():
    return Browser(headers={"User-Agent": PHONE}, enforce_csrf_checks=True)


def path(address):
    return address.removeprefix("https://m.example.com")


def links_of(letter):
    return [path(one) for one in re.findall(r"https://m\S+/m/c/[\w-]{24}", tracked(letter))]


def tracked(letter):
    return tracking.tracked(TEXT, letter)


def unsubscribe_path(letter):
    return path(tracking.addresses_of(letter).unsubscribe)


def allows(letter):
    purpose = letter.campaign.purpose
    return consents.is_granted(member_id=letter.member_id, purpose=purpose, medium="EMAIL")


def receipts_of(letter):
    return list(
        Receipt.objects.filter(delivery=letter).order_by("pk").values_list("kind", "is_machine")
    )


def test_links_of_a_text_are_exchanged_and_the_rest_stays(letter):
    first, second = links_of(letter)

    assert tracked(letter) == (
        f"New: https://m.example.com{first} and https://m.example.com{second}."
    )
    assert tracking.tracked(f"Bye: {tracking.addresses_of(letter).unsubscribe}", letter).endswith(
        unsubscribe_path(letter)
    )


def test_without_a_public_address_messages_stay_as_they_are(letter, settings):
    settings.PUBLIC_URL = ""

    assert tracked(letter) == TEXT
    assert tracking.addresses_of(letter) == tracking.Addresses("", "")


def test_a_click_leads_on_and_counts_once(letter, phone, django_assert_max_num_queries):
    _first, second = links_of(letter)

    with django_assert_max_num_queries(25):
        answer = phone.get(second)

    assert (answer.status_code, answer["Location"]) == (302, "https://shop.example/sale")
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert answer.cookies == {}
    letter.refresh_from_db()
    assert letter.clicked_at is not None
    assert (letter.state, letter.opened_at) == ("DELIVERED", letter.clicked_at)
    assert Receipt.objects.get().detail == "link:2"
    assert message_events() == ["opened", "clicked"]


def test_machines_are_led_on_and_do_not_count(letter, phone):
    first, _second = links_of(letter)
    pixel = path(tracking.addresses_of(letter).open_pixel)

    assert phone.head(first).status_code == 302
    assert phone.get(first, headers={"Sec-Purpose": "prefetch"}).status_code == 302
    assert phone.get(pixel, headers={"User-Agent": PROXY}).status_code == 200

    letter.refresh_from_db()
    assert (letter.state, letter.opened_at, letter.clicked_at) == ("DELIVERED", None, None)
    assert {is_machine for _kind, is_machine in receipts_of(letter)} == {True}
    assert message_events() == []


def test_a_look_within_five_seconds_of_sending_is_a_scanners(letter, phone):
    Delivery.objects.update(sent_at=timezone.now())

    phone.get(links_of(letter)[0])

    assert receipts_of(letter) == [("CLICKED", True)]


def test_all_links_at_once_are_a_scanners(letter, phone):
    for link in links_of(letter):
        phone.get(link)

    letter.refresh_from_db()
    assert (letter.state, letter.clicked_at) == ("DELIVERED", None)


def test_a_picture_counts_as_opened_and_looks_the_same_for_every_token(letter, phone):
    pixel = path(tracking.addresses_of(letter).open_pixel)

    ours, again = phone.get(pixel), phone.get(pixel)
    others = phone.get(f"/m/o/{'A' * 24}.gif")

    assert ours.content == again.content == others.content
    assert ours["Content-Type"] == "image/gif"
    letter.refresh_from_db()
    assert letter.opened_at is not None
    assert receipts_of(letter) == [("OPENED", False)]


def test_looking_at_the_page_changes_nothing_and_the_button_unsubscribes(letter, phone):
    page = phone.get(unsubscribe_path(letter))

    assert page.status_code == 200
    assert (allows(letter), receipts_of(letter)) == (True, [])
    assert "No more messages?" in page.content.decode()
    policy = page["Content-Security-Policy"]
    assert ("default-src 'none'" in policy, "script-src" in policy) == (True, False)
    assert page.cookies == {}
    done = phone.post(unsubscribe_path(letter))

    assert (done.status_code, allows(letter)) == (200, False)
    assert "You are unsubscribed" in done.content.decode()
    assert consents.is_granted(member_id=letter.member_id, purpose="MARKETING", medium="INBOX")
    assert message_events() == ["unsubscribed"]


def test_a_mail_program_unsubscribes_by_one_post_without_cookies(letter):
    answer = Browser(enforce_csrf_checks=True).post(
        unsubscribe_path(letter), {"List-Unsubscribe": "One-Click"}
    )

    assert (answer.status_code, allows(letter)) == (200, False)
    assert Consent.objects.order_by("pk").last().source == "message:one_click"


def test_unsubscribing_twice_is_once_and_anew_after_it_was_allowed_again(letter, phone):
    for _ in range(2):
        assert phone.post(unsubscribe_path(letter)).status_code == 200
    assert Consent.objects.filter(is_granted=False).count() == 1
    last = Consent.objects.filter(member=letter.member, medium="EMAIL").order_by("pk").last()
    now = timezone.now()
    Consent.objects.create(
        member=letter.member,
        purpose="MARKETING",
        medium="EMAIL",
        is_granted=True,
        policy_version=last.policy_version,
        source="web",
        occurred_at=now,
        recorded_at=now,
    )

    phone.post(unsubscribe_path(letter))

    assert not allows(letter)
    assert Receipt.objects.filter(kind="UNSUBSCRIBED").count() == 1


@pytest.mark.parametrize("place", ["/m/c/", "/m/u/"])
@pytest.mark.parametrize(
    "token", ["A" * 24, "x", "https:%2F%2Fevil.example", "//evil.example", "%00" * 8]
)
def test_a_token_that_is_not_ours_ends_on_a_page_that_says_so(shop, phone, place, token):
    answer = phone.get(place + token, HTTP_ACCEPT_LANGUAGE="en")

    assert answer.status_code == 404
    assert "doesn" in answer.content.decode()


def test_a_token_for_one_thing_is_no_token_for_another(letter, phone):
    (first, _second), unsubscribe = links_of(letter), unsubscribe_path(letter)

    assert phone.post(first.replace("/m/c/", "/m/u/")).status_code == 404
    assert phone.get(unsubscribe.replace("/m/u/", "/m/c/")).status_code == 404
    assert allows(letter)


def test_a_link_whose_message_is_no_longer_kept_ends_on_a_page(letter, phone):
    first, _second = links_of(letter)
    Delivery.objects.update(body="")

    assert phone.get(first).status_code == 404
    assert receipts_of(letter) == []


def test_the_page_speaks_the_members_language(letter, phone):
    Delivery.objects.update(language="zh-hans")

    page = phone.get(unsubscribe_path(letter), headers={"Accept-Language": "en"})
    chosen = phone.get(unsubscribe_path(letter) + "?language=en")

    assert 'lang="zh-hans"' in page.content.decode()
    assert "No more messages?" in chosen.content.decode()


def test_who_calls_too_often_is_led_nowhere_and_counts_no_more(letter, phone, settings):
    settings.LINK_RATE_PER_SECOND, settings.LINK_RATE_BURST = 0.01, 1
    first, _second = links_of(letter)

    assert phone.get(first).status_code == 302
    slow = phone.get(first)
    pixel = phone.get(path(tracking.addresses_of(letter).open_pixel))

    assert (slow.status_code, int(slow["Retry-After"]) > 0) == (429, True)
    assert (pixel.status_code, receipts_of(letter)) == (200, [("CLICKED", False)])


def test_a_message_keeps_fifty_looks(letter, phone):
    now = timezone.now()
    Receipt.objects.bulk_create(
        Receipt(
            delivery=letter,
            kind="OPENED",
            source="link",
            external_id=f"{number}",
            occurred_at=now,
            recorded_at=now,
        )
        for number in range(50)
    )

    assert phone.get(links_of(letter)[0]).status_code == 302

    assert Receipt.objects.count() == 50


def test_a_mail_goes_out_with_counted_links_and_a_way_to_unsubscribe(campaign, alice, provider):
    letter = queued(campaign, alice, body=TEXT)

    deliveries.send_due(at=NOW)

    (message,) = provider.got
    unsubscribe = tracking.addresses_of(letter).unsubscribe
    assert message.body == (f"{tracked(letter)}\n\n-- \nNo more of these mails: {unsubscribe}\n")
    assert (message.unsubscribe_url, message.pixel_url) == (
        unsubscribe,
        tracking.addresses_of(letter).open_pixel,
    )
    letter.refresh_from_db()
    assert letter.body == TEXT
