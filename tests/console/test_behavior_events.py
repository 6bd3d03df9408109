"""The tab “Behavior” of the member's page: folded, named, page by page."""

from datetime import timedelta

import pytest

from loyalty.models import Product
from tests import world
from tests.console import staff
from tests.members.behaviors import PHONE, send, told

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
