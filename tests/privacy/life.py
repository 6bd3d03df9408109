"""A member's life in every corner of the product, so that an erasure has all to find."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group

from campaigns.services import defaults, deliveries
from loyalty.models import AdjustmentLimit, Coupon, LedgerEntry, Order
from loyalty.services import coupons, points
from members.models import Member, MemberNote, User
from members.services import (
    audit,
    changes,
    dispatches,
    legal_holds,
    members,
    merges,
    privacy_exports,
    privacy_requests,
    reveals,
)
from members.services.changes import Origin
from tests import world
from tests.loyalty import coupon_shop
from tests.privacy import cases

PHONE, EMAIL, NAME, CARD = "13800138000", "alice@example.org", "张爱丽", "8800000000013"
# Of her own telephone, when she changed something in an app.
ADDRESS = "203.0.113.77"
OLD_PHONE, OLD_NAME = "13600136000", "爱丽旧名"
BIRTHDAY = "1990-05-17"
# Idempotency keys are the channel's own: no personal data, as the API page says.
KEYS = {PHONE: "join-1", OLD_PHONE: "join-2"}


def lived(till: world.Till, staff: tuple[User, User], *, at: datetime = world.NOW) -> Member:
    """Alice with two cards that were merged, orders, messages, coupons, notes, a package."""
    defaults.install(at=at)
    _bought_as_guest(till)
    alice = _joined(till, PHONE, EMAIL, NAME)
    other = _joined(till, OLD_PHONE, "old@example.org", OLD_NAME)
    _bought(till, PHONE, "T-1")
    _bought(till, OLD_PHONE, "T-2")
    _served(alice, staff, at)
    _served(other, staff, at)
    merges.merge(survivor_id=alice.pk, retired_id=other.pk, at=at)
    while dispatches.drain(at=at):
        pass
    deliveries.send_due(at=at)
    points.adjust(
        member_id=alice.pk,
        points=90_000,
        reason="goodwill",
        note=f"{NAME} {PHONE}",
        actor=staff[0],
        at=at,
    )
    _written_about(till, alice, staff, at)
    request = cases.asked(alice, "EXPORT", at=at)
    privacy_exports.make(request_id=request.pk, at=at)
    cases.asked(alice, "CORRECTION", at=at, details={"name": NAME})
    alice.refresh_from_db()
    return alice


def order(external_id: str, phone: str, **options: Any) -> dict[str, Any]:
    line = {"line_id": "1", "sku": "SK-1", "unit_price_amount": 900_000, "net_amount": 900_000}
    return {
        "external_id": external_id,
        "store": "SH01",
        "occurred_at": "2026-03-02T14:00:00+08:00",
        "currency": "CNY",
        "lines": [line],
        "paid": [{"method": "cash", "kind": "MONEY", "amount": 900_000}],
        "member": {"type": "phone", "value": phone},
        "metadata": {"note": f"call {phone}"},
        **options,
    }


def _bought_as_guest(till: world.Till) -> None:
    answer = till.post("orders", {**order("T-0", PHONE), "metadata": {}})
    assert answer.status_code == 201, answer.content


def _joined(till: world.Till, phone: str, email: str, name: str) -> Member:
    sent = {
        "identities": [
            {"type": "phone", "value": phone, "is_verified": True},
            {"type": "email", "value": email},
            {"type": "external", "value": f"crm-{phone}", "issuer": "crm"},
        ],
        "name": name,
        "birthday": BIRTHDAY,
        "gender": "female",
        "store": "SH01",
        "metadata": {"nick": name},
        "consents": [
            {
                "purpose": "marketing",
                "medium": medium,
                "is_granted": True,
                "policy_version": "2026-01",
            }
            for medium in ("inbox", "email")
        ],
    }
    answer = till.post("members", sent, key=KEYS[phone])
    assert answer.status_code == 201, answer.content
    return Member.objects.get(uid=answer.json()["id"])


def _bought(till: world.Till, phone: str, number: str) -> None:
    answer = till.post("orders", order(number, phone))
    assert answer.status_code == 201, answer.content
    assert till.post("members/lookup", {"type": "phone", "value": phone}).status_code == 200


def _served(member: Member, staff: tuple[User, User], at: datetime) -> None:
    reveals.reveal(member_id=member.pk, kind="PHONE", reason="called back", actor=staff[0], at=at)
    points.adjust(
        member_id=member.pk, points=5, reason="goodwill", note=NAME, actor=staff[0], at=at
    )
    MemberNote.objects.create(
        member=member, text=f"{NAME} likes tea", author=staff[0], created_at=at
    )
    tea = coupon_shop.live(f"tea-{member.pk}", valid_from=at, valid_until=at + timedelta(days=9))
    coupon_shop.grant(tea, member, when=at)


def _written_about(till: world.Till, alice: Member, staff: tuple[User, User], at: datetime) -> None:
    """Staff give reasons everywhere, and name her though the forms ask not to."""
    why = f"{NAME} {PHONE}"
    maker, checker = staff
    for step in (legal_holds.place, legal_holds.end):
        step(member_id=alice.pk, reason=why, actor_id=maker.pk, at=at)
    reveals.reveal(member_id=alice.pk, kind="PHONE", reason=why, actor=maker, at=at)
    with changes.coming_from(Origin(place="POST /console/", why=lambda: why, address=ADDRESS)):
        members.update(member_id=alice.pk, changes={"language": "en"}, at=at)
        audit.record(action="member.told", at=at, member_id=alice.pk, reason=why)
    request = cases.asked(alice, "RESTRICTION", at=at)
    privacy_requests.refuse(request_id=request.pk, reason=why, actor=checker, at=at)
    coupon = Coupon.objects.filter(member=alice).latest("pk")
    coupons.void(coupon_id=coupon.pk, reason=why, at=at, actor_id=maker.pk)
    sold = Order.objects.get(external_id="T-1")
    sent = {"external_id": "R-1", "amount": 100, "reason": why, "occurred_at": at.isoformat()}
    answer = till.post(f"orders/{sold.uid}/refunds", sent)
    assert answer.status_code == 201, answer.content


def noted(member: Member, staff: tuple[User, User], *, at: datetime = world.NOW) -> LedgerEntry:
    """An entry with a note on the person, in the table that is never changed."""
    role = Group.objects.get(name="customer_service")
    AdjustmentLimit.objects.update_or_create(role=role, defaults={"points": 500})
    staff[0].groups.add(role)
    made = points.adjust(
        member_id=member.pk, points=5, reason="goodwill", note=NAME, actor=staff[0], at=at
    )
    assert made.entry is not None
    return made.entry
