"""Communities: joining, places, invitations, and how far a member reaches."""

from datetime import timedelta

import pytest

from loyalty import subscribers
from loyalty.models import BehaviorAward, Coupon, CouponType, Program
from loyalty.services import behavior_plans, coupon_types
from members.models import (
    Community,
    CommunityMembership,
    Event,
    Measure,
    Member,
    MemberMerge,
    Survey,
)
from members.registry.privacy import Erasing
from members.rules import communities as rules
from members.selectors import communities as selector
from members.services import (
    communities,
    community_privacy,
    dispatches,
    influence,
    merge_undos,
    merges,
    surveys,
)
from members.services.communities import Joining
from members.services.identities import IdentityClaim
from members.services.members import Registration
from tests import documented, world
from tests.world import NOW

PAGE = "algorithms/communities.md"


@pytest.mark.parametrize("row", documented.rows(PAGE, "What inviting brings"), ids=str)
def test_the_steps_of_the_page(row):
    steps = rules.steps_to_tell(row.number("are in"), row.number("goal"), row.number("told before"))

    assert " ".join(map(str, steps)) == row.text("told now")


@pytest.mark.parametrize("row", documented.rows(PAGE, "Influence"), ids=str)
def test_the_influence_of_the_page(row):
    rings = {number: row.number(f"ring {number}") for number in (1, 2, 3)}

    assert rules.influence(rings) == row.number("influence")


# With a database


@pytest.fixture
def club(shop):
    return Community.objects.create(
        code="tea", name_en="Tea lovers", platform="WECHAT", invitation_goal=2, created_at=NOW
    )


def person(number, *, referrer=None):
    claim = IdentityClaim("PHONE", f"1360000{number:04d}")
    return world.register(
        Registration(
            identities=(claim,), channel="pos", referrer=referrer.uid if referrer else None
        )
    )


def join(member, invited_by=None, *, when=NOW):
    joining = Joining(
        community_code="tea",
        member_id=member.pk,
        invited_by_id=None if invited_by is None else invited_by.pk,
        occurred_at=when,
        source="mini",
    )
    return communities.join(joining=joining, at=max(when, NOW))


def leave(member, *, when):
    return communities.leave(
        community_code="tea", member_id=member.pk, occurred_at=when, at=max(when, NOW)
    )


def told(kind):
    return list(Event.objects.filter(type=f"members.community.{kind}").order_by("pk"))


pytestmark = pytest.mark.django_db


def test_who_joins_twice_is_in_once(club, alice):
    assert [join(alice).is_new, join(alice).is_new] == [True, False]
    assert len(told("joined")) == 1


def test_who_leaves_and_comes_back_keeps_their_first_inviter(club, alice, bob):
    join(alice, bob)
    leave(alice, when=NOW + timedelta(days=1))
    back = join(alice, person(1), when=NOW + timedelta(days=2))

    assert (back.is_new, back.membership.invited_by_id) == (True, bob.pk)
    assert back.membership.left_at is None
    assert [event.payload["is_back"] for event in told("joined")] == [False, True]


def test_what_is_told_late_changes_nothing(club, alice):
    join(alice, when=NOW)
    leave(alice, when=NOW + timedelta(days=2))

    late = join(alice, when=NOW + timedelta(days=1))
    earlier = leave(alice, when=NOW + timedelta(days=1))

    assert not late.is_new
    assert earlier.left_at == NOW + timedelta(days=2)
    assert len(told("left")) == 1


def test_a_full_community_takes_nobody_until_one_leaves(club, alice, bob):
    Community.objects.update(capacity=1)
    join(alice)

    with pytest.raises(communities.CommunityFull):
        join(bob)
    assert CommunityMembership.objects.count() == 1

    leave(alice, when=NOW + timedelta(hours=1))
    assert join(bob, when=NOW + timedelta(hours=2)).is_new


def test_nobody_invites_themselves_and_a_closed_one_takes_nobody(club, alice):
    with pytest.raises(communities.InvitedThemselves):
        join(alice, alice)
    Community.objects.update(is_active=False)
    with pytest.raises(communities.CommunityClosed):
        join(alice)
    with pytest.raises(communities.JoinedInFuture):
        communities.join(
            joining=Joining(
                community_code="tea", member_id=alice.pk, occurred_at=NOW + timedelta(hours=1)
            ),
            at=NOW,
        )

    assert not CommunityMembership.objects.exists()


def test_a_goal_is_told_once_for_each_step_whoever_leaves_in_between(club, alice):
    guests = [person(number) for number in range(5)]
    for guest in guests[:2]:
        join(guest, alice)
    leave(guests[0], when=NOW + timedelta(hours=1))
    join(guests[2], alice)
    assert [event.payload["step"] for event in told("goal_reached")] == [1]

    for guest in guests[3:]:
        join(guest, alice)

    assert [(event.member_id, event.payload) for event in told("goal_reached")] == [
        (alice.pk, {"community": "tea", "step": step, "invited_count": count, "coupon_type": ""})
        for step, count in ((1, 2), (2, 4))
    ]


def test_the_promised_coupon_is_given_once_for_each_step(club, alice):
    kind = CouponType.objects.create(
        code="gift", name_en="Gift", amount=2_000, validity="DAYS", valid_days=30, stock_count=10
    )
    coupon_types.go_live(type_id=kind.pk)
    Community.objects.update(reward_coupon_type="gift")
    for number in range(4):
        join(person(number), alice)
    events = told("goal_reached")

    while dispatches.drain(at=NOW):
        pass
    subscribers.reward_invitations(events, NOW)

    assert list(Coupon.objects.values_list("member_id", "origin")) == [(alice.pk, "CAMPAIGN")] * 2


def test_invitations_of_two_cards_of_one_person_reach_the_goal_together_once(club, alice, bob):
    Community.objects.update(invitation_goal=3)
    for number, inviter in ((1, alice), (2, alice), (3, bob)):
        join(person(number), inviter)
    assert told("goal_reached") == []
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)
    while dispatches.drain(at=NOW):
        pass
    communities.recount(member_id=alice.pk, at=NOW)
    reached = [(one.member_id, one.payload["invited_count"]) for one in told("goal_reached")]
    assert reached == [(alice.pk, 3)]


def test_answering_a_survey_earns_its_points_once(shop, alice):
    behavior_plans.set_up(program=Program.objects.get(), at=NOW - timedelta(days=9))
    asked = [{"kind": "SCORE", "text_en": "How was it?"}]
    draft = Survey.objects.create(code="visit", name_en="Visit", kind="NPS", questions=asked)
    boss = world.operator("boss")
    survey = surveys.open_now(survey_id=draft.pk, actor_id=boss.pk, at=NOW)
    for subject in ("order:1", "order:2"):
        given = surveys.Reply(
            survey_uid=survey.uid, member_id=alice.pk, subject=subject, score=9, occurred_at=NOW
        )
        surveys.answer(reply=given, at=NOW)

    while dispatches.drain(at=NOW):
        pass

    # Once for each survey, as the rule's limit says.
    assert [(award.points, award.key) for award in BehaviorAward.objects.all()] == [
        (20, "object:visit")
    ]


def test_the_tree_names_each_person_once_in_the_nearest_ring(club, alice):
    one = person(1, referrer=alice)
    two = person(2, referrer=one)
    three = person(3, referrer=two)
    person(4, referrer=three)
    join(two, alice)

    assert [(brought.member, brought.ring) for brought in selector.tree(member_id=alice.pk)] == [
        (one, 1), (two, 1), (three, 2), (Member.objects.latest("pk"), 3),
    ]  # fmt: skip


def test_influence_is_published_and_taken_back_when_nobody_is_left(club, alice, bob):
    one = person(1, referrer=alice)
    person(2, referrer=one)
    join(bob, one)
    join(alice, bob)

    assert sum(influence.publish(at=NOW)) == 3
    # Round the circle Alice → one → Bob → Alice nobody counts for themselves.
    assert dict(Measure.objects.values_list("member_id", "value")) == {
        alice.pk: 100 + 2 * 50,
        one.pk: 2 * 100 + 50,
        bob.pk: 100 + 50 + 25,
    }
    assert sum(influence.publish(at=NOW)) == 0

    leave(alice, when=NOW + timedelta(minutes=1))
    sum(influence.publish(at=NOW + timedelta(days=1)))

    assert Measure.objects.get(member=bob).value == 0


def test_a_merge_makes_one_membership_of_two_and_can_be_undone(club, alice, bob):
    guest = person(1)
    join(bob, guest, when=NOW - timedelta(days=2))
    leave(bob, when=NOW - timedelta(days=1))
    join(alice, bob)
    join(guest, bob)
    before = list(CommunityMembership.objects.order_by("pk").values())

    done = merges.Merge(survivor_id=alice.pk, retired_id=bob.pk, actor_id=None, at=NOW)
    kept = community_privacy.move(done)

    rows = CommunityMembership.objects.order_by("member_id")
    assert [(row.member, row.invited_by, row.left_at) for row in rows] == [
        (alice, guest, None), (guest, alice, None),
    ]  # fmt: skip
    assert rows[0].joined_at == NOW - timedelta(days=2)

    community_privacy.give_back(done, kept)

    assert list(CommunityMembership.objects.order_by("pk").values()) == before


def test_an_erased_member_is_out_and_whom_they_brought_stays_brought(club, alice, bob):
    join(alice)
    join(bob, alice)
    erasing = Erasing(member_ids=(alice.pk,), actor_id=None, at=NOW)

    assert community_privacy.erase(erasing) == {"members_communitymembership": 1}
    assert community_privacy.erase(erasing) == {"members_communitymembership": 0}
    assert CommunityMembership.objects.get(member=alice).left_at == NOW
    assert CommunityMembership.objects.get(member=bob).invited_by_id == alice.pk


def test_who_left_since_stands_against_taking_a_merge_back(club, alice, bob):
    later = NOW + timedelta(hours=1)
    for member in (alice, bob):
        join(member)
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)
    row = MemberMerge.objects.get()
    assert merge_undos.obstacles(merge_id=row.pk, at=later) == []

    communities.leave(community_code="tea", member_id=alice.pk, occurred_at=later, at=later)

    with pytest.raises(merge_undos.NotUndoable) as refused:
        merge_undos.undo(merge_id=row.pk, at=later)
    assert refused.value.details["reason"] == "communities_changed"
    assert CommunityMembership.objects.get().left_at == later
