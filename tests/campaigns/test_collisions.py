"""Campaigns that meet the same members on one day, with the numbers of docs/campaigns.md."""

from campaigns.rules import collisions
from campaigns.rules.collisions import Asked, Collision

# 60 members are in 1 alone, 30 in 1 and 2, 10 in 2 alone, 5 in all three.
GROUPS = {
    frozenset({1}): 60,
    frozenset({1, 2}): 30,
    frozenset({2}): 10,
    frozenset({1, 2, 3}): 5,
}
SPRING, WOMEN, VIP = Asked(10, 1), Asked(11, 2), Asked(12, 3)


def test_two_campaigns_collide_by_the_share_of_the_smaller_audience():
    found = collisions.collisions([WOMEN, SPRING], GROUPS, share_percent=50)

    # 35 of the 45 members of segment 2 are in segment 1 too.
    assert found == [Collision(10, 11, both_count=35, percent=77.8)]


def test_less_than_the_share_is_no_collision():
    assert collisions.collisions([SPRING, WOMEN], GROUPS, share_percent=78) == []


def test_the_largest_collision_comes_first():
    found = collisions.collisions([SPRING, WOMEN, VIP], GROUPS, share_percent=10)

    assert [(one.first_id, one.second_id, one.both_count) for one in found] == [
        (10, 11, 35),
        (10, 12, 5),
        (11, 12, 5),
    ]


def test_two_campaigns_of_one_segment_collide_wholly():
    found = collisions.collisions([SPRING, Asked(13, 1)], GROUPS, share_percent=80)

    assert found == [Collision(10, 13, both_count=95, percent=100.0)]


def test_audiences_without_anybody_do_not_collide():
    assert collisions.collisions([SPRING, Asked(13, 9)], GROUPS, share_percent=10) == []


def test_members_over_the_daily_cap_are_those_of_more_campaigns_than_it_lets_through():
    day = [SPRING, WOMEN, VIP]

    assert collisions.over_cap(day, GROUPS, most_count=1) == 35
    assert collisions.over_cap(day, GROUPS, most_count=2) == 5
    assert collisions.over_cap(day, GROUPS, most_count=3) == 0
