"""What each role finds in the console; who may open which address says tests/test_authorization."""

import pytest
from django.urls import reverse

from loyalty.models import LedgerEntry, Order
from members.models import Member
from tests import authorization_analytics
from tests import authorization_matrix as matrix
from tests.console import staff

pytestmark = pytest.mark.django_db
HOME = "/console/"
STORE_ROLES = {"clerk", "store_manager"}
WITH_PANELS = {"members_member", "loyalty_order", "members_servicecase", "members_privacyrequest"}


def enter(role):
    return staff.logged_in(f"x-{role}", role, ["SH01"] if role in STORE_ROLES else [])


def status_of(browser, page, row):
    return browser.get(reverse(f"admin:{page}", args=[row.pk])).status_code


def tables_to_open(role):
    """Those that no role before it opens with the same rights: their pages would be the same.
    The pages with panels show more or less by rights on other tables, so each role opens them."""

    def rights(other, pages):
        return (other in pages.add, other in pages.change, other in STORE_ROLES)

    for table, pages in matrix.TABLES.items():
        first = next(
            (one for one in sorted(pages.view) if rights(one, pages) == rights(role, pages)), None
        )
        if role in pages.view and (table in WITH_PANELS or first == role):
            yield table


@pytest.mark.parametrize("role", sorted(matrix.STAFF))
def test_a_role_opens_every_item_of_its_sidebar_and_rows_behind_it(rows, role):
    browser = enter(role)
    shown = browser.get(HOME).context["sidebar_navigation"]
    # A list that another role opens with the same rights is the same page.
    lists = {reverse(f"admin:{table}_changelist") for table in matrix.TABLES}
    links = [item["link"] for group in shown for item in group["items"] if item["has_permission"]]
    links = [link for link in links if link not in lists]

    assert {link: browser.get(link).status_code for link in links} == dict.fromkeys(links, 200)
    for table in tables_to_open(role):
        listed = browser.get(reverse(f"admin:{table}_changelist"))
        assert listed.status_code == 200, table
        if listed.context["cl"].result_list:
            row = listed.context["cl"].result_list[0]
            assert status_of(browser, f"{table}_change", row) == 200, table


@pytest.mark.parametrize("role", sorted(matrix.STAFF))
def test_the_sidebar_hides_what_the_role_may_not_open(rows, role):
    shown = enter(role).get(HOME).context["sidebar_navigation"]

    own = {
        "/console/members/processingpurpose/inventory/": "members_processingpurpose",
        "/console/campaigns/campaign/calendar/": "campaigns_campaign",
        "/console/members/appointment/day/": "members_appointment",
        "/console/loyalty/redemption/pick-list/": "loyalty_redemption",
    }
    hidden = {
        reverse(f"admin:{own[link]}_changelist") if link in own else link
        for group in shown
        for item in group["items"]
        if not item["has_permission"]
        for link in [item["link"].partition("?")[0]]
    }
    closed = {
        reverse(f"admin:{table}_changelist")
        for table, pages in matrix.TABLES.items()
        if role not in pages.view
    } | {
        reverse(name)
        for name, allowed in authorization_analytics.PLACES.items()
        if role not in allowed
    }
    assert hidden == closed


def test_a_clerk_s_home_has_the_counter_and_no_sales(rows):
    shown = staff.text(enter("clerk").get(HOME))

    assert "Open the counter" in shown
    assert "What was bought, and what it earned" in shown
    assert "What you asked for" in shown
    assert "Points liability" not in shown
    assert "¥" not in shown


def test_an_analyst_s_home_has_sales_and_no_counter(rows):
    shown = staff.text(enter("analyst").get(HOME))

    assert "Open the counter" not in shown
    # 12 orders of ¥1,000 and some fen, one of ¥1,000.00 given back.
    assert "¥11,000.66" in shown
    assert "Net sales of the last 30 days" in shown


def test_a_store_manager_s_home_counts_their_store_only(rows):
    shown = staff.text(enter("store_manager").get(HOME))

    # The six orders of Jing'an less the one given back.
    assert "¥5,000.30" in shown
    assert "¥11,000.66" not in shown


def test_every_chart_has_its_table(rows):
    shown = staff.text(enter("analyst").get(HOME))

    assert shown.count('class="chart"') == 2
    assert shown.count("Show as a table") == 2


@pytest.mark.parametrize(
    ("table", "store_of"),
    [
        ("members_member", lambda row: row.store),
        ("loyalty_order", lambda row: row.store),
        ("loyalty_refund", lambda row: row.order.store),
        ("loyalty_ledgerentry", lambda row: row.member.store),
        ("loyalty_lot", lambda row: row.member.store),
        ("members_store", lambda row: row),
    ],
)
def test_a_store_manager_sees_the_rows_of_their_store_only(rows, table, store_of):
    listed = enter("store_manager").get(reverse(f"admin:{table}_changelist"))

    stores = {store_of(row).code for row in listed.context["cl"].result_list}
    assert stores == {"SH01"}


@pytest.mark.parametrize(
    ("page", "model", "path"),
    [
        ("members_member_change", Member, "store"),
        ("loyalty_order_change", Order, "store"),
        ("loyalty_ledgerentry_change", LedgerEntry, "member__store"),
    ],
)
def test_another_store_s_row_does_not_open_for_a_store_manager(rows, page, model, path):
    foreign = model.objects.filter(**{f"{path}__code": "BJ01"}).first()

    assert status_of(enter("store_manager"), page, foreign) in (302, 404)


def test_the_palette_shows_members_masked_and_within_scope(rows):
    found = staff.text(enter("store_manager").post("/console/search/", {"s": "张"}))

    assert "张*" in found
    assert "张0" not in found
    beijing = Member.objects.filter(store__code="BJ01").values_list("card_number", flat=True)
    assert not [card for card in beijing if card in found]


def test_the_palette_finds_an_order_by_its_number(rows):
    found = staff.text(enter("analyst").post("/console/search/", {"s": "T-3"}))

    assert "/console/loyalty/order/" in found


def test_the_palette_takes_nothing_from_an_address(rows):
    assert staff.text(enter("analyst").get("/console/search/?s=T-3")) == ""


# Deeds
