"""Staff adjust points within their limit; what they note beside it is sealed."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from loyalty.errors import InsufficientPoints
from loyalty.models import AdjustmentLimit, LedgerEntry
from loyalty.services import adjustment_limits, points
from members.errors import ReasonRequired, SameChecker, StaleTarget
from members.models import ApprovalRequest, ChangeRecord, User
from members.services import approvals
from members.services.role_grants import OwnRights
from tests.loyalty import till
from tests.loyalty.till import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(db):
    user = User.objects.create_user("service", is_staff=True)
    user.groups.add(Group.objects.get_or_create(name="customer_service")[0])
    return user


def adjust(member, count, actor, **options):
    return points.adjust(
        member_id=member.pk, points=count, reason="goodwill", actor=actor, at=NOW, **options
    )


def test_500_points_are_within_the_limit_of_customer_service_and_501_are_not(alice, service):
    assert adjust(alice, 500, service).entry.points == 500
    asked = adjust(alice, 501, service)
    assert asked.entry is None
    assert asked.approval.status == ApprovalRequest.Status.PENDING
    assert till.balances(alice) == (0, 500, 0)


def test_an_approved_request_is_entered_once_with_its_approval_as_the_document(alice, service):
    request = adjust(alice, 5_000, service).approval
    checker = User.objects.create_superuser("checker")
    approvals.approve(request_id=request.pk, checker=checker, at=NOW)
    entry = LedgerEntry.objects.get(member_id=alice.pk)
    assert (entry.points, entry.source_type, entry.source_id) == (5_000, "APPROVAL", request.pk)
    assert entry.actor_id == service.pk


def test_points_that_are_not_there_cannot_be_taken(alice, service):
    adjust(alice, 100, service)
    with pytest.raises(InsufficientPoints):
        adjust(alice, -101, service)
    assert till.balances(alice) == (0, 100, 0)


def test_an_adjustment_needs_a_reason(alice, service):
    with pytest.raises(ReasonRequired):
        points.adjust(member_id=alice.pk, points=1, reason=" ", actor=service, at=NOW)


def test_the_note_can_be_read_and_is_not_in_the_database_in_clear(alice, service):
    adjust(alice, 100, service, note="Frau Zhang rief an")
    assert LedgerEntry.objects.get(member_id=alice.pk).note == "Frau Zhang rief an"
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM loyalty_ledgerentry")
        raw = bytes(cursor.fetchone()[0])
    assert len(raw) > 0
    assert b"Zhang" not in raw


def test_below_zero_is_a_debt_where_it_is_chosen_and_is_repaid_first(alice, service):
    adjust(alice, 20, service)
    entry = adjust(alice, -50, service, may_owe=True).entry
    assert (entry.points, entry.active_change, entry.debt_change) == (-50, -20, 30)
    assert till.balances(alice) == (0, 0, 30)
    adjust(alice, 50, service)
    assert till.balances(alice) == (0, 20, 0)


def test_who_asked_for_an_adjustment_can_not_approve_it(alice, service):
    maker = User.objects.create_superuser("maker")
    maker.groups.add(Group.objects.get(name="customer_service"))
    request = adjust(alice, 5_000, maker).approval
    with pytest.raises(SameChecker):
        approvals.approve(request_id=request.pk, checker=maker, at=NOW)
    assert till.balances(alice) == (0, 0, 0)


# Limits


@pytest.fixture
def chief(keys_made):
    return operator("chief", "administrator")


def operator(name, role):
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def limit(role="administrator"):
    return AdjustmentLimit.objects.get(role__name=role).points


def set_limit(count, maker, role="administrator", reason="Year's end"):
    return adjustment_limits.change(
        role_id=Group.objects.get(name=role).pk, points=count, reason=reason, maker=maker, at=NOW
    )


def test_a_limit_is_lowered_by_one_person_and_raised_by_two(chief):
    assert set_limit(9_000, chief) is None
    assert limit() == 9_000
    request = set_limit(1_000_000, chief)
    assert limit() == 9_000
    with pytest.raises(SameChecker):
        approvals.approve(request_id=request.pk, checker=chief, at=NOW)

    approvals.approve(request_id=request.pk, checker=operator("ben", "dpo"), at=NOW)

    assert limit() == 1_000_000
    change = ChangeRecord.objects.filter(table="loyalty_adjustmentlimit").latest("pk")
    assert (change.approval, change.reason) == (request.uid, "Year's end")


def test_nobody_raises_the_limit_of_their_own_role(chief):
    request = set_limit(1_000_000, chief)

    with pytest.raises(OwnRights):
        approvals.approve(
            request_id=request.pk, checker=operator("second", "administrator"), at=NOW
        )

    assert limit() == 10_000


def test_a_limit_that_changed_meanwhile_makes_the_request_outdated(chief):
    request = set_limit(1_000_000, chief)
    set_limit(10, chief)

    with pytest.raises(StaleTarget):
        approvals.approve(request_id=request.pk, checker=operator("ben", "dpo"), at=NOW)

    assert limit() == 10


def test_a_role_without_a_limit_adjusts_nothing_until_a_second_person_agreed(chief):
    request = set_limit(300, chief, role="marketer")

    assert limit("marketer") == 0
    approvals.approve(request_id=request.pk, checker=operator("ben", "dpo"), at=NOW)
    assert limit("marketer") == 300


def test_a_limit_is_not_raised_without_a_reason(chief):
    with pytest.raises(ReasonRequired):
        set_limit(1_000_000, chief, reason=" ")

    assert limit() == 10_000
