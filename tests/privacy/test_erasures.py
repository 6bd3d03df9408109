"""Who may let an erasure happen, what stops it, what goes on afterwards, and how a restore repeats
it."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from loyalty.models import Account, LedgerEntry, Order
from loyalty.services import points
from members.errors import MemberErased, SameChecker, StaleTarget
from members.models import (
    ApprovalRequest,
    Erasure,
    Identity,
    Member,
    MemberKey,
    PrivacyRequest,
    Recipient,
    RecipientNotice,
)
from members.selectors import certificates
from members.services import (
    approvals,
    erasures,
    legal_holds,
    members,
    merges,
    privacy_requests,
)
from tests import world
from tests.loyalty import till as tills
from tests.privacy import cases, life

pytestmark = pytest.mark.django_db
NOW = world.NOW


def ask(member, maker):
    request = cases.asked(member, "DELETION")
    return erasures.ask(request_id=request.pk, reason="asked by letter", maker=maker, at=NOW)


def test_one_person_alone_erases_nobody(alice, staff):
    row = ask(alice, staff[0])

    with pytest.raises(SameChecker):
        approvals.approve(request_id=row.pk, checker=staff[0], at=NOW)

    assert Member.objects.get(pk=alice.pk).state == "ACTIVE"
    assert Erasure.objects.count() == 0


def test_a_member_who_changed_since_is_not_erased(alice, staff):
    row = ask(alice, staff[0])
    members.update(member_id=alice.pk, changes={"gender": "OTHER"}, at=NOW)

    with pytest.raises(StaleTarget):
        approvals.approve(request_id=row.pk, checker=staff[1], at=NOW)

    assert Identity.objects.filter(member=alice).count() == 3
    # Asked for again, it can be approved.
    again = erasures.ask(request_id=row.target_id, reason="still", maker=staff[0], at=NOW)
    approvals.approve(request_id=again.pk, checker=staff[1], at=NOW)
    assert Member.objects.get(pk=alice.pk).state == "ERASED"


def test_a_legal_hold_stops_it_also_after_it_was_asked_for(alice, staff):
    row = ask(alice, staff[0])
    legal_holds.place(member_id=alice.pk, reason="lawsuit", actor_id=staff[0].pk, at=NOW)

    with pytest.raises(legal_holds.UnderLegalHold):
        approvals.approve(request_id=row.pk, checker=staff[1], at=NOW)

    assert Member.objects.get(pk=alice.pk).state == "ACTIVE"
    assert ApprovalRequest.objects.get().status == "PENDING"
    legal_holds.end(member_id=alice.pk, reason="over", actor_id=staff[0].pk, at=NOW)
    approvals.approve(request_id=row.pk, checker=staff[1], at=NOW)
    assert MemberKey.objects.get(member=alice).wrapped is None


def test_a_withdrawn_request_is_not_carried_out(alice, staff):
    row = ask(alice, staff[0])
    privacy_requests.withdraw(request_id=row.target_id, at=NOW)

    with pytest.raises(StaleTarget):
        approvals.approve(request_id=row.pk, checker=staff[1], at=NOW)

    assert Member.objects.get(pk=alice.pk).state == "ACTIVE"


def test_cards_that_were_merged_into_the_member_are_erased_with_it(alice, bob, staff):
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)

    cases.erase(alice, staff)

    retired = Member.objects.select_related("key").get(pk=bob.pk)
    assert (retired.state, retired.merged_into_id, retired.name) == ("MERGED", alice.pk, "")
    assert retired.key.wrapped is None
    assert retired.card_number == f"erased-{bob.pk}"
    assert Identity.objects.count() == 0


def test_recipients_are_to_be_told_and_the_certificate_proves_itself(alice, staff):
    mail = Recipient.objects.create(code="mail", name_en="Mail house", purpose="letters")

    erasure = cases.erase(alice, staff)

    request = PrivacyRequest.objects.get()
    assert (request.state, request.closed_at, request.decided_by) == ("DONE", NOW, staff[1])
    assert RecipientNotice.objects.get().recipient == mail
    certificate = certificates.of(erasure)
    assert certificate.is_genuine
    assert certificate.digest == erasure.digest
    assert str(alice.uid) in certificate.chinese
    assert "Received: 2026-03-02; due by 2026-03-23" in certificate.english
    assert "- members_identity: 3" in certificate.english
    erasure.counts = {"members_identity": 2}
    assert not certificates.of(erasure).is_genuine


def test_nothing_leads_to_the_member_any_more(alice, staff, till):
    card = alice.card_number
    cases.erase(alice, staff)

    for kind, value in (("phone", life.PHONE), ("email", life.EMAIL), ("card", card)):
        assert till.post("members/lookup", {"type": kind, "value": value}).status_code == 404
    refused = till.patch(f"members/{alice.uid}", {"name": "A"}, If_Match='"1"')
    assert (refused.status_code, refused.json()["code"]) == (410, "member_erased")
    sold = till.post("orders", {**life.order("T-1", life.PHONE), "member": by_id(alice)})
    assert sold.status_code == 201
    assert Order.objects.get().member_id is None


def by_id(member):
    return {"type": "id", "value": str(member.uid)}


def test_a_refund_of_the_erased_member_s_order_is_recorded_and_the_ledger_stays_sound(
    alice, staff, till
):
    order = till.post("orders", life.order("T-1", life.PHONE)).json()
    cases.erase(alice, staff)

    answer = till.post(
        f"orders/{order['id']}/refunds",
        {"external_id": "R-1", "occurred_at": "2026-03-02T14:00:00+08:00", "amount": 900_000},
    )

    assert answer.status_code == 201, answer.content
    assert tills.balances(alice) == (0, 0, 0)
    call_command("verify_ledger", stdout=StringIO())


def test_points_that_stayed_lapse_at_their_time_and_nobody_spends_them(alice, staff, till):
    till.post("orders", life.order("T-1", life.PHONE))
    cases.erase(alice, staff)
    assert tills.balances(alice) == (0, 9_000, 0)

    with pytest.raises(MemberErased):
        points.redeem_by_rules(member_id=alice.pk, points=1, key="k", reason="gift", at=NOW)
    points.settle(member_ids=[alice.pk], at=NOW + timedelta(days=800))

    assert tills.balances(alice) == (0, 0, 0)
    assert LedgerEntry.objects.filter(member=alice, kind="EXPIRE").count() == 1
    call_command("verify_ledger", stdout=StringIO())


def test_a_checkout_that_had_begun_may_end(alice, staff, till):
    till.post("orders", life.order("T-1", life.PHONE))
    sent = {"external_id": "h-1", "member": by_id(alice), "points": 100}
    made = till.post("points/holds", sent)
    cases.erase(alice, staff)

    released = till.post(f"points/holds/{made.json()['id']}/release", {})

    assert released.status_code == 200, released.content
    assert Account.objects.get(member_id=alice.pk).held_points == 0


def test_erasing_twice_changes_nothing(alice, staff):
    erasure = cases.erase(alice, staff)
    with pytest.raises(MemberErased):
        cases.asked(alice, "DELETION")
    with pytest.raises(Exception, match="decided"):
        erasures.erase(request_id=erasure.request_id, actor_id=None, at=NOW)
    assert Erasure.objects.count() == 1


def test_a_restore_erases_again_whom_the_backup_brought_back(alice, bob, staff, tmp_path):
    log = tmp_path / "erasures.jsonl"
    lines = [
        {
            "erasure": "019cad21-0000-7000-8000-000000000001",
            "member": str(uid),
            "erased_at": "2026-03-01T08:00:00+00:00",
        }
        for uid in (alice.uid, "019cad21-0000-7000-8000-00000000dead")
    ]
    log.write_text("\n".join(map(json.dumps, lines)) + "\n")

    out = StringIO()
    call_command("replay_erasures", "--from", str(log), stdout=out)
    call_command("replay_erasures", "--from", str(log), stdout=out)

    assert out.getvalue().splitlines() == [
        "2 erasures in the log, 1 members erased again.",
        "2 erasures in the log, 0 members erased again.",
    ]
    assert set(Member.objects.values_list("pk", "state")) == {
        (alice.pk, "ERASED"), (bob.pk, "ACTIVE"),
    }  # fmt: skip
    erasure = Erasure.objects.get()
    assert erasure.erased_at.isoformat() == "2026-03-01T08:00:00+00:00"
    assert certificates.of(erasure).is_genuine


def test_a_broken_log_erases_nobody(alice, tmp_path):
    log = tmp_path / "erasures.jsonl"
    log.write_text('{"erasure": "x"}\n')
    with pytest.raises(CommandError, match="Line 1"):
        call_command("replay_erasures", "--from", str(log))
    assert Member.objects.get().state == "ACTIVE"


def test_the_log_holds_ids_and_instants_only(alice, staff):
    erasure = cases.erase(alice, staff)
    out = StringIO()

    call_command("replay_erasures", "--log", stdout=out)

    assert json.loads(out.getvalue()) == {
        "erasure": str(erasure.uid),
        "member": str(alice.uid),
        "erased_at": NOW.isoformat(),
    }
