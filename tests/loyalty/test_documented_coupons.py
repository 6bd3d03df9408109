"""docs/algorithms/coupons.md, run row by row."""

import pytest

from loyalty.rules import coupons as rules
from loyalty.rules.coupons import Bringer, Held, Worth
from loyalty.services import coupon_redemptions, coupons
from loyalty.services.coupon_refusals import CouponRefused
from tests import documented
from tests.documented import SHANGHAI, Row
from tests.loyalty import coupon_shop as shop_of
from tests.loyalty import till
from tests.loyalty.coupon_shop import NOW, UNTIL
from tests.loyalty.till import at

PAGE = "algorithms/coupons.md"
BEGINS, ENDS = at("2026-05-01"), at("2026-06-01")
PEOPLE = {"Alice": 1, "Bob": 2}


def rows(heading: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", documented.rows(PAGE, heading), ids=str)


@rows("Which step is allowed (run)")
def test_steps(row: Row) -> None:
    assert rules.STEPS[row.text("from")] == set(row.text("to").split())


@rows("Codes (run)")
def test_codes_are_read_as_typed(row: Row) -> None:
    assert rules.normalize(f" {row.text('typed')}\n") == row.text("read as")


def test_codes_have_twelve_signs_of_an_unambiguous_alphabet() -> None:
    assert len(set(rules.ALPHABET)) == 31
    assert not set(rules.ALPHABET) & set("01OIL")
    assert rules.CODES == 31**12 > 2**59
    assert rules.code_of(0) == "222222222222"
    assert rules.code_of(rules.CODES - 1) == "ZZZZZZZZZZZZ"


@rows("From when until when (run)")
def test_validity(row: Row) -> None:
    worth = Worth(
        kind="MONEY_OFF",
        validity=row.text("validity"),
        valid_days=row.number("days"),
        starts_at_once=row.text("day of claim too") == "yes",
        valid_from=BEGINS,
        valid_until=ENDS,
        claim_from=BEGINS,
        claim_until=ENDS,
    )
    life = rules.life(worth, row.instant("claimed"), SHANGHAI)
    assert life == (row.instant("from"), row.instant("until"))


@rows("Why a coupon can't be used (run)")
def test_reasons(row: Row) -> None:
    now = row.instant("at")
    assert now is not None
    lock = row.text("lock")
    held = Held(
        state=row.text("state"),
        member_id=PEOPLE["Alice"],
        valid_from=BEGINS,
        expires_at=ENDS,
        locked_by=("till", lock) if lock else ("", ""),
        locked_until=at("2026-05-10 12:15") if lock else None,
    )
    bringer = Bringer(
        member_id=PEOPLE[row.text("brought by")],
        store_id=row.number("store"),
        order=("till", row.text("order")),
    )
    worth = Worth(kind="MONEY_OFF", store_ids=frozenset({1}))
    found = rules.refusal(held, worth, bringer, moment=now, at=now)
    assert (found or "") == row.text("reason")


@rows("What it keeps (run)")
def test_what_a_coupon_keeps_of_its_budget(row: Row) -> None:
    cap = row.amount("at most") if row.text("at most") else None
    worth = Worth(kind=row.text("kind"), amount=row.amount("amount"), cap_amount=cap)
    assert rules.cost(worth) == row.amount("keeps")


@pytest.mark.django_db
def test_a_life_in_figures(alice, bob) -> None:
    carol = till.register("13700137000", "Carol")
    kind = shop_of.draft(amount=5_000, stock_count=10, budget_amount=50_000, is_transferable=True)
    mine = {}

    def claim(name, member, key="1"):
        try:
            mine[name] = shop_of.claim(kind, member, key)
        except CouponRefused as refused:
            assert refused.code == "coupon_limit"

    steps = {
        "live": lambda: shop_of.coupon_types.go_live(type_id=kind.pk),
        "Alice claims": lambda: claim("Alice", alice),
        "Alice claims again": lambda: claim("Alice", alice, "2"),
        "Bob claims": lambda: claim("Bob", bob, str(len(mine))),
        "Alice's order takes 35.00 off": lambda: shop_of.redeem(
            1, mine["Alice"].code, alice, discount_amount=3_500
        ),
        "Alice's order comes back": lambda: coupon_redemptions.give_back(order_id=1, at=NOW),
        "Bob's is called back": lambda: coupons.void(
            coupon_id=mine["Bob"].pk, reason="error", at=NOW
        ),
        "Alice gives hers to Carol": lambda: coupons.transfer(
            code=mine["Alice"].code, from_member_id=alice.pk, to_member_id=carol.pk,
            key="1", at=NOW,
        ),
        "all expire": lambda: shop_of.tidy(UNTIL),
    }  # fmt: skip
    for row in documented.rows(PAGE, "A life in figures (run)"):
        steps[row.text("step")]()
        assert shop_of.left(kind) == (row.number("stock left"), row.amount("budget left")), row
        used = (shop_of.used(kind, alice), shop_of.used(kind, bob))
        assert used == (row.number("Alice's"), row.number("Bob's")), row
