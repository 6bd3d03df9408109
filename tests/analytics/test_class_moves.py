"""Who moved from class to class and tier to tier, where sales and points come from: the tables of
docs/algorithms/class-moves.md."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics.models import ClassChange, ClassDay, ClassKind, MemberDay, MemberScore, PointsDay
from analytics.rules import comparisons
from analytics.selectors import class_figures, class_moves, concentrations, points_figures
from analytics.selectors.filters import Filters, Period
from analytics.selectors.measures import tiers
from analytics.selectors.trends import Grain
from analytics.services import member_scores, score_privacy
from loyalty.models import Account, Lot, Tier, TierChange
from members.models import Channel, Member, Store
from members.services import merges
from tests import documented, world
from tests.analytics import buyers
from tests.analytics.shop import enroll

pytestmark = pytest.mark.django_db
PAGE = "algorithms/class-moves.md"
SHANGHAI = ZoneInfo("Asia/Shanghai")
KIND = ClassKind.RFM_8
_NONE = "–"


def march(first, last):
    return Filters(
        period=Period(from_on=date(2026, 3, first), to_on=date(2026, 3, last)),
    )


def noon(day):
    return datetime(2026, 3, day, 12, tzinfo=SHANGHAI)


def code_of(said):
    return "" if said == _NONE else said


@pytest.fixture
def moved(db):
    """The members of the page, with the nights of 1 and 10 March."""
    rows = documented.rows(PAGE, "The class as of a day (run)")
    people = buyers.members(len(rows), joined_at=world.NOW)
    for member, row in zip(people, rows, strict=True):
        now = code_of(row.cells["now"])
        MemberScore.objects.create(member=member, as_of_on=date(2026, 3, 10), rfm_8=now)
        for change in filter(None, row.cells["changes: night, before, after"].split(", ")):
            day, before, after = change.split()
            ClassChange.objects.create(
                member=member,
                kind=KIND,
                day=date(2026, 3, int(day)),
                before=code_of(before),
                after=code_of(after),
            )
    for night in (1, 10):
        ClassDay.objects.create(day=date(2026, 3, night), kind=KIND, code="111", members_count=2)
    return people


@pytest.mark.parametrize(
    "row", documented.rows(PAGE, "From the first day to the last (run)"), ids=str
)
def test_flows_are_those_of_the_page(moved, row):
    first, last = map(int, row.cells["period"].split("–"))

    found = class_moves.flows(march(first, last), KIND)

    said = [
        f"{one.before or _NONE} {one.after or _NONE} {one.members}"
        for one in sorted(found.flows, key=lambda one: (-one.members, one.before, one.after))
    ]
    assert ", ".join(said) == row.cells["flows"]
    assert f"{found.moved} of {found.members}" == row.cells["members who moved"]


def test_the_four_classes_flow_as_their_eight_do(moved):
    four = class_moves.of_four(class_moves.flows(march(2, 10), KIND))

    assert [(one.before, one.after, one.members) for one in four.flows] == [
        ("high_value", "high_value", 2),
        ("", "potential", 1),
        ("high_value", "dormant", 1),
        ("potential", "", 1),
    ]


def test_a_period_is_cut_to_the_nights_that_are_known(moved):
    longer = Filters(period=Period(from_on=date(2026, 1, 1), to_on=date(2026, 4, 30)))

    found = class_moves.flows(longer, KIND)

    assert (found.first_on, found.last_on) == (date(2026, 3, 1), date(2026, 3, 10))
    assert found == class_moves.flows(march(1, 10), KIND)


def test_flows_end_where_the_last_night_left_everybody(shop):
    member = enroll(joined_at=noon(1) - timedelta(days=400))
    buyers.bought(member, buyers.days_ago(date(2026, 3, 1), 0, 10, 20, 30, 40, 50, 60))
    for days in (0, 31):
        as_of = date(2026, 3, 1) + timedelta(days=days)
        list(member_scores.score(as_of=as_of, at=world.NOW + timedelta(days=days)))
    april = Filters(period=Period(from_on=date(2026, 3, 1), to_on=date(2026, 4, 1)))

    found = class_moves.flows(april, ClassKind.STAGE)

    assert [(one.before, one.after, one.members) for one in found.flows] == [
        ("maturity", "decline", 1)
    ]
    assert class_moves.by_day(april.period, [ClassKind.STAGE])[ClassKind.STAGE] == {
        date(2026, 3, 1): {"maturity": 1},
        date(2026, 4, 1): {"decline": 1},
    }
    figures = class_figures.figures(april)
    assert (figures.as_of, figures.is_of_night) == (date(2026, 4, 1), True)
    assert figures.by(lambda one: one.stage)["decline"].orders == 7


def test_an_earlier_day_and_a_store_are_scored_for_the_page(moved, shop):
    figures = class_figures.figures(march(1, 5))

    assert (figures.as_of, figures.is_of_night) == (date(2026, 3, 5), False)
    assert class_figures.night_of(march(1, 12)) == date(2026, 3, 10)
    there = Filters(period=march(1, 12).period, store_ids=(1,))
    assert class_figures.night_of(there) is None


def test_tiers_flow_as_on_the_page(shop):
    first, second = Tier.objects.order_by("rank")[:2]

    def rise(member, day, *, year=2026):
        TierChange.objects.create(
            member_id=member.pk,
            from_tier=first,
            to_tier=second,
            reason="UPGRADE",
            occurred_at=noon(day).replace(year=year),
            recorded_at=world.NOW,
        )
        Account.objects.filter(pk=member.pk).update(tier=second)

    before = noon(1) - timedelta(days=500)
    ann, ben, dee = (enroll(joined_at=before) for _ in range(3))
    cid = enroll(joined_at=noon(7))
    late = enroll(joined_at=noon(31) + timedelta(days=5))
    rise(ann, 5, year=2025)
    rise(ben, 5)
    rise(cid, 9)
    merges.merge(survivor_id=ann.pk, retired_id=dee.pk, at=noon(8))

    found = tiers.flow(march(1, 31))

    assert [(one.before, one.after, one.members) for one in found] == [
        (None, second, 1),
        (first, second, 1),
        (second, second, 1),
    ]
    conversions = {one.tier: (one.risen, one.members) for one in tiers.conversions(march(1, 31))}
    assert conversions[first] == (1, 1)
    assert Member.objects.filter(pk=late.pk).exists()


def test_the_top_buyers_have_the_shares_of_the_page(shop):
    *people, returner = buyers.members(8, joined_at=world.NOW)
    place = {"channel": Channel.objects.get(code="pos"), "store": Store.objects.get(code="SH01")}

    def buy(member, net, *, day=5, **more):
        MemberDay.objects.create(
            member=member, day=date(2026, 3, day), orders_count=int(net > 0), gross_amount=net,
            net_amount=net, earned_points=0, spent_points=0, **(place | more)
        )  # fmt: skip

    for number, member in enumerate(people, start=1):
        buy(member, number * 5_000)
        buy(member, number * 5_000, day=6)
    # A day before the period, somebody without a card, and one who brought everything back.
    buy(people[0], 99_000, day=1)
    buy(None, 88_000)
    buy(returner, 0)

    found = concentrations.concentration(march(2, 31))

    assert (found.members, found.sales) == (7, 280_000)
    for top, row in zip(found.tops, documented.rows(PAGE, "Concentration (run)"), strict=True):
        share = comparisons.share_percent(top.sales, found.sales)
        assert (top.percent, top.members) == (row.number("top, %"), row.number("members"))
        assert (top.sales, str(share)) == (row.amount("sales, yuan"), row.text("share, %"))


def test_points_by_week_are_those_of_the_page(db):
    for row in documented.rows(PAGE, "Points along a period (run)"):
        PointsDay.objects.create(
            day=row.day("day"), kind=row.text("kind"), reason="x", points=row.number("points"),
            entries_count=1,
        )  # fmt: skip

    weeks = points_figures.parts(march(1, 10).period, Grain.WEEK)

    assert [
        (one.from_on, one.issued, one.redeemed, one.expired, one.clawed_back) for one in weeks
    ] == [
        (
            row.day("week from"),
            *map(row.number, ("issued", "redeemed", "expired", "taken back")),
        )
        for row in documented.rows(PAGE, "Points by week, 1 to 10 March (run)")
    ]


def test_points_lapse_in_the_month_of_their_last_instant(shop, alice):
    midnight = datetime(2026, 4, 1, tzinfo=SHANGHAI)
    for points, held, expires_at in (
        (300, 0, midnight),
        (200, 50, midnight + timedelta(minutes=1)),
        (40, 0, None),
        (10, 0, midnight.replace(year=2028)),
    ):
        Lot.objects.create(
            member=alice, entry_id=1, earned_points=points, remaining_points=points,
            held_points=held, activates_at=world.NOW, expires_at=expires_at,
        )  # fmt: skip

    found = points_figures.lapsing(march(1, 10))

    assert [one.month for one in found][::12] == [date(2026, 3, 1), date(2027, 3, 1)]
    assert [(one.points, one.held) for one in found if one.points or one.held] == [
        (300, 0),
        (150, 50),
    ]


def test_flows_that_are_kept_are_asked_anew_once_a_score_or_a_change_goes(moved):
    first = class_moves.flows(march(2, 10), KIND)
    dee = moved[3]

    score_privacy.forget([dee.pk])
    ClassChange.objects.filter(member=dee).delete()
    then = class_moves.flows(march(2, 10), KIND)

    assert (first.members, then.members) == (5, 4)
    assert class_moves.flows(march(2, 10), KIND) == then
