"""What members do beside buying earns points, once under each behavior's limit."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from loyalty import errors
from loyalty.models import BehaviorAward, BehaviorRule, LedgerEntry, Lot, Program
from loyalty.selectors import behaviors as selector
from loyalty.selectors import ledger_checks
from loyalty.services import behavior_plans, behaviors
from loyalty.services.behaviors import Behavior, Teller
from members.errors import NotFound
from members.models import Event, Member
from members.services import dispatches, members
from tests import world
from tests.loyalty import till
from tests.loyalty.till import NOW, at

pytestmark = pytest.mark.django_db
TILL = Teller(source="mini")


@pytest.fixture
def earning(shop):
    behavior_plans.set_up(program=Program.objects.get(), at=NOW - timedelta(days=400))


@pytest.fixture
def alice(earning):
    """Registered: 100 points."""
    return till.register("13800138000", "Alice")


def do(member, code, when=NOW, now=None, teller=TILL, **options):
    behavior = Behavior(member_id=member.pk, code=code, occurred_at=when, **options)
    return behaviors.record(behavior=behavior, teller=teller, at=now or when)


def everything():
    return [
        (entry.kind, entry.points, entry.reason, entry.active_after)
        for entry in LedgerEntry.objects.order_by("pk")
    ]


def test_registering_gives_100_points_in_the_same_transaction_with_a_lot_of_a_year(alice):
    assert everything() == [("EARN", 100, "register", 100)]
    lot = Lot.objects.get(member_id=alice.pk)
    assert (lot.earned_points, lot.expires_at) == (100, at("2027-11-22"))
    entry = LedgerEntry.objects.get()
    assert (entry.source_type, entry.source_id) == ("BEHAVIOR", BehaviorAward.objects.get().pk)
    assert entry.key == f"behavior:{BehaviorAward.objects.get().pk}:earn"
    told = Event.objects.get(type="loyalty.behavior.rewarded")
    assert told.payload == {
        "behavior": "register",
        "kind": "REGISTER",
        "points": 100,
        "streak_days": 0,
    }


def test_registering_again_gives_nothing_more(alice):
    till.register("13800138000", "Alice")
    assert till.balances(alice) == (0, 100, 0)


def test_a_whole_profile_at_the_counter_gives_150_at_once(earning):
    world.open_shop()
    alice = world.register(world.ALICE, at=NOW)
    assert till.balances(alice) == (0, 150, 0)


def test_completing_the_profile_gives_50_points_once(alice):
    gender = {"gender": Member.Gender.FEMALE}
    members.update(member_id=alice.pk, changes=gender, at=NOW)
    dispatches.drain(at=NOW)
    assert till.balances(alice) == (0, 100, 0)

    birthday = {"birthday": at("1990-05-17").date()}
    members.update(member_id=alice.pk, changes=birthday, at=NOW)
    while dispatches.drain(at=NOW):
        pass
    assert till.balances(alice) == (0, 150, 0)

    for name in ("", "Alice"):
        members.update(member_id=alice.pk, changes={"name": name}, at=NOW)
        dispatches.drain(at=NOW)
    assert till.balances(alice) == (0, 150, 0)


def test_a_second_check_in_of_a_day_answers_as_the_first_and_moves_nothing(alice):
    first = do(alice, "check-in")
    before = everything()
    again = do(alice, "check-in", NOW + timedelta(hours=9, minutes=59))
    assert first.answer == {
        "behavior": "check-in",
        "points": 5,
        "bonus_points": 0,
        "trimmed_by": "",
        "day": "2026-11-21",
        "streak_days": 1,
        "next_bonus": {"in_days": 6, "points": 20},
        "already_counted": False,
    }
    assert again.answer == {**first.answer, "already_counted": True}
    assert everything() == before


def test_the_day_of_a_check_in_is_the_programmes(alice):
    do(alice, "check-in", at("2026-11-21T23:59:59"))
    # In UTC still the 21st.
    assert do(alice, "check-in", at("2026-11-22T00:00")).award.streak_days == 2


def test_the_seventh_day_gives_25_also_when_the_fourth_comes_last(alice):
    days = [1, 2, 3, 5, 6, 7, 4]
    given = [
        do(alice, "check-in", at(f"2026-11-{day:02d}T10:00"), NOW).award.points for day in days
    ]
    assert given == [5, 5, 5, 5, 5, 5, 25]
    assert till.balances(alice) == (0, 155, 0)
    streak = selector.check_in_streak(member_id=alice.pk, at=at("2026-11-08T09:00"))
    assert (streak.days, streak.is_done_today, streak.last_on) == (
        7,
        False,
        at("2026-11-07").date(),
    )
    assert ledger_checks.findings() == []


def test_sharing_one_product_counts_once_and_another_one_again(alice):
    assert do(alice, "share", object_ref="SKU-1").award.points == 20
    assert do(alice, "share", NOW + timedelta(days=9), object_ref="SKU-1").was_counted
    assert do(alice, "share", object_ref="SKU-2").award.points == 20
    assert till.balances(alice) == (0, 140, 0)


def test_the_fourth_share_of_a_day_is_trimmed_to_nothing_and_says_so(alice):
    shares = [do(alice, "share", object_ref=f"SKU-{number}") for number in range(4)]
    assert [share.award.points for share in shares] == [20, 20, 20, 0]
    assert [share.answer["trimmed_by"] for share in shares] == ["", "", "", "daily_cap"]
    # It counted all the same: tomorrow it isn't new.
    assert do(alice, "share", NOW + timedelta(days=1), object_ref="SKU-3").was_counted
    assert till.balances(alice) == (0, 160, 0)


def test_refusals_change_nothing(alice):
    before = everything()
    with pytest.raises(errors.ObjectRequired):
        do(alice, "share")
    with pytest.raises(errors.UnknownBehavior):
        do(alice, "dance")
    with pytest.raises(errors.BehaviorNotReported):
        do(alice, "register")
    with pytest.raises(errors.BehaviorHappenedInFuture):
        do(alice, "check-in", NOW + timedelta(minutes=6), NOW)
    with pytest.raises(errors.BehaviorTooOld):
        do(alice, "check-in", NOW - timedelta(days=31), NOW)
    assert everything() == before
    old = Teller(source="mini", may_backdate=True)
    assert do(alice, "check-in", NOW - timedelta(days=31), NOW, old).award.points == 5


def test_an_erased_member_earns_nothing(alice):
    Member.objects.filter(pk=alice.pk).update(state=Member.State.ERASED)
    with pytest.raises(NotFound):
        do(alice, "check-in")


def test_deeds_that_each_count_are_told_apart_by_their_id_and_channel(alice):
    BehaviorRule.objects.create(
        program=Program.objects.get(),
        code="event",
        kind=BehaviorRule.Kind.OTHER,
        limit=BehaviorRule.Limit.EACH,
        points=3,
        valid_from=NOW,
    )
    with pytest.raises(errors.ExternalIdRequired):
        do(alice, "event")
    assert not do(alice, "event", external_id="1").was_counted
    assert do(alice, "event", external_id="1").was_counted
    assert not do(alice, "event", external_id="1", teller=Teller(source="web")).was_counted
    assert till.balances(alice) == (0, 106, 0)


def test_a_behavior_is_judged_by_the_rule_of_its_time(alice):
    BehaviorRule.objects.filter(code="check-in").update(valid_until=NOW)
    BehaviorRule.objects.create(
        program=Program.objects.get(),
        code="check-in-2",
        kind=BehaviorRule.Kind.CHECK_IN,
        points=8,
        valid_from=NOW,
    )
    late = Behavior(
        member_id=alice.pk, kind="CHECK_IN", occurred_at=NOW - timedelta(microseconds=1)
    )
    assert behaviors.record(behavior=late, teller=TILL, at=NOW).award.points == 5
    now = Behavior(member_id=alice.pk, kind="CHECK_IN", occurred_at=NOW)
    assert behaviors.record(behavior=now, teller=TILL, at=NOW).award.points == 8


def test_a_changed_rule_is_seen_at_the_next_behavior(alice):
    do(alice, "check-in")
    BehaviorRule.objects.filter(code="check-in").update(points=9)
    assert do(alice, "check-in", NOW + timedelta(days=1)).award.points == 9
    BehaviorRule.objects.filter(code="check-in").update(is_active=False)
    with pytest.raises(errors.UnknownBehavior):
        do(alice, "check-in", NOW + timedelta(days=2))


def test_the_points_of_a_behavior_repay_a_debt_first(alice):
    till.sell("o-1", till.line("1", 10_000))
    order = till.sell("o-2", till.line("1", 500), points_amount=200)
    assert order["points"]["spent"] == 200
    till.give_back(till.sell("o-1", till.line("1", 10_000)), "r-1")
    debt = till.balances(alice)[2]
    assert debt > 0
    do(alice, "check-in")
    assert till.balances(alice) == (0, 0, debt - 5)


def test_qualifying_points_of_a_behavior_count_for_the_tier(alice):
    BehaviorRule.objects.filter(code="check-in").update(qualifying_points=7)
    do(alice, "check-in")
    alice.account.refresh_from_db()
    assert alice.account.window_qualifying_points == 7


def test_the_database_itself_refuses_a_second_award(alice):
    award = BehaviorAward.objects.get()
    award.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        award.save(force_insert=True)


def test_defaults_are_set_up_once(earning):
    assert behavior_plans.set_up(program=Program.objects.get(), at=NOW) == 0
    assert BehaviorRule.objects.count() == 6
