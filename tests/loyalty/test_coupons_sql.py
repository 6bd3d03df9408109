"""What the database's functions say of many coupons is what the rules say of one."""

import json
from dataclasses import fields
from datetime import timedelta
from itertools import product

import pytest
from django.db import connection

from loyalty import tasks
from loyalty.events import CouponGranted
from loyalty.models import Coupon, CouponType
from loyalty.rules import coupons as rules
from loyalty.selectors import coupons as found
from loyalty.services import coupon_calls
from members.models import Event, Store
from members.registry.facts import FACTS
from tests.loyalty import coupon_shop as shop_of
from tests.loyalty.coupon_shop import NOW, UNTIL, days, minutes
from tests.loyalty.till import SHANGHAI, at

pytestmark = pytest.mark.django_db


def asked(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()


LIFE = """SELECT l.begins, l.ends FROM loyalty_coupontype t,
          LATERAL loyalty_coupon_life(t, %s, 'Asia/Shanghai') l WHERE t.id = %s"""
# Of one coupon all asks at once: [ask, moment, now], in order.
REFUSALS = """SELECT array_agg(loyalty_coupon_refusal(c, t, a.ask->0, (a.ask->>1)::timestamptz,
                  (a.ask->>2)::timestamptz) ORDER BY a.n)
              FROM loyalty_coupon c JOIN loyalty_coupontype t ON t.id = c.type_id,
                  jsonb_array_elements(%s::jsonb) WITH ORDINALITY a(ask, n)
              WHERE c.id = %s"""


@pytest.mark.parametrize("claimed", [None, NOW, at("2026-11-21T23:59:59"), at("2028-02-28")])
@pytest.mark.parametrize("number", range(5))
def test_lives_are_the_same(shop, number, claimed):
    kind = shop_of.draft(
        **[
            {},
            {"valid_from": None},
            {"validity": "DAYS", "valid_days": 7, "claim_until": UNTIL},
            {"validity": "DAYS", "valid_days": 1, "starts_at_once": True},
            {"validity": "DAYS", "valid_days": 400, "claim_from": NOW},
        ][number]
    )

    told = asked(LIFE, claimed, kind.pk)
    assert told == rules.life(found.worth(kind), claimed, SHANGHAI)


@pytest.mark.parametrize(
    "fields",
    [
        {"amount": 700},
        {"kind": "PERCENT_OFF", "cap_amount": 300},
        {"kind": "PERCENT_OFF"},
        {"kind": "GIFT", "cap_amount": 300},
        {"kind": "EXCHANGE", "amount": 99},
    ],
)
def test_costs_are_the_same(shop, fields):
    kind = shop_of.draft(**fields)

    (told,) = asked(
        "SELECT loyalty_coupon_cost(t) FROM loyalty_coupontype t WHERE t.id = %s", kind.pk
    )
    assert told == rules.cost(found.worth(kind))


def test_refusals_are_the_same_for_every_state_bringer_lock_store_and_hour(shop, alice, bob):
    here = Store.objects.get(code="SH01")
    kinds = [shop_of.live("all"), shop_of.live("here", stores=[here])]
    seen = set()
    hours = [(NOW - timedelta(days=2),) * 2]
    hours += [(one, one) for one in (minutes(14), minutes(15), days(40))]
    hours.append((UNTIL - timedelta(seconds=1), days(40)))
    bringers = [
        rules.Bringer(member_id=who and who.pk, store_id=store, order=("till", number))
        for who, number, store in product((alice, bob, None), ("o-1", "o-2"), (here.pk, None))
    ]
    for kind, state, owner, lock in product(
        kinds, rules.STEPS, (alice, None), (None, ("till", "o-1"), ("web", "o-1"))
    ):
        coupon = _coupon(kind, state, owner, lock)
        if coupon is None:
            continue
        held, worth = found.held(coupon), found.worth(kind)
        cases = list(product(bringers, hours))
        asks = [[_ask(one), moment.isoformat(), now.isoformat()] for one, (moment, now) in cases]
        expected = [
            rules.refusal(held, worth, one, moment=moment, at=now) for one, (moment, now) in cases
        ]
        (told,) = asked(REFUSALS, json.dumps(asks), coupon.pk)
        wrong = [row for row in zip(told, expected, asks, strict=True) if row[0] != row[1]]
        assert wrong == [], (state, owner, lock)
        seen |= set(told)
    assert seen == {
        None, "coupon_not_yours", "coupon_void", "coupon_redeemed", "coupon_locked",
        "coupon_not_yet", "coupon_expired", "coupon_store",
    }  # fmt: skip


def _ask(bringer):
    return {
        "member_id": bringer.member_id,
        "store_id": bringer.store_id,
        "source": bringer.order[0],
        "external_id": bringer.order[1],
    }


def _coupon(kind, state, owner, lock):
    """A row as it might be; None where the database doesn't let it be."""
    if (state == "CLAIMED" and owner is None) or (state == "LOCKED" and lock is None):
        return None
    return Coupon.objects.create(
        type=kind,
        code=coupon_calls.fresh_code(),
        state=state,
        origin="OPERATOR",
        member=owner,
        issued_at=NOW,
        valid_from=kind.valid_from,
        expires_at=kind.valid_until,
        locked_source=lock[0] if lock else "",
        locked_for=lock[1] if lock else "",
        locked_until=minutes(15) if lock else None,
        redeemed_at=NOW if state == "REDEEMED" else None,
    )


def test_states_in_lists_are_those_of_now_whatever_was_written_down(shop, alice):
    kind = shop_of.live(limit_member=None)
    coupon = shop_of.claim(kind, alice)
    shop_of.lock(1, coupon.code, alice)
    coupon.refresh_from_db()

    states = [found.state_of(coupon=coupon, at=when) for when in (minutes(14), minutes(15), UNTIL)]
    assert states == ["LOCKED", "CLAIMED", "EXPIRED"]
    assert list(found.usable(member_id=alice.pk, at=minutes(1))) == [coupon]
    assert list(found.usable(member_id=alice.pk, at=UNTIL)) == []


def test_the_payloads_that_the_database_writes_are_those_that_are_declared(shop, alice, bob):
    kind = shop_of.live(is_transferable=True, limit_member=None)
    first, second, third = (shop_of.claim(kind, alice, str(number)) for number in range(3))
    shop_of.grant(kind, alice)
    shop_of.redeem(1, first.code, alice)
    shop_of.give_back(1)
    shop_of.coupons.void(coupon_id=second.pk, reason="x", at=NOW)
    shop_of.coupons.transfer(
        code=third.code, from_member_id=alice.pk, to_member_id=bob.pk, key="1", at=NOW
    )
    shop_of.tidy(days(40))

    rows = Event.objects.filter(type__startswith="loyalty.coupon.")
    assert len({row.type for row in rows}) == 7
    for row in rows:
        named = {field.name for field in fields(FACTS[row.type])}
        assert named == set(row.payload), row.type
    granted = rows.get(type=CouponGranted.type).payload
    assert granted["expires_at"] == "2026-12-21T06:00:00Z"


def test_a_code_is_validated_for_whoever_brings_it_without_changing_anything(shop, alice, bob):
    kind = shop_of.live(public_code="WELCOME10", stock_count=2)
    mine = shop_of.claim(kind, alice)

    def judged(code, member, **options):
        told = shop_of.coupons.validate(
            code=code, member_id=member and member.pk,
            holder=f"member:{member.pk}" if member else "", store_id=None,
            at=options.get("when", NOW),
        )  # fmt: skip
        return told.refused["code"] if told.refused else ""

    assert judged(mine.code, alice) == ""
    assert judged(mine.code, bob) == "coupon_not_yours"
    assert judged(mine.code, alice, when=UNTIL) == "coupon_expired"
    assert judged("welcome10", alice) == ""
    assert judged("WELCOME10", bob) == ""
    assert judged("NOSUCHCODE22", bob) == "coupon_not_found"
    shop_of.redeem(1, "WELCOME10", bob)
    assert judged("WELCOME10", bob) == "coupon_limit"
    assert judged("WELCOME10", None) == "coupon_stock"
    assert CouponType.objects.get().stock_count == 2


def test_the_minutes_task_settles_coupons_and_a_repeat_none(shop, alice):
    old = shop_of.live(valid_from=None, valid_until=at("2026-11-21T15:00"))
    shop_of.claim(old, alice)
    Coupon.objects.update(expires_at=NOW - timedelta(days=3650))

    assert tasks.settle_due_coupons() == 1
    assert tasks.settle_due_coupons() == 0
