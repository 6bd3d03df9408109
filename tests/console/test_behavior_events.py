"""The tab “Behavior” of the member's page: folded, named, page by page."""

from datetime import timedelta

import pytest

from loyalty.models import Product
from members.models import BehaviorEvent
from tests import world
from tests.console import staff
from tests.members.behaviors import PHONE, by, send, told

pytestmark = pytest.mark.django_db
TAB = "behavior_events"


def view(number, **fields):
    at = fields.pop("at", world.NOW - timedelta(minutes=40 - number))
    return told(f"v-{number}", member=PHONE, object=f"SK-{number}", occurred_at=at, **fields)


def test_views_in_a_row_are_one_line_with_the_products_names(service, alice):
    Product.objects.create(sku="SK-3", name_zh="面霜", name_en="Face cream")
    send(*(view(number) for number in range(5)), view(5, dwell_seconds=60))

    shown = staff.text(service.get(staff.page(alice, TAB)))

    assert "Viewed 6 products, 6 min" in shown
    assert "Face cream" in shown
    assert "SK-4" in shown
    assert shown.count("<details>") == 1


def test_a_single_deed_says_what_where_and_how_long(service, alice):
    send(
        told("e-1", member=PHONE, store="SH01", dwell_seconds=48),
        told("e-2", member=PHONE, kind="search", object=None, attributes={"query": "cream"}),
    )

    shown = staff.text(service.get(staff.page(alice, TAB)))

    assert "Viewed a product: <strong>SK-100</strong>" in shown
    assert "48 s" in shown
    assert "Jing&#x27;an" in shown
    assert "Searched: <strong>cream</strong>" in shown


def test_what_was_done_before_the_log_in_says_so(service, alice):
    send(told("e-1", visitor="v-1"))
    send(told("e-2", visitor="v-1", member=PHONE, kind="like", object=None))

    assert "before the log-in" in staff.text(service.get(staff.page(alice, TAB)))


def test_the_strip_counts_thirty_local_days(service, alice):
    # Midnight in Shanghai, 20 hours before the next page is asked for.
    midnight = world.HARD_HOUR + timedelta(days=1)
    send(
        view(1, at=midnight),
        view(2, at=midnight - timedelta(seconds=1)),
        view(3, at=midnight - timedelta(days=29)),
        view(4, at=midnight - timedelta(days=29, seconds=1)),
    )

    shown = staff.text(service.get(staff.page(alice, TAB)))

    strip = shown.split('class="deed-strip"')[1].split("</table>")[0]
    assert strip.count("shade-4") == 3
    assert strip.count("shade-0") == 27
    assert 'deed-total">3<' in strip


def test_pages_go_on_where_the_last_one_ended_though_events_came_late(service, alice):
    late = [view(number, at=world.NOW - timedelta(days=1, hours=number)) for number in range(3)]
    send(*(view(number, at=world.NOW - timedelta(seconds=number)) for number in range(10, 110)))
    send(*late)

    first = staff.text(service.get(staff.page(alice, TAB)))
    older = first.split("&amp;before=")[1].split('"')[0]
    second = staff.text(service.get(staff.page(alice, TAB, before=older)))

    assert "Viewed 100 products" in first
    assert second.count("Viewed a product") == 3
    assert "&amp;before=" not in second


@pytest.mark.parametrize("before", ["x", "1-", "999999999999999999-1", "-5-5", "1-2-3"])
def test_nonsense_begins_at_the_top(service, alice, before):
    send(told("e-1", member=PHONE))

    assert service.get(staff.page(alice, TAB, before=before)).status_code == 200


def test_a_clerk_does_not_see_what_members_browse(shop, alice):
    clerk = staff.logged_in("li", "clerk", ["SH01"])
    send(told("e-1", member=PHONE))

    assert "SK-100" not in staff.text(clerk.get(staff.page(alice, TAB)))


# All members' events


LIST = "/console/members/behaviorevent/"


def test_the_list_tells_what_was_done_by_which_card_and_names_nobody(service, alice):
    Product.objects.create(sku="SK-3", name_zh="面霜", name_en="Face cream")
    send(
        view(3, dwell_seconds=90, store="SH01"),
        told("e-2", member=PHONE, kind="search", object=None, attributes={"query": "cream"}),
        told("e-3", visitor="v-9"),
    )

    shown = staff.text(service.get(LIST))

    assert "Viewed a product: <strong>Face cream</strong>" in shown
    assert "Searched: <strong>cream</strong>" in shown
    assert "A visitor not known yet" in shown
    assert alice.card_number in shown
    assert "2 min" in shown
    for secret in ("爱丽", world.ALICE_PHONE):
        assert secret not in shown


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"of_kind": "search"}, {"e-2"}),
        ({"on_channel": "mini"}, {"e-1", "e-2", "e-3"}),
        ({"on_channel": "pos"}, {"e-4"}),
        ({"whose": "member"}, {"e-1", "e-4"}),
        ({"whose": "nobody"}, {"e-2", "e-3"}),
        ({"occurred_at_from_0": "2026-03-02", "occurred_at_from_1": "13:30"}, {"e-1"}),
        # A day alone is all of it; what is no day finds nothing, rather than everything.
        ({"occurred_at_from_0": "2026-03-02"}, {"e-1", "e-2", "e-3", "e-4"}),
        ({"occurred_at_to_0": "2026-03-02"}, {"e-1", "e-2", "e-3", "e-4"}),
        ({"occurred_at_to_0": "2026-03-01"}, set()),
        ({"occurred_at_from_0": "2026-03-03"}, set()),
        ({"occurred_at_from_0": "yesterday"}, set()),
        ({"occurred_at_from_0": "2026-03-02", "occurred_at_from_1": "noon"}, set()),
        ({"q": "v-9"}, {"e-3"}),
        ({"q": "e-2"}, {"e-2"}),
        ({"q": "e-"}, set()),
        ({"of_kind": "x' OR 1=1 --"}, set()),
    ],
)
def test_the_list_is_narrowed_by_kind_channel_time_and_whose(service, alice, asked, found):
    send(
        told("e-1", member=PHONE, occurred_at=world.NOW - timedelta(minutes=20)),
        told("e-2", visitor="v-8", kind="search", object=None),
        told("e-3", visitor="v-9"),
        told("e-4", member=PHONE, channel="pos"),
    )

    rows = service.get(LIST, asked).context["cl"].result_list

    assert {row.external_id for row in rows} == found


def test_the_list_finds_a_card_s_events_and_stands_in_the_shop_s_time(service, alice, bob):
    send(told("late", member=PHONE), told("bobs", member=by(bob)))
    send(told("later", member=PHONE, occurred_at=world.NOW - timedelta(minutes=9)))
    send(told("earlier", member=PHONE, occurred_at=world.NOW - timedelta(days=3)))

    rows = service.get(LIST, {"q": alice.card_number.lower()}).context["cl"].result_list

    assert [row.external_id for row in rows] == ["later", "late", "earlier"]


def test_the_list_s_pages_hold_each_event_once(service, alice):
    at = world.NOW - timedelta(minutes=5)
    send(*(view(number, at=at) for number in range(110)))

    pages, query = [], LIST
    while query:
        answer = service.get(query)
        pages.append([row.external_id for row in answer.context["cl"].result_list])
        older = answer.context["cl"].older_query
        query = f"{LIST}{older}" if older else ""

    assert [len(page) for page in pages] == [50, 50, 10]
    assert len({one for page in pages for one in page}) == 110


def test_whoever_works_for_one_store_lists_its_members_events_alone(shop, alice, bob):
    manager = staff.logged_in("ma", "store_manager", ["BJ01"])
    send(told("e-1", member=PHONE), told("e-2", member=by(bob)), told("e-3", visitor="v"))

    answer = manager.get(LIST)

    assert [row.external_id for row in answer.context["cl"].result_list] == ["e-2"]
    # How many rows the whole table has is nobody's figure who sees a part.
    assert answer.context["cl"].estimated_count is None


def test_a_clerk_may_not_open_the_list(shop):
    assert staff.logged_in("li", "clerk", ["SH01"]).get(LIST).status_code == 403


def test_an_event_s_page_says_where_it_came_from(service, alice):
    send(told("e-1", member=PHONE, attributes={"category": "skincare", "price_amount": 14_900}))
    pk = BehaviorEvent.objects.get().pk

    shown = staff.text(service.get(f"{LIST}{pk}/change/"))

    assert "category: skincare" in shown
    assert "price_amount: 14900" in shown
    assert "mini-app" in shown
