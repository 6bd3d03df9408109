"""Segments are said and changed, never in a circle, and never put away while somebody uses them."""

import pytest

from analytics.models import Segment, SegmentBuild, SegmentVersion
from analytics.selectors import segment_members
from analytics.selectors import segments as selectors
from analytics.services import segment_builds, segment_overrides, segment_publishing, segments
from analytics.services.segments import ChangedMeanwhile, SegmentCircle, SegmentInUse
from members.models import Tag, TagRule
from members.rules.conditions import BadCondition
from members.services import tag_rules, tags
from tests import world
from tests.analytics.segment_shop import (
    EVERYBODY,
    FEMALE,
    NOW,
    asks,
    bears,
    build,
    define,
    draft,
    inside,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(shop):
    return world.register(world.ALICE)


@pytest.fixture
def bob(shop):
    return world.register(world.BOB)


def test_each_change_of_who_is_a_version_and_a_new_name_is_none(shop):
    made = define()
    renamed = segments.change(
        segment_id=made.pk, version=1, draft=draft(description="who buys"), at=NOW
    )
    assert renamed.version == 1

    changed = segments.change(
        segment_id=made.pk, version=1, draft=draft(condition=EVERYBODY), at=NOW
    )

    assert changed.version == 2
    kept = SegmentVersion.objects.order_by("number").values_list("number", "condition")
    assert list(kept) == [(1, FEMALE), (2, EVERYBODY)]
    with pytest.raises(ChangedMeanwhile):
        segments.change(segment_id=made.pk, version=1, draft=draft(), at=NOW)
    made.refresh_from_db()
    assert made.condition == EVERYBODY


@pytest.mark.parametrize("tree", [{}, {"all": []}])
def test_a_segment_of_everybody_is_refused(shop, tree):
    with pytest.raises(segments.EmptySegment):
        define(condition=tree)
    assert not Segment.objects.exists()


def test_what_can_not_be_read_has_no_name_or_a_taken_code_is_refused(shop):
    with pytest.raises(BadCondition):
        define(condition={"field": "member.shoe_size", "op": "eq", "value": 38})
    with pytest.raises(segments.NamelessSegment):
        segments.define(draft=segments.Draft(code="x", condition=FEMALE), at=NOW)
    with pytest.raises(segments.UnknownSegment):
        define(condition=asks("nobody"))
    with pytest.raises(segments.BadCode):
        define("a b")
    define()
    with pytest.raises(segments.CodeTaken):
        define()
    assert Segment.objects.count() == 1


def test_circles_are_refused_with_their_way_over_segments_tags_and_rules(shop):
    first, second = define("first"), define("second", asks("first"))
    vip, gold = (Tag.objects.create(code=code, name_en=code) for code in ("vip", "gold"))

    with pytest.raises(SegmentCircle) as told:
        segments.change(
            segment_id=first.pk, version=1, draft=draft("first", asks("second")), at=NOW
        )
    assert told.value.details["path"] == ["segment:first", "segment:second", "segment:first"]
    with pytest.raises(SegmentCircle):
        define("third", asks("third"))

    # first → vip, by a rule that would ask for second, which asks for first.
    segments.change(segment_id=first.pk, version=1, draft=draft("first", bears("vip")), at=NOW)
    with pytest.raises(SegmentCircle) as told:
        tag_rules.define(rule=TagRule(tag=vip, condition=asks("second")))
    assert told.value.details["path"] == [
        "tag:vip", "segment:second", "segment:first", "tag:vip",
    ]  # fmt: skip
    assert not TagRule.objects.exists()

    # The same by publishing.
    with pytest.raises(SegmentCircle):
        segment_publishing.publish(segment_id=second.pk, tag=vip, at=NOW)
    segment_publishing.publish(segment_id=second.pk, tag=gold, at=NOW)
    with pytest.raises(SegmentCircle):
        segments.change(segment_id=first.pk, version=2, draft=draft("first", bears("gold")), at=NOW)
    first.refresh_from_db()
    assert first.condition == bears("vip")


def test_a_used_segment_stays_and_its_users_are_named(shop):
    ladies = define()
    other = define("others", {"not": asks("ladies")})
    vip = Tag.objects.create(code="vip", name_en="VIP")
    rule = tag_rules.define(rule=TagRule(tag=vip, condition=asks("ladies")))

    with pytest.raises(SegmentInUse) as told:
        segments.archive(segment_id=ladies.pk, at=NOW)
    assert [user.name for user in told.value.users] == ["Others", "VIP"]
    assert "Others" in str(told.value)

    segments.archive(segment_id=other.pk, at=NOW)
    rule.is_active = False
    tag_rules.define(rule=rule)
    new = Tag.objects.create(code="ladies", name_en="Ladies' tag")
    segment_publishing.publish(segment_id=ladies.pk, tag=new, at=NOW)
    with pytest.raises(SegmentInUse) as told:
        segments.archive(segment_id=ladies.pk, at=NOW)
    assert [user.name for user in told.value.users] == ["Ladies' tag"]

    segment_publishing.withdraw(segment_id=ladies.pk)
    segments.archive(segment_id=ladies.pk, at=NOW)
    assert not selectors.living().exists()


def test_a_snapshot_is_built_once_and_never_changes(alice, bob):
    made = define(kind="SNAPSHOT")
    build(made)
    bob.gender = "FEMALE"
    bob.save(update_fields=["gender"])

    with pytest.raises(segment_builds.BuiltAlready):
        segment_builds.start(segment_id=made.pk, at=NOW)
    with pytest.raises(segments.SnapshotNeverChanges):
        segments.change(
            segment_id=made.pk, version=1, draft=draft(condition=EVERYBODY, kind="SNAPSHOT"), at=NOW
        )
    with pytest.raises(segments.SnapshotNeverChanges):
        segment_overrides.put(segment_id=made.pk, member_ids=[bob.pk], is_included=True, at=NOW)
    assert inside(made) == {alice.pk}
    assert SegmentBuild.objects.count() == 1


def test_how_segments_lie_over_each_other_is_counted_exactly(alice, bob):
    world.register(world.CHARLIE)
    tags.give(members=[alice, bob], code=Tag.objects.create(code="vip").code, at=NOW)
    for code, condition in (("ladies", FEMALE), ("all", EVERYBODY), ("vips", bears("vip"))):
        build(define(code, condition))

    found = selectors.overlap(codes=["ladies", "all", "vips"])

    assert found.members == {"ladies": 1, "all": 3, "vips": 2}
    assert found.exactly == {
        frozenset({"all"}): 1,
        frozenset({"all", "vips"}): 1,
        frozenset({"all", "vips", "ladies"}): 1,
    }
    assert found.together[frozenset({"all", "vips"})] == 2
    assert found.together[frozenset({"ladies", "vips"})] == 1
    with pytest.raises(selectors.OverlapTooWide):
        selectors.overlap(codes=["ladies", "ladies"])


def test_reach_counts_what_the_gate_would_let_through(shop):
    world.register(world.BOB)
    allowing = world.members.Registration(
        identities=world.ALICE.identities, consents=world.yes("SMS", "EMAIL", "PUSH")
    )
    world.register(allowing)
    made = define(condition=EVERYBODY)
    build(made)

    found = selectors.reach(segment_id=made.pk, at=NOW)

    assert found["MARKETING"] == {"INBOX": 0, "EMAIL": 1, "SMS": 1, "WECHAT": 0, "PUSH": 1}
    assert set(found["SERVICE"].values()) == {0}


def test_a_preview_counts_and_reaches_and_why_not_says_what_was_seen(shop):
    bob = world.register(world.BOB)
    allowing = world.members.Registration(
        identities=world.ALICE.identities, gender="FEMALE", consents=world.yes("SMS")
    )
    alice = world.register(allowing)
    found = segment_members.preview(tree=FEMALE, at=NOW, purpose="MARKETING")
    assert (found.count, found.member_ids, found.reach) == (1, (alice.pk,), {"SMS": 1})

    made = define()
    build(made)
    segment_overrides.put(segment_id=made.pk, member_ids=[bob.pk], is_included=True, at=NOW)
    told = segment_members.why(segment=made, member_id=bob.pk, at=NOW)

    assert (told.since_at, told.by_hand, told.explanation.is_met) == (NOW, True, False)
    asked = told.explanation.leaves[0]
    assert (asked.field, asked.value, asked.seen) == ("member.gender", "FEMALE", "UNKNOWN")
    assert segment_members.why(segment=made, member_id=alice.pk, at=NOW).by_hand is None
    assert segment_members.why(segment=made, member_id=0, at=NOW) is None
