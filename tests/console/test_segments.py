"""Segments at the console: written, counted, built, asked about, never changed by a refusal."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from analytics.models import Segment, SegmentFile, SegmentOverride
from analytics.services import segment_builds, segment_exports, segments
from members.models import ApprovalRequest, Job, Member, Tag
from members.services import approvals, jobs
from tests import world
from tests.analytics.segment_shop import FEMALE, NOW, asks, build, define
from tests.console import staff

pytestmark = pytest.mark.django_db
HERE = "/console/analytics/segment/"
BOUGHT = {"field": "orders.count", "op": "gte", "value": 1, "days": 30}


@pytest.fixture
def manager(shop):
    return staff.logged_in("li", "marketing_manager")


def page(segment, deed="change"):
    return f"{HERE}{segment.pk}/{deed}/"


def filled(**more):
    return {
        "name_en": "Ladies",
        "code": "ladies",
        "kind": "DYNAMIC",
        "refresh": "NIGHTLY",
        "condition": json.dumps(FEMALE),
        "seen_version": "0",
        **more,
    }


def do(browser, segment, deed, **sent):
    """A dialog of the segment's page, sent."""
    return browser.post(page(segment, deed), {"_form_submitted": "true", **sent})


def test_a_segment_is_added_changed_and_listed_as_its_sentence(manager):
    assert manager.post(f"{HERE}add/", filled()).status_code == 302
    made = Segment.objects.get()
    both = {"all": [FEMALE, BOUGHT]}
    sent = filled(condition=json.dumps(both), seen_version="1")
    assert manager.post(page(made), sent).status_code == 302

    made.refresh_from_db()
    assert (made.version, made.condition, made.created_by.username) == (2, both, "li")
    shown = staff.text(manager.get(HERE))
    assert "gender is Female, and number of purchases in the last 30 days is at least 1" in shown
    shown = staff.text(manager.get(page(made, "about")))
    assert "Not built yet" in shown
    assert shown.count("<td>li</td>") == 2


def test_a_change_that_somebody_overtook_is_refused_with_who_and_saves_nothing(manager):
    made = define()
    other = world.operator("wang", role="marketer")
    segments.change(
        segment_id=made.pk,
        version=1,
        draft=segments.Draft(code="ladies", name_en="W", condition=BOUGHT),
        at=NOW,
        actor_id=other.pk,
    )

    shown = staff.text(manager.post(page(made), filled(seen_version="1")))

    assert "wang changed the segment meanwhile" in shown
    assert "it is version 2, and you began with version 1" in shown
    made.refresh_from_db()
    assert (made.name_en, made.condition) == ("W", BOUGHT)


def test_a_new_name_is_not_overwritten_by_who_opened_the_page_before(manager):
    """A name is no version; the form knows all that was said of the segment when it was opened."""
    made = define()
    opened = manager.get(page(made)).context["adminform"].form["seen_version"].value()
    Segment.objects.update(name_en="Ladies first", refresh="HOURLY")

    sent = filled(condition=json.dumps(BOUGHT), seen_version=opened)
    shown = staff.text(manager.post(page(made), sent))

    assert "Somebody else changed the segment meanwhile" in shown
    made.refresh_from_db()
    assert (made.name_en, made.version, made.condition) == ("Ladies first", 1, FEMALE)
    opened = manager.get(page(made)).context["adminform"].form["seen_version"].value()
    assert manager.post(page(made), sent | {"seen_version": opened}).status_code == 302


def test_what_is_wrong_with_a_form_is_said_and_nothing_is_kept(manager):
    told = staff.text(manager.post(f"{HERE}add/", filled(condition="")))
    assert "an empty condition would be everybody" in told
    told = staff.text(manager.post(f"{HERE}add/", filled(name_en="")))
    assert "Give the segment a name." in told
    told = staff.text(manager.post(f"{HERE}add/", filled(condition=json.dumps(asks("ladies")))))
    assert "“ladies” isn&#x27;t there (any more): choose another value." in told
    assert not Segment.objects.exists()


def test_the_builder_says_the_sentence_in_both_languages_and_counts(manager, bob):
    known = world.members.Registration(
        identities=world.ALICE.identities, name="爱丽丝", gender="FEMALE"
    )
    alice = world.register(known)
    told = manager.post(f"{HERE}spoken/", {"condition": json.dumps(FEMALE)}).json()
    assert told["sentence"].splitlines()[0] == "gender is Female"
    assert len(told["sentence"].splitlines()) == 2
    circle = manager.post(
        f"{HERE}spoken/?of={define().code}", {"condition": json.dumps(asks("ladies"))}
    ).json()
    assert "would ask for itself" in circle["problems"][0]["message"]

    shown = staff.text(manager.post(f"{HERE}preview/", {"condition": json.dumps(FEMALE)}))

    assert "1 member now" in shown
    assert "爱*" in shown
    assert alice.card_number in shown
    assert "爱丽" not in shown
    assert bob.card_number not in shown


def test_a_sample_shows_members_of_one_s_own_stores_and_counts_the_chain(alice):
    Member.objects.filter(pk=alice.pk).update(gender="FEMALE")
    of_beijing = staff.logged_in("bei", "marketer", store_codes=["BJ01"])

    shown = staff.text(of_beijing.post(f"{HERE}preview/", {"condition": json.dumps(FEMALE)}))

    assert "1 member now" in shown
    assert alice.card_number not in shown
    made = define()
    why = do(of_beijing, made, "why", who=alice.card_number)
    assert "No member that you may see has this number." in staff.text(why)
    assert of_beijing.get(page(made, "list")).status_code == 403


def test_a_build_runs_as_a_job_and_one_that_never_began_is_stopped(manager, alice):
    Member.objects.filter(pk=alice.pk).update(gender="FEMALE")
    made = define()
    assert "HX-Redirect" in do(manager, made, "build").headers
    shown = staff.text(manager.get(page(made)))
    assert "build of version 1" in shown

    assert "HX-Redirect" in do(manager, made, "stop").headers
    assert set(made.builds.values_list("state", flat=True)) == {"CANCELED"}
    assert "every 2s" not in staff.text(manager.get(page(made)))
    assert segment_builds.stop(segment_id=made.pk, at=NOW) is None

    build(made)
    shown = staff.text(manager.get(page(made, "about")))
    assert "+1" in shown


def test_why_a_member_is_in_it_says_each_comparison_with_what_it_saw(manager, bob):
    made = define(condition={"all": [FEMALE, BOUGHT]})
    build(made)

    shown = staff.text(do(manager, made, "why", who=world.BOB_PHONE))

    assert "Not in the segment, as of its last build." in shown
    assert "number of purchases in the last 30 days is at least 1" in shown
    assert "seen: 0" in shown
    do(manager, made, "put", who=bob.card_number, how="in")
    tab = staff.page(bob, "segments", why="ladies")
    shown = staff.text(manager.get(tab))
    assert "Put in by hand, whatever the condition says." in shown
    assert world.BOB_PHONE not in shown


def test_a_list_is_taken_whole_or_refused_by_line(manager, alice, bob):
    made = define(kind="STATIC", condition={})
    wrong = f"card\n{alice.card_number}\n\n1234\n{bob.card_number}\n"
    shown = staff.text(manager.post(page(made, "list"), {"how": "in", "pasted": wrong}))
    assert "1 line names no member. Nothing was changed." in shown
    assert "Line 4: no member has “1234”." in shown
    latin = SimpleUploadedFile("x.csv", "Größe".encode("latin-1"))
    shown = staff.text(manager.post(page(made, "list"), {"how": "in", "file": latin}))
    assert "This is no text in UTF-8" in shown
    assert not SegmentOverride.objects.exists()

    right = SimpleUploadedFile("x.csv", f"\ufeffcard,x\r\n{alice.card_number},1\r\n".encode())
    assert manager.post(page(made, "list"), {"how": "in", "file": right}).status_code == 302
    assert SegmentOverride.objects.get().member_id == alice.pk


def test_a_used_segment_is_not_archived_and_its_users_are_named(manager):
    made = define()
    define("others", {"not": asks("ladies")})
    shown = staff.text(do(manager, made, "archive"))
    assert "Others" in shown
    taken = Tag.objects.create(code="vip", name_en="VIP")
    do(manager, made, "publish", tag=taken.pk)
    made.refresh_from_db()
    assert (made.is_archived, made.tag_id) == (False, taken.pk)

    do(manager, made, "withdraw")
    do(manager, Segment.objects.get(code="others"), "archive")
    do(manager, made, "archive")
    assert "No segments yet" not in staff.text(manager.get(f"{HERE}?archived=yes"))
    assert not Segment.objects.filter(is_archived=False).exists()
    assert manager.get(page(made)).status_code == 200


def test_a_file_takes_another_person_and_is_fetched_by_whoever_asked(manager, alice):
    made = define(condition={"field": "member.joined_days", "op": "gte", "value": 0})
    build(made)
    sent = {"columns": ["card"], "reason": "the printer", "submission": str(alice.uid)}
    for _again in range(2):
        assert "HX-Redirect" in do(manager, made, "export", **sent).headers
    request = ApprovalRequest.objects.get()
    inbox = f"/console/members/approvalrequest/{request.pk}/"
    assert manager.post(f"{inbox}approve/", {"_form_submitted": "true"}).status_code in (403, 404)
    assert not SegmentFile.objects.exists()

    chief = world.operator("chief", role="administrator")
    approvals.approve(request_id=request.pk, checker=chief, at=NOW)
    file = SegmentFile.objects.get()
    jobs.run(job_id=Job.objects.latest("pk").pk, clock=lambda: NOW)
    assert "Download" in staff.text(manager.get(page(made, "about")))
    fetched = manager.post(page(made, "file"), {"file": str(file.uid)})
    assert alice.card_number in fetched.content.decode()
    other = staff.logged_in("wu", "marketing_manager")
    assert other.post(page(made, "file"), {"file": str(file.uid)}).status_code == 302
    assert "Columns: card number" in staff.text(manager.get(f"{inbox}change/"))


def test_whoever_works_for_one_store_takes_nobody_of_the_chain_along(shop):
    made = define()
    of_beijing = world.operator("bei", role="marketing_manager", store_codes=["BJ01"])

    with pytest.raises(segment_exports.MayNotExport):
        segment_exports.ask(
            segment_id=made.pk, columns=["card"], reason="x", maker=of_beijing, at=NOW
        )
    assert not ApprovalRequest.objects.exists()


def test_two_segments_lie_over_each_other_and_one_alone_is_refused(manager, alice):
    everybody = {"field": "member.joined_days", "op": "gte", "value": 0}
    build(define("all", everybody))
    build(define("too", everybody))

    shown = staff.text(manager.get(f"{HERE}overlap/?code=all&code=too"))

    assert "All and Too" in shown
    assert "100.0" in shown
    assert "Compare two to five different segments." in staff.text(
        manager.get(f"{HERE}overlap/?code=all")
    )
