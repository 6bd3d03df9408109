"""Who may not be profiled any more is in no segment, at once; what of it is taken along or kept."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission

from analytics.models import (
    SegmentBuild,
    SegmentFile,
    SegmentMember,
    SegmentMove,
    SegmentOverride,
)
from analytics.services import (
    segment_builds,
    segment_exports,
    segment_overrides,
    segment_privacy,
)
from analytics.services import segment_publishing as publishing
from members.models import Job, MemberMerge, Tag
from members.registry import privacy
from members.services import approvals, jobs, merge_undos, merges, profiling, restrictions
from tests import world
from tests.analytics.segment_shop import EVERYBODY, NOW, bearers, build, define, inside

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(shop):
    return world.register(world.ALICE)


@pytest.fixture
def bob(shop):
    return world.register(world.BOB)


@pytest.fixture
def everybody(alice, bob):
    made = define("all", EVERYBODY)
    build(made)
    return made


@pytest.mark.parametrize("leaving", [profiling.refuse, restrictions.restrict])
def test_who_objects_or_is_restricted_leaves_at_once_with_the_tag(alice, bob, everybody, leaving):
    vip = Tag.objects.create(code="vip", name_en="VIP")
    publishing.publish(segment_id=everybody.pk, tag=vip, at=NOW)
    assert set(bearers("vip")) == {alice.pk, bob.pk}

    leaving(member_id=alice.pk, at=NOW)

    assert inside(everybody) == {bob.pk}
    assert set(bearers("vip")) == {bob.pk}
    build(everybody)
    segment_overrides.put(segment_id=everybody.pk, member_ids=[alice.pk], is_included=True, at=NOW)
    assert inside(everybody) == {bob.pk}


def test_a_retired_card_leaves_and_the_survivor_takes_its_place_where_none_is_judged_again(
    alice, bob, everybody
):
    chosen = define("chosen", {}, kind="STATIC")
    segment_overrides.put(segment_id=chosen.pk, member_ids=[bob.pk], is_included=True, at=NOW)
    frozen = define("frozen", EVERYBODY, kind="SNAPSHOT")
    build(frozen)

    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)

    assert inside(everybody) == inside(chosen) == inside(frozen) == {alice.pk}
    assert SegmentOverride.objects.get().member_id == alice.pk


def test_a_merge_that_is_taken_back_gives_the_card_its_places(alice, bob):
    chosen = define("chosen", {}, kind="STATIC")
    segment_overrides.put(segment_id=chosen.pk, member_ids=[bob.pk], is_included=True, at=NOW)
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)

    merge_undos.undo(merge_id=MemberMerge.objects.get().pk, at=NOW)

    assert inside(chosen) == {bob.pk}
    assert SegmentOverride.objects.get().member_id == bob.pk


def test_what_grew_old_goes_and_what_is_taken_along_names_the_segment(alice, bob, everybody):
    section = privacy.EXPORT_SECTIONS["analytics.segments"]
    assert list(section.rows([alice.pk], NOW)) == [{"segment": "all", "since": NOW}]

    category = privacy.RETENTION[segment_privacy.MOVES]
    assert category.count(NOW) == 0
    assert category.remove(NOW + timedelta(days=1), 1) == 1
    assert SegmentMove.objects.count() == 1
    assert SegmentMember.objects.count() == 2


def test_builds_grow_old_but_for_the_last_and_those_that_are_a_segments_only_ones(alice, everybody):
    """Of five builds the first has comings, the second and third nothing to tell, and the fourth
    is the last; that of the snapshot is its only one."""
    frozen = define("frozen", EVERYBODY, kind="SNAPSHOT")
    alone = build(frozen)
    SegmentMove.objects.filter(build=alone).delete()
    second, third, last = (build(everybody, at=NOW + timedelta(hours=n)) for n in (1, 2, 3))
    category = privacy.RETENTION[segment_privacy.BUILDS]
    before = NOW + timedelta(days=1)

    assert (category.count(third.finished_at), category.count(before)) == (1, 2)
    assert category.remove(before, 1) == 1
    assert not SegmentBuild.objects.filter(pk=second.pk).exists()
    assert category.remove(before, 5) == 1

    everybody.refresh_from_db()
    first = everybody.builds.earliest("pk")
    kept = set(SegmentBuild.objects.values_list("pk", flat=True))
    assert kept == {first.pk, last.pk, alone.pk}
    with pytest.raises(segment_builds.BuiltAlready):
        segment_builds.start(segment_id=frozen.pk, at=before)


@pytest.fixture
def file(alice, bob, everybody):
    maker, checker = world.operator("maker"), world.operator("checker")
    _allow(maker, "export_segment")
    _allow(checker, "decide_approvalrequest")
    maker, checker = type(maker).objects.get(pk=maker.pk), type(checker).objects.get(pk=checker.pk)
    asked = segment_exports.ask(
        segment_id=everybody.pk, columns=["phone", "name"], reason="print", maker=maker, at=NOW
    )
    assert not SegmentFile.objects.exists()
    approvals.approve(request_id=asked.pk, checker=checker, at=NOW)
    job = Job.objects.get(kind=segment_exports.KIND)
    assert jobs.run(job_id=job.pk, clock=lambda: NOW) == Job.State.DONE
    made = SegmentFile.objects.get()
    made.maker, made.checker = maker, checker
    return made


def _allow(user, codename):
    user.user_permissions.add(Permission.objects.get(codename=codename))


def test_two_people_let_a_file_be_made_and_only_who_asked_fetches_it(file, alice, bob):
    fetched = segment_exports.fetch(file_uid=file.uid, actor=file.maker, at=NOW)

    lines = fetched.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "member,name,phone"
    # What a spreadsheet would take for a formula is a text.
    assert lines[1:] == [
        f"{alice.uid},张爱丽,'+8613800138000",
        f"{bob.uid},Bob Stone,'+8613900139000",
    ]
    with pytest.raises(segment_exports.NotFound):
        segment_exports.fetch(file_uid=file.uid, actor=file.checker, at=NOW)
    with pytest.raises(segment_exports.FileExpired):
        segment_exports.fetch(file_uid=file.uid, actor=file.maker, at=NOW + timedelta(days=7))
    with pytest.raises(segment_exports.UnknownColumns):
        segment_exports.ask(
            segment_id=file.segment_id, columns=["shoe"], reason="x", maker=file.maker, at=NOW
        )


def test_an_erased_member_is_in_no_segment_no_move_and_no_file(file, alice, bob, everybody):
    step = privacy.ERASURE_STEPS["analytics.segments"]
    erasing = privacy.Erasing(member_ids=(alice.pk,), actor_id=None, at=NOW)

    counts = step.run(erasing)

    assert counts["analytics_segmentfile"] == 1
    assert inside(everybody) == {bob.pk}
    assert set(SegmentMove.objects.values_list("member_id", flat=True)) == {bob.pk}
    file.refresh_from_db()
    assert (file.content, file.size_bytes) == ("", 0)
    assert set(step.run(erasing).values()) == {0}
