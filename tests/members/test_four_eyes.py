"""Four eyes hold for whoever writes past the services: by raw SQL, twice, or at the same moment."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import DatabaseError, connection, transaction

from loyalty.models import LedgerEntry
from loyalty.services import points
from members.errors import SameChecker
from members.models import ApprovalRequest, User
from members.services import approvals
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(keys_made):
    world.open_shop()
    return world.register(world.ALICE)


@pytest.fixture
def maker(shop):
    return world.operator("maker", role="clerk")


@pytest.fixture
def checker(shop):
    user = world.operator("checker")
    user.user_permissions.add(Permission.objects.get(codename="decide_approvalrequest"))
    return user


@pytest.fixture
def asked(shop, maker):
    return points.adjust(
        member_id=shop.pk, points=100, reason="goodwill", actor=maker, at=world.NOW
    ).approval


def refused(sql, *parameters):
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
    return str(error.value)


@pytest.mark.parametrize(
    "change",
    [
        "action = 'members.operator.rights'",
        "target_id = target_id + 1",
        "target_version = 'x'",
        "maker_id = maker_id + 1",
        "payload = NULL",
        "summary = '+999999'",
        "reason = 'another'",
        "expires_at = expires_at + interval '1 year'",
        "member_id = NULL",
    ],
)
def test_what_was_asked_for_can_not_be_changed_by_sql(asked, change):
    said = refused(f"UPDATE members_approvalrequest SET {change} WHERE id = %s", asked.pk)

    assert "can't be changed" in said


def test_a_decided_request_is_not_decided_again_by_sql(asked, checker):
    approvals.reject(request_id=asked.pk, checker=checker, at=world.NOW, note="no")

    said = refused("UPDATE members_approvalrequest SET status = 'PENDING' WHERE id = %s", asked.pk)

    assert "decided once" in said
    assert "decided once" in refused(
        "UPDATE members_approvalrequest SET status = 'APPROVED' WHERE id = %s", asked.pk
    )


def test_no_request_is_born_approved_deleted_or_truncated(asked, checker, as_owner):
    born = refused(
        "INSERT INTO members_approvalrequest (uid, action, target_type, target_version, summary,"
        " reason, maker_id, checker_id, status, note, created_at, expires_at, decided_at)"
        " VALUES (gen_random_uuid(), 'x', '', '', '', '', %s, %s, 'APPROVED', '', now(), now(),"
        " now())",
        asked.maker_id,
        checker.pk,
    )

    assert "begins undecided" in born
    assert "never deleted" in refused("DELETE FROM members_approvalrequest")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert "can't be truncated" in refused("TRUNCATE members_approvalrequest CASCADE")
    assert ApprovalRequest.objects.get().status == "PENDING"


def test_who_asked_can_not_approve_as_a_superuser_either(asked):
    User.objects.filter(pk=asked.maker_id).update(is_superuser=True)

    with pytest.raises(SameChecker):
        approvals.approve(
            request_id=asked.pk, checker=User.objects.get(pk=asked.maker_id), at=world.NOW
        )

    assert ApprovalRequest.objects.get().status == "PENDING"
    assert not LedgerEntry.objects.filter(kind="ADJUST").exists()


_ENTRY = (
    "INSERT INTO loyalty_ledgerentry (member_id, kind, points, pending_change, active_change,"
    " debt_change, pending_after, active_after, debt_after, reason, source_type, source_id, key,"
    " actor_id, note, occurred_at, recorded_at)"
    " VALUES (%s, 'ADJUST', %s, 0, 0, 0, 0, 0, 0, 'x', %s, %s, %s, %s, '', now(), now())"
)


def test_the_ledger_takes_no_adjustment_above_the_limit_of_its_actor(shop, maker):
    alone = world.operator("boss", role="store_manager")

    for person, amount in ((maker, 1), (alone, 2_001), (alone, -2_001)):
        said = refused(_ENTRY, shop.pk, amount, "OPERATION", None, f"k{amount}", person.pk)
        assert "needs a second person" in said
    assert "second person" in refused(_ENTRY, shop.pk, 1, "OPERATION", None, "k", None)
    with connection.cursor() as cursor:
        cursor.execute(_ENTRY, [shop.pk, 2_000, "OPERATION", None, "fits", alone.pk])


def test_the_ledger_takes_no_adjustment_that_no_approval_says(shop, asked, checker):
    key = f"approval:{asked.pk}:adjust"
    waiting = (shop.pk, 100, "APPROVAL", asked.pk, key, asked.maker_id)
    assert "no approval says" in refused(_ENTRY, *waiting)
    approvals.reject(request_id=asked.pk, checker=checker, at=world.NOW, note="no")
    assert "no approval says" in refused(_ENTRY, *waiting)


def test_an_approval_serves_once_for_its_own_points_and_member(shop, asked, checker):
    approvals.approve(request_id=asked.pk, checker=checker, at=world.NOW)
    bob = world.register(world.BOB)
    maker, key = asked.maker_id, f"approval:{asked.pk}:adjust"

    assert "no approval" in refused(_ENTRY, shop.pk, 101, "APPROVAL", asked.pk, key, maker)
    assert "no approval" in refused(_ENTRY, bob.pk, 100, "APPROVAL", asked.pk, key, maker)
    assert "no approval" in refused(_ENTRY, shop.pk, 100, "APPROVAL", asked.pk, "other", maker)
    assert "entry_posted_once" in refused(_ENTRY, shop.pk, 100, "APPROVAL", asked.pk, key, maker)


def test_a_decision_too_late_is_refused_by_the_database(asked, checker):
    late = asked.expires_at + timedelta(seconds=1)

    said = refused(
        "UPDATE members_approvalrequest SET status = 'APPROVED', checker_id = %s, decided_at = %s"
        " WHERE id = %s",
        checker.pk,
        late,
        asked.pk,
    )

    assert "waited too long" in said
