"""What roles do in the console: dialogs, decisions, and what nobody may do to themselves."""

import pytest
from django.urls import reverse

from loyalty.models import LedgerEntry
from loyalty.services import points
from members.models import Dispatch, Job, User
from tests import world
from tests.console import staff, stock

pytestmark = pytest.mark.django_db
HOME = "/console/"
STORE_ROLES = {"clerk", "store_manager"}


def enter(role):
    return staff.logged_in(f"x-{role}", role, ["SH01"] if role in STORE_ROLES else [])


def status_of(browser, page, row):
    return browser.get(reverse(f"admin:{page}", args=[row.pk])).status_code


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
    request = points.adjust(
        member_id=rows["members"][0].pk,
        points=20_000,
        reason="goodwill",
        actor=User.objects.get(username="x-administrator"),
        at=world.NOW,
    ).approval

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
