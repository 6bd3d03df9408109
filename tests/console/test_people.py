"""Rights of operators and API clients at the console: asked for by one, let happen by another."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from members.errors import NotFound, StaleTarget
from members.models import ApiClient, ApprovalRequest, AuditRecord, ChangeRecord, Store, User
from members.services import approvals
from members.services.role_grants import OwnRights
from tests import world
from tests.console import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(shop):
    """Ann administers."""
    return staff.logged_in("ann", "administrator")


@pytest.fixture
def ben(shop):
    """Ben is the second person."""
    return world.operator("ben", role="dpo")


@pytest.fixture
def cleo(shop):
    return world.operator("cleo", role="clerk", store_codes=["SH01"])


def send(browser, path, **fields):
    return browser.post(path, {"_form_submitted": "True", **fields})


def save(browser, user, *, roles, stores=(), reason="", **flags):
    fields = {
        "username": user.username,
        "groups": [Group.objects.get(name=role).pk for role in roles],
        "stores": [Store.objects.get(code=code).pk for code in stores],
        "reason": reason,
        **{name: "on" for name, chosen in {"is_active": True, **flags}.items() if chosen},
    }
    return browser.post(reverse("admin:members_user_change", args=[user.pk]), fields)


def roles_of(user):
    return sorted(Group.objects.filter(user=user).values_list("name", flat=True))


def waiting():
    return ApprovalRequest.objects.get(status="PENDING")


def approve(request, checker):
    return approvals.approve(request_id=request.pk, checker=checker, at=world.NOW)


def test_a_role_holds_once_a_second_person_agreed(ann, ben, cleo):
    save(ann, cleo, roles=["clerk", "customer_service"], stores=["SH01"], reason="Moves to service")

    assert roles_of(cleo) == ["clerk"]
    request = waiting()
    assert (request.action, request.maker.username) == ("members.operator.rights", "ann")
    approve(request, ben)
    assert roles_of(cleo) == ["clerk", "customer_service"]
    change = ChangeRecord.objects.filter(table="members_user_groups").latest("pk")
    assert (change.kind, change.row_id, change.reason) == (
        "INSERT",
        str(cleo.pk),
        "Moves to service",
    )
    assert change.approval == request.uid


def test_rights_do_not_change_without_a_reason(ann, cleo):
    shown = staff.text(save(ann, cleo, roles=["administrator"]))

    assert "Say why the rights change." in shown
    assert not ApprovalRequest.objects.exists()
    assert roles_of(cleo) == ["clerk"]


def test_nobody_decides_about_their_own_rights(ann, cleo):
    cleo.groups.add(Group.objects.get(name="dpo"))
    save(ann, cleo, roles=["dpo", "administrator"], reason="Helps out")

    with pytest.raises(OwnRights):
        approve(waiting(), User.objects.get(pk=cleo.pk))

    assert roles_of(cleo) == ["clerk", "dpo"]
    assert waiting().status == "PENDING"


def test_rights_that_changed_meanwhile_make_the_request_stale(ann, ben, cleo):
    save(ann, cleo, roles=["administrator"], reason="Helps out")
    request = waiting()
    cleo.stores.set(Store.objects.filter(code="BJ01"))

    with pytest.raises(StaleTarget):
        approve(request, ben)

    assert roles_of(cleo) == ["clerk"]


def test_a_new_operator_can_do_nothing_before_a_second_person_agreed(ann, ben):
    password = {"password1": "long-and-unusual-7", "password2": "long-and-unusual-7"}
    ann.post(
        reverse("admin:members_user_add"),
        {"username": "dan", "usable_password": "true", **password},
    )

    dan = User.objects.get(username="dan")
    assert (dan.is_active, roles_of(dan)) == (False, [])
    save(ann, dan, roles=["analyst"], reason="New colleague", is_staff=True)
    approve(waiting(), ben)
    dan.refresh_from_db()
    assert (dan.is_active, roles_of(dan)) == (True, ["analyst"])


def test_somebody_else_s_password_is_asked_for_and_never_stands_in_the_trail(ann, ben, cleo):
    before = cleo.password
    password = {"password1": "long-and-unusual-7", "password2": "long-and-unusual-7"}
    page = reverse("admin:auth_user_password_change", args=[cleo.pk])
    ann.post(page, {**password, "reason": "Forgot it; called back"})

    cleo.refresh_from_db()
    assert cleo.password == before
    approve(waiting(), ben)
    cleo.refresh_from_db()
    assert cleo.check_password("long-and-unusual-7")
    change = ChangeRecord.objects.filter(table="members_user", row_id=cleo.pk).latest("pk")
    assert cleo.password not in str(list(ChangeRecord.objects.values("before", "after")))
    assert change.kind == "UPDATE"


def test_shutting_out_holds_at_once_and_ends_every_session(ann, cleo, client):
    User.objects.filter(pk=cleo.pk).update(is_staff=True)
    client.force_login(cleo, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/console/").status_code == 200

    send(ann, reverse("admin:members_user_deactivate", args=[cleo.pk]), note="Left the company")

    assert client.get("/console/").status_code == 302
    kept = AuditRecord.objects.get(action="operator.deactivate")
    assert (kept.reason, kept.address) == ("Left the company", "127.0.0.1")


def test_an_operator_whose_rights_changed_logs_in_again(ann, ben, cleo, client):
    User.objects.filter(pk=cleo.pk).update(is_staff=True)
    client.force_login(cleo, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/console/").status_code == 200
    save(ann, cleo, roles=["analyst"], reason="Moves on", is_staff=True)
    approve(waiting(), ben)

    assert client.get("/console/").status_code == 302


def test_a_role_s_new_rights_wait_for_a_second_person(ann, ben):
    group = Group.objects.create(name="helpers")
    from django.contrib.auth.models import Permission

    right = Permission.objects.get(codename="view_order")
    path = reverse("admin:auth_group_change", args=[group.pk])
    ann.post(path, {"name": "helpers", "permissions": [right.pk], "reason": "They look up orders"})

    assert not group.permissions.exists()
    approve(waiting(), ben)
    assert [one.codename for one in group.permissions.all()] == ["view_order"]


def test_a_role_that_took_the_name_of_another_one_is_not_given(ann, ben, cleo):
    from django.contrib.auth.models import Permission

    Group.objects.create(name="helpers")
    mighty = Group.objects.create(name="mighty")
    mighty.permissions.set(Permission.objects.filter(codename="decide_approvalrequest"))
    save(ann, cleo, roles=["clerk", "helpers"], stores=["SH01"], reason="Helps")
    request = waiting()
    for before, after in (("helpers", "x"), ("mighty", "helpers")):
        path = reverse("admin:auth_group_change", args=[Group.objects.get(name=before).pk])
        kept = [one.pk for one in Group.objects.get(name=before).permissions.all()]
        ann.post(path, {"name": after, "permissions": kept})

    assert Group.objects.get(name="helpers") == mighty
    with pytest.raises(StaleTarget):
        approve(request, ben)
    assert roles_of(cleo) == ["clerk"]


def test_a_store_that_is_gone_gives_nobody_the_whole_chain(ann, ben, cleo):
    save(ann, cleo, roles=["clerk"], stores=["BJ01"], reason="Moves to Beijing")
    Store.objects.filter(code="BJ01").update(code="BJ02")

    with pytest.raises(NotFound):
        approve(waiting(), ben)

    assert [store.code for store in cleo.stores.all()] == ["SH01"]


# API clients


@pytest.fixture
def asked(ann):
    path = reverse("admin:members_apiclient_issue")
    submission = ann.get(path).context["form"]["submission"].value()
    fields = {
        "submission": submission,
        "name": "Shop",
        "source": "shop",
        "channel": world.Channel.objects.get(code="web").pk,
        "stores": [Store.objects.get(code="SH01").pk],
        "scopes": ["orders:write"],
        "reason": "The new web shop",
    }
    send(ann, path, **fields)
    send(ann, path, **fields)
    return ApiClient.objects.get(source="shop")


def test_a_new_client_works_once_a_second_person_agreed_and_its_secret_is_shown_once(
    ann, ben, asked
):
    fetch = reverse("admin:members_apiclient_fetch_secret", args=[asked.pk])
    assert (asked.is_active, asked.scopes) == (False, "")
    assert send(ann, fetch).status_code == 403

    approve(waiting(), ben)
    asked.refresh_from_db()
    first, again = send(ann, fetch), send(ann, fetch)

    assert (asked.is_active, asked.scopes) == (True, "orders:write")
    assert [store.code for store in asked.stores.all()] == ["SH01"]
    assert first.context["secret"] in first.content.decode()
    assert "no-store" in first["Cache-Control"]
    asked.refresh_from_db()
    assert asked.client_secret != first.context["secret"]
    assert again.status_code == 403


def test_nobody_but_who_asked_fetches_the_secret(ann, ben, asked):
    approve(waiting(), ben)
    other = staff.logged_in("eve", "administrator")

    assert (
        send(other, reverse("admin:members_apiclient_fetch_secret", args=[asked.pk])).status_code
        == 403
    )


def test_who_asked_and_has_lost_the_role_since_fetches_no_secret(ann, ben, asked):
    approve(waiting(), ben)
    User.objects.get(username="ann").groups.set([Group.objects.get(name="auditor")])

    assert (
        send(ann, reverse("admin:members_apiclient_fetch_secret", args=[asked.pk])).status_code
        == 403
    )
    asked.refresh_from_db()
    assert asked.secret_for is not None


def test_a_client_that_is_shut_out_gets_no_answer_any_more(ann, ben, shop):
    from members.api import authentication

    till = world.till(source="t")
    assert till.post("members/lookup", {"type": "phone", "value": "13800138000"}).status_code == 404
    path = reverse("admin:members_apiclient_deactivate", args=[till.client.pk])

    send(ann, path, note="Key was lost")

    authentication.forget()
    assert till.post("members/lookup", {"type": "phone", "value": "13800138000"}).status_code == 401


def test_more_scopes_wait_for_a_second_person(ann, ben, shop):
    client = world.api_client(scopes=["orders:write"])
    path = reverse("admin:members_apiclient_change", args=[client.pk])
    fields = {"name": client.name, "is_active": "on", "reason": "Shows balances"}

    ann.post(path, {**fields, "scopes": ["orders:write", "members:read"]})

    client.refresh_from_db()
    assert client.scopes == "orders:write"
    approve(waiting(), ben)
    client.refresh_from_db()
    assert client.scopes == "members:read orders:write"
