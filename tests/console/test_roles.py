"""What each role finds in the console; who may open which address says tests/test_authorization."""

import pytest
from django.urls import reverse

from loyalty.models import LedgerEntry, Order
from members.models import ApprovalRequest, Dispatch, Job, Member, User
from tests import authorization_matrix as matrix
from tests import world
from tests.console import staff, stock

pytestmark = pytest.mark.django_db
HOME = "/console/"
STORE_ROLES = {"clerk", "store_manager"}


@pytest.fixture
def rows(shop):
    return stock.fill()


def enter(role):
    return staff.logged_in(f"x-{role}", role, ["SH01"] if role in STORE_ROLES else [])


def status_of(browser, page, row):
    return browser.get(reverse(f"admin:{page}", args=[row.pk])).status_code


@pytest.mark.parametrize("role", sorted(matrix.STAFF))
def test_a_role_opens_every_item_of_its_sidebar_and_rows_behind_it(rows, role):
    browser = enter(role)
    shown = browser.get(HOME).context["sidebar_navigation"]
    links = [item["link"] for group in shown for item in group["items"] if item["has_permission"]]

    assert {link: browser.get(link).status_code for link in links} == dict.fromkeys(links, 200)
    for table, pages in matrix.TABLES.items():
        listed = browser.get(reverse(f"admin:{table}_changelist"))
        assert (listed.status_code == 200) == (role in pages.view)
        if role in pages.view and listed.context["cl"].result_list:
            row = listed.context["cl"].result_list[0]
            assert status_of(browser, f"{table}_change", row) == 200, table


@pytest.mark.parametrize("role", sorted(matrix.STAFF))
def test_the_sidebar_hides_what_the_role_may_not_open(rows, role):
    shown = enter(role).get(HOME).context["sidebar_navigation"]

    hidden = {
        item["link"].partition("?")[0]
        for group in shown
        for item in group["items"]
        if not item["has_permission"]
    }
    closed = {
        reverse(f"admin:{table}_changelist")
        for table, pages in matrix.TABLES.items()
        if role not in pages.view
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


def test_without_a_programme_home_says_what_to_do_next(keys_made, empty_cache):
    browser = staff.logged_in("first", "administrator")

    assert "There is no programme yet" in staff.text(browser.get(HOME))


def test_without_sales_home_says_what_to_do_next(shop):
    assert "No sales in the last 30 days" in staff.text(enter("administrator").get(HOME))


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
    found = staff.text(enter("store_manager").get("/console/search/?extended=1&s=张"))

    assert "张*" in found
    assert "张0" not in found
    beijing = Member.objects.filter(store__code="BJ01").values_list("card_number", flat=True)
    assert not [card for card in beijing if card in found]


def test_the_palette_finds_an_order_by_its_number(rows):
    assert "/console/loyalty/order/" in staff.text(
        enter("analyst").get("/console/search/?extended=1&s=T-3")
    )


# Deeds


def dialog_of(browser, name, row=None):
    return reverse(f"admin:{name}", args=[row.pk] if row else [])


def send(browser, path, **fields):
    return browser.post(path, {"_form_submitted": "True", **fields})


@pytest.fixture
def manager(rows):
    return enter("marketing_manager")


def test_opening_a_dialog_changes_nothing(rows):
    browser = enter("administrator")
    request, job = rows["requests"][0], Job.objects.first()
    paths = [
        reverse("admin:members_approvalrequest_approve", args=[request.pk]),
        reverse("admin:members_approvalrequest_reject", args=[request.pk]),
        reverse("admin:members_job_cancel", args=[job.pk]),
        reverse("admin:members_dispatch_redrive_all"),
        reverse("admin:members_apiclient_issue"),
    ]

    assert [browser.get(path).status_code for path in paths] == [200] * 5
    request.refresh_from_db()
    job.refresh_from_db()
    assert request.status == "PENDING"
    assert job.state == "QUEUED"
    assert Dispatch.objects.filter(state="DEAD").count() == stock.ROWS


def test_approving_carries_out_what_was_asked(rows, manager):
    request = rows["requests"][1]
    path = reverse("admin:members_approvalrequest_approve", args=[request.pk])

    answer = send(manager, path, note="fine")

    assert answer.headers["HX-Redirect"] == reverse("admin:members_approvalrequest_changelist")
    request.refresh_from_db()
    assert (request.status, request.checker.username) == ("APPROVED", "x-marketing_manager")
    assert LedgerEntry.objects.filter(kind="ADJUST", member=request.member).get().points == 100


def test_rejecting_needs_a_note(rows, manager):
    request = rows["requests"][0]
    path = reverse("admin:members_approvalrequest_reject", args=[request.pk])

    refused = staff.text(send(manager, path, note=""))

    assert "This field is required" in refused
    request.refresh_from_db()
    assert request.status == "PENDING"


def test_a_maker_can_not_decide_their_own_request(rows):
    browser = enter("administrator")
    request = rows["requests"][0]
    ApprovalRequest.objects.filter(pk=request.pk).update(
        maker=User.objects.get(username="x-administrator")
    )

    answer = send(
        browser, reverse("admin:members_approvalrequest_approve", args=[request.pk]), note="mine"
    )

    assert answer.status_code == 403
    request.refresh_from_db()
    assert request.status == "PENDING"


def test_a_maker_withdraws_their_request(rows, client):
    client.force_login(
        User.objects.get(username="asks"), backend="django.contrib.auth.backends.ModelBackend"
    )
    User.objects.filter(username="asks").update(is_staff=True)
    request = rows["requests"][0]

    send(client, reverse("admin:members_approvalrequest_withdraw", args=[request.pk]))

    request.refresh_from_db()
    assert request.status == "WITHDRAWN"


def test_a_clerk_sees_only_what_they_asked_for(rows):
    listed = enter("clerk").get(reverse("admin:members_approvalrequest_changelist"))

    assert list(listed.context["cl"].result_list) == []


def test_dead_dispatches_are_delivered_again_with_a_reason(rows):
    browser = enter("administrator")
    path = reverse("admin:members_dispatch_redrive_all")

    assert "This field is required" in staff.text(send(browser, path, note=""))
    assert Dispatch.objects.filter(state="DEAD").count() == stock.ROWS
    send(browser, path, note="subscriber mended")

    assert Dispatch.objects.filter(state="DEAD").count() == 0


def test_canceling_a_waiting_job_ends_it(rows):
    job = Job.objects.first()

    send(enter("administrator"), reverse("admin:members_job_cancel", args=[job.pk]))

    job.refresh_from_db()
    assert job.state == "CANCELED"


def test_a_new_client_s_secret_is_shown_once(rows):
    from members.models import ApiClient, Channel

    browser = enter("administrator")
    path = reverse("admin:members_apiclient_issue")
    submission = browser.get(path).context["form"]["submission"].value()
    fields = {
        "submission": submission,
        "name": "Shop",
        "source": "shop",
        "channel": Channel.objects.get(code="web").pk,
        "scopes": ["orders:write"],
    }

    first = send(browser, path, **fields)
    again = send(browser, path, **fields)

    client = ApiClient.objects.get(source="shop")
    assert first.context["secret"] in first.content.decode()
    assert client.client_secret != first.context["secret"]
    assert "HX-Redirect" in again.headers
    assert "no-store" in first["Cache-Control"]


def test_nobody_changes_their_own_rights(rows):
    browser = enter("administrator")
    me = User.objects.get(username="x-administrator")

    shown = browser.get(reverse("admin:members_user_change", args=[me.pk]))

    assert {"groups", "stores", "is_superuser", "is_staff"} <= set(
        shown.context["adminform"].readonly_fields
    )


def test_a_built_in_role_can_not_be_changed(rows):
    from django.contrib.auth.models import Group

    group = Group.objects.get(name="clerk")

    answer = enter("administrator").post(
        reverse("admin:auth_group_change", args=[group.pk]), {"name": "clerk", "permissions": []}
    )

    assert answer.status_code == 403
    assert group.permissions.exists()


def test_a_message_s_text_is_shown_to_those_who_may_read_it(rows):
    from campaigns.models import Delivery

    delivery = next(one for one in Delivery.objects.select_related("member__key") if one.has_text)
    path = reverse("admin:campaigns_delivery_change", args=[delivery.pk])
    subject = delivery.subject

    assert subject in staff.text(enter("dpo").get(path))
    assert subject not in staff.text(enter("analyst").get(path))


def test_a_clerk_needs_a_store(rows):
    from django.contrib.auth.models import Group

    browser = enter("administrator")
    clerk = world.operator("new", role="clerk")
    path = reverse("admin:members_user_change", args=[clerk.pk])

    shown = staff.text(
        browser.post(
            path,
            {"username": "new", "is_active": "on", "groups": [Group.objects.get(name="clerk").pk]},
        )
    )

    assert "Choose the stores of a clerk or store manager." in shown
