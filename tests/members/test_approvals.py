"""Four eyes: nobody decides their own request, superusers included, and old ones don't pass."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, connection, transaction

from members.errors import (
    AlreadyDecided,
    DomainError,
    ReasonRequired,
    SameChecker,
    StaleTarget,
)
from members.models import ApprovalRequest, AuditRecord, Member
from members.registry import panels
from members.selectors import approvals as selectors
from members.services import approvals, members
from members.services.approvals import Ask, MayNotDecide, NotYours, RequestExpired
from tests import world

pytestmark = pytest.mark.django_db
LATER = world.NOW + timedelta(hours=1)


class NotToday(DomainError):
    """Not today."""

    code = "not_today"


def rename(request, at):
    """What an approved request does here: the service that anyone would call."""
    if request.payload["name"] == "forbidden":
        raise NotToday
    members.update(
        member_id=request.member_id,
        changes={"name": request.payload["name"]},
        at=at,
        actor_id=request.checker_id,
    )


def version(request):
    return str(Member.objects.get(pk=request.member_id).version)


@pytest.fixture(autouse=True)
def _executor(monkeypatch):
    monkeypatch.setitem(
        panels.EXECUTORS,
        "members.member.rename",
        panels.Executor("members.member.rename", "Rename", rename, version),
    )


@pytest.fixture
def maker(shop):
    return world.operator("maker")


@pytest.fixture
def checker(shop):
    user = world.operator("checker")
    user.user_permissions.add(Permission.objects.get(codename="decide_approvalrequest"))
    return user


@pytest.fixture
def boss(shop):
    user = world.operator("boss")
    user.is_superuser = True
    user.save()
    return user


def asked(member, maker, name="Alicia"):
    ask = Ask(
        action="members.member.rename",
        summary="A new name",
        payload={"name": name},
        member_id=member.pk,
    )
    return approvals.request(ask=ask, reason="she married", maker=maker, at=world.NOW)


def state(request):
    request.refresh_from_db()
    return request.status, Member.objects.get(pk=request.member_id).name


def test_a_second_person_approves_and_it_happens_at_once(alice, maker, checker):
    request = asked(alice, maker)
    assert list(selectors.waiting_for(checker=checker, at=LATER)) == [request]
    assert list(selectors.waiting_for(checker=maker, at=LATER)) == []

    approvals.approve(request_id=request.pk, checker=checker, at=LATER)

    assert state(request) == ("APPROVED", "Alicia")
    assert (request.checker, request.decided_at) == (checker, LATER)
    told = AuditRecord.objects.order_by("id").values_list("action", "actor", "reason")
    assert list(told)[-2:] == [
        # Why is said in the request alone: the audit trail could never be emptied of it.
        ("approval.request", maker.pk, ""),
        ("approval.approved", checker.pk, ""),
    ]


def test_who_asked_can_not_decide_even_as_superuser(alice, boss):
    request = asked(alice, boss)

    for decide in (approvals.approve, approvals.reject):
        with pytest.raises(SameChecker):
            decide(request_id=request.pk, checker=boss, at=LATER, note="fine")

    assert state(request) == ("PENDING", "张爱丽")


def test_the_database_refuses_a_checker_who_is_the_maker(alice, boss):
    request = asked(alice, boss)

    with (
        pytest.raises(IntegrityError, match="maker_is_not_checker"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE members_approvalrequest"
            " SET status = 'APPROVED', checker_id = maker_id, decided_at = now() WHERE id = %s",
            [request.pk],
        )

    assert state(request) == ("PENDING", "张爱丽")


def test_the_database_refuses_a_decision_that_nobody_made(alice, maker):
    request = asked(alice, maker)

    with pytest.raises(IntegrityError, match="names_its_checker"), transaction.atomic():
        ApprovalRequest.objects.filter(pk=request.pk).update(status="APPROVED")

    assert state(request)[0] == "PENDING"


def test_without_the_right_nobody_decides(alice, maker):
    request = asked(alice, maker)

    with pytest.raises(MayNotDecide):
        approvals.approve(request_id=request.pk, checker=world.operator("clerk"), at=LATER)

    assert state(request) == ("PENDING", "张爱丽")


def test_a_target_that_changed_makes_the_request_stale(alice, maker, checker):
    request = asked(alice, maker)
    members.update(member_id=alice.pk, changes={"name": "Lissy"}, at=world.NOW)

    with pytest.raises(StaleTarget):
        approvals.approve(request_id=request.pk, checker=checker, at=LATER)

    assert state(request) == ("STALE", "Lissy")


def test_a_request_lapses_at_its_instant(alice, maker, checker):
    request = asked(alice, maker)
    end = world.NOW + approvals.WAITS

    assert list(selectors.waiting(at=end - timedelta(microseconds=1))) == [request]
    assert list(selectors.waiting(at=end)) == []
    with pytest.raises(RequestExpired):
        approvals.approve(request_id=request.pk, checker=checker, at=end)

    assert state(request) == ("EXPIRED", "张爱丽")


def test_the_sweep_marks_what_lapsed(alice, maker):
    asked(alice, maker)
    end = world.NOW + approvals.WAITS

    assert approvals.expire(at=end - timedelta(seconds=1)) == 0
    assert approvals.expire(at=end) == 1
    assert approvals.expire(at=end) == 0


def test_what_the_service_refuses_is_not_approved(alice, maker, checker):
    request = asked(alice, maker, name="forbidden")

    with pytest.raises(NotToday):
        approvals.approve(request_id=request.pk, checker=checker, at=LATER)

    assert state(request) == ("PENDING", "张爱丽")
    assert not AuditRecord.objects.filter(action="approval.approved").exists()


def test_a_decision_stands(alice, maker, checker):
    request = asked(alice, maker)
    approvals.reject(request_id=request.pk, checker=checker, at=LATER, note="no proof")

    for decide in (
        lambda: approvals.approve(request_id=request.pk, checker=checker, at=LATER),
        lambda: approvals.withdraw(request_id=request.pk, maker=maker, at=LATER),
    ):
        with pytest.raises(AlreadyDecided):
            decide()

    assert state(request) == ("REJECTED", "张爱丽")
    assert request.note == "no proof"


def test_only_the_maker_withdraws(alice, maker, checker):
    request = asked(alice, maker)

    with pytest.raises(NotYours):
        approvals.withdraw(request_id=request.pk, maker=checker, at=LATER)
    approvals.withdraw(request_id=request.pk, maker=maker, at=LATER)

    assert state(request) == ("WITHDRAWN", "张爱丽")


def test_asking_and_rejecting_need_a_reason(alice, maker, checker):
    ask = Ask(action="members.member.rename", summary="x", payload={}, member_id=alice.pk)
    with pytest.raises(ReasonRequired):
        approvals.request(ask=ask, reason="  ", maker=maker, at=world.NOW)
    with pytest.raises(ReasonRequired):
        approvals.reject(request_id=asked(alice, maker).pk, checker=checker, at=LATER, note=" ")

    assert ApprovalRequest.objects.get().status == "PENDING"


def test_the_payload_is_sealed(alice, maker):
    request = asked(alice, maker, name="Secret Name")

    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM members_approvalrequest WHERE id = %s", [request.pk])
        stored = bytes(cursor.fetchone()[0])

    assert b"Secret" not in stored
    assert ApprovalRequest.objects.get().payload == {"name": "Secret Name"}
