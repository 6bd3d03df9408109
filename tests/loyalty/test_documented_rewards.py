"""docs/algorithms/rewards.md, run row by row."""

from typing import Any

import pytest

from loyalty.models import Lot, Program, Tier
from loyalty.selectors import ledger_checks
from loyalty.services import programs
from loyalty.services.reward_refusals import RewardRefused
from tests import documented
from tests.documented import Row
from tests.loyalty import reward_shop, till
from tests.loyalty.reward_shop import NOW, ask, days, left, live, rich

PAGE = "algorithms/rewards.md"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _sound(shop: None) -> Any:
    yield
    assert ledger_checks.findings() == []


def rows(heading: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", documented.rows(PAGE, heading), ids=str)


def _own(row: Row, **names: Any) -> list[tuple[Any, ...]]:
    """The rows of the members' first tier; none where the page says nothing of a tier."""
    text = row.text("the tier's own")
    if not text:
        return []
    tier = Tier.objects.order_by("rank").first()
    return [(tier, *(int(text) if wanted else None for wanted in names.values()))]


def _lots() -> list[int]:
    return list(Lot.objects.order_by("pk").values_list("remaining_points", flat=True))


@rows("Points that come back")
def test_points_are_back_in_their_lots(row: Row, alice: Any) -> None:
    rich(alice, row.number("lot A"), days(row.number("lapses on day")))
    rich(alice, row.number("lot B"))
    Program.objects.update(restore_grace_days=row.number("days of grace"))
    programs.forget()
    made = ask(live(price_points=row.number("price")), alice)
    assert _lots() == row.numbers("spent: A B")

    done = reward_shop.cancel(made, when=days(row.number("canceled on day")))

    assert done.returned_points == row.number("back")
    assert sum(Lot.objects.values_list("expired_points", flat=True)) == row.number("lapsed in all")
    assert _lots() == row.numbers("then: A B")


@rows("Stock and limits")
def test_so_many_pieces_are_given(row: Row, alice: Any) -> None:
    rich(alice, 10_000)
    mug = live(stock_count=row.number("pieces"))
    given = [_given(mug, alice, n, count) for n, count in enumerate(row.numbers("asked for"))]
    assert given == row.numbers("given")
    assert left(mug) == row.number("left")


def _given(mug: Any, alice: Any, number: int, count: int, when: Any = NOW) -> int:
    try:
        return ask(mug, alice, str(number), when, quantity=count).quantity
    except RewardRefused as refusal:
        assert refusal.code in ("reward_stock", "reward_limit")
        return 0


@rows("A member's limit")
def test_a_member_has_no_more_than_the_limit_of_a_period(row: Row, alice: Any) -> None:
    rich(alice, 10_000)
    mug = live(
        limit_member=row.number("limit"),
        limit_every=row.text("counts"),
        tiers=_own(row, price=False, limit=True),
    )
    asked = row.text("one asked for at each").split()
    given = [_given(mug, alice, n, 1, till.at(text)) for n, text in enumerate(asked)]
    assert given == row.numbers("may have")


@rows("Prices")
def test_a_price_is_that_of_the_tier_times_the_pieces(row: Row, alice: Any) -> None:
    rich(alice, 10_000)
    mug = live(
        price_points=row.number("points"),
        price_amount=row.amount("money"),
        tiers=_own(row, price=True, limit=False),
    )
    made = ask(mug, alice, quantity=row.number("pieces"))
    assert made.points == row.number("costs points")
    assert made.money_amount == row.amount("and money")
